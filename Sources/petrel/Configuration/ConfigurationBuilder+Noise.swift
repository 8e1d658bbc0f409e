import Enrichment
import Formats
import Model
import Pipeline

extension ConfigurationBuilder {
    /// Takes what `noise` says; nothing where it names nothing. Indicator lists and sources are known by then.
    mutating func addNoise(to configuration: inout Configuration) {
        guard let noise = sections.section("noise") else { return }
        var options = NoiseOptions()
        var names: Set<String> = []
        for section in noise.sections("own") {
            guard let name = noiseName(section, among: &names), let texts = section.texts("addresses") else { continue }
            options.own.append(NoiseOptions.Own(name: name, networks: networks(section, texts)))
        }
        for section in noise.sections("lists") {
            guard let name = noiseName(section, among: &names), let path = section.text("path") else { continue }
            if let format = section.text("format"), configuration.formats.entry(named: format) == nil {
                let meant = configuration.formats.nearest(to: format).map { "; did you mean \($0)?" } ?? ""
                note(section, "format", "\(ConfigurationReader.quoted(format)) is no format\(meant)")
            }
            configuration.noiseLists.append(IndicatorList(name: name, path: path, format: section.text("format")))
        }
        options.usesKnownAgents = noise.flag("known_agents") ?? false
        options.agents = agents(noise)
        options.feeds = feeds(noise, known: configuration.indicators.map(\.name) + configuration.indicatorFeeds)
        options.repeats = noise.section("repeat").flatMap { limit($0) }
        if options != NoiseOptions() || !configuration.noiseLists.isEmpty { configuration.noise = options }
    }

    private mutating func noiseName(_ section: ConfigurationSection, among names: inout Set<String>) -> String? {
        guard let name = section.text("name") else { return nil }
        if let problem = Self.problem(ofName: name) { note(section, "name", problem) }
        if !names.insert(name).inserted { note(section, "name", "\(name) is the name of another one; choose another") }
        if names.count > NoiseTable.maximumLists {
            note(section, "name", "is one too many (own scanners and lists: \(NoiseTable.maximumLists)); put several into one")
        }
        return name
    }

    private mutating func networks(_ section: ConfigurationSection, _ texts: [String]) -> [Network] {
        var networks: [Network] = []
        for text in texts {
            if let network = Network(text) {
                networks.append(network)
            } else {
                let quoted = ConfigurationReader.quoted(text)
                note(section, "addresses", "\(quoted) is neither address nor network; write e.g. 192.0.2.10 or 192.0.2.0/24")
            }
        }
        if texts.isEmpty { note(section, "addresses", "names none; add one, e.g. 192.0.2.10, or remove the entry") }
        return networks
    }

    private mutating func agents(_ noise: ConfigurationSection) -> [String] {
        let agents = noise.texts("agents") ?? []
        for agent in agents {
            let quoted = ConfigurationReader.quoted(agent)
            if agent.allSatisfy({ $0 == "*" || $0 == " " }) {
                note(noise, "agents", "\(quoted) matches every client; write a part of the name, e.g. *our-uptime-check*")
            }
            if agent.utf8.count > 255 { note(noise, "agents", "\(quoted.prefix(40))… is longer than 255 bytes; write a part of the name") }
        }
        return agents
    }

    private mutating func feeds(_ noise: ConfigurationSection, known: [String]) -> [String] {
        let feeds = noise.texts("feeds") ?? []
        for feed in feeds where !known.contains(feed) {
            let names = known.isEmpty ? "there is none" : "known are \(known.joined(separator: ", "))"
            let quoted = ConfigurationReader.quoted(feed)
            note(noise, "feeds", "\(quoted) is no indicator list: \(names); add it below indicators: or to a source's use_as_indicators:")
        }
        return feeds
    }

    private mutating func limit(_ repeats: ConfigurationSection) -> NoiseOptions.Repeats? {
        guard let within = repeats.integer("within") else { return nil }
        if within % 1000 != 0 { note(repeats, "within", "is no number of whole seconds; write e.g. \(within / 1000 + 1)s") }
        guard let moreThan = repeats.integer("more_than") else { return nil }
        return NoiseOptions.Repeats(moreThan: moreThan, seconds: max(1, within / 1000))
    }
}

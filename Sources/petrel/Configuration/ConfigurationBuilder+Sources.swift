import Enrichment
import Formats
import Model
import Pipeline
import Sources

extension ConfigurationBuilder {
    /// Names of sources that Petrel uses itself.
    private static let reservedNames = ["http", "import", "bulk", "hec"]

    /// The sources, in order.
    mutating func sources(_ formats: FormatCatalogue) -> [SourceConfiguration] {
        var sources: [SourceConfiguration] = []
        var lines: [String: Int] = [:]
        var typeLines: [String: Int] = [:]
        var lists = Set(sections.sections("indicators").compactMap { $0.text("name") })
        for section in sections.sections("sources") {
            if let name = section.text("name") {
                if let problem = Self.problem(ofName: name) { note(section, "name", problem) }
                if Self.reservedNames.contains(name) { note(section, "name", "\(name) is a name that Petrel uses itself; choose another") }
                if let line = lines[name] { note(section, "name", "\(name) is the name of the source in line \(line) too; choose another") }
                lines[name] = section.line(of: "name")
            }
            if let format = section.text("format") { checkFormat(format, formats, section, "format") }
            guard let type = section.text("type"), let kind = SourceKinds.kind(named: type) else { continue }
            if let problem = kind.onlyOne, let line = typeLines[type] {
                note(section, "type", problem.replacing("{line}", with: "\(line)"))
            }
            if typeLines.keys.contains(where: { SourceKinds.kind(named: $0)?.isSimulated != kind.isSimulated }) {
                note(
                    section, "type",
                    "simulated and real events must not mix in one journal; move the simulator to a file and data folder of its own")
            }
            typeLines[type] = section.line
            guard let source = source(section, kind) else { continue }
            if let list = source.settings.indicatorList, lists.insert(list).inserted, lists.count > IndicatorTable.maximumLists {
                note(section, "use_as_indicators", "is one list too many (\(IndicatorTable.maximumLists)); let sources share a name")
            }
            sources.append(source)
        }
        return sources
    }

    /// The formats of log shippers' indexes, in the order of the file.
    mutating func indexFormats(_ web: ConfigurationSection, _ formats: FormatCatalogue) -> [(pattern: String, format: String)] {
        guard case .table(let entries)? = web.values["index_formats"]?.content else { return [] }
        for entry in entries { checkFormat(entry.text, formats, web, "index_formats.\(entry.name)") }
        return entries.map { ($0.name, $0.text) }
    }

    private mutating func checkFormat(_ format: String, _ formats: FormatCatalogue, _ section: ConfigurationSection, _ key: String) {
        guard formats.entry(named: format) == nil else { return }
        let meant = formats.nearest(to: format).map { "did you mean \($0)?" }
        let known = formats.names.joined(separator: ", ")
        note(
            section, key,
            "\(ConfigurationReader.quoted(format)) is no format; \(meant ?? "known are \(known); define others below formats:")")
    }

    private mutating func source(_ values: ConfigurationSection, _ kind: SourceKind) -> SourceConfiguration? {
        guard let name = values.text("name") else { return nil }
        var settings = SourceSettings(
            name: name, format: values.text("format"), sensor: values.text("sensor"), zoneMinutes: values.integer("time_zone") ?? 0,
            isSimulated: kind.isSimulated, keywords: keywords(values),
            clockToleranceSeconds: values.integer("clock_tolerance").map { Double($0) / 1000 })
        supervision(values, of: &settings)
        settings.indicatorList = indicatorList(values)
        var section = SourceSection(values, settings: settings)
        let make = kind.read(&section)
        for problem in section.problems { note(values, problem.key, problem.text) }
        return make.map { SourceConfiguration(settings: settings, make: $0) }
    }

    /// The name of the list that its indicators make; nil where they make none.
    private mutating func indicatorList(_ section: ConfigurationSection) -> String? {
        guard let name = section.text("use_as_indicators") else { return nil }
        if let problem = Self.problem(ofName: name) { note(section, "use_as_indicators", problem) }
        return name
    }

    /// What the supervisor is told of the source.
    private func supervision(_ values: ConfigurationSection, of settings: inout SourceSettings) {
        settings.thresholds = SourceThresholds(
            idleAfterSeconds: values.integer("idle_after").map { Double($0) / 1000 },
            lagAfterSeconds: values.integer("lag_after").map { Double($0) / 1000 })
        switch values.text("overload") {
        case "spill": settings.overload = .spill(bytes: Int64(values.integer("spill_size") ?? 1 << 30))
        case "shed": settings.overload = .shed
        default: settings.overload = .block
        }
    }

    /// What of the posts is kept; nil where the section does not say.
    private mutating func keywords(_ section: ConfigurationSection) -> Keywords? {
        guard let terms = section.texts("keywords") else { return nil }
        guard !terms.isEmpty else {
            note(section, "keywords", "names none, so that no post would be kept; add one or remove the key")
            return nil
        }
        do {
            return try Keywords(terms)
        } catch {
            note(section, "keywords", "\(ConfigurationReader.quoted(terms[error.index])) \(error.text)")
            return nil
        }
    }

    /// Names stand in addresses, metrics and books.
    static func problem(ofName name: String) -> String? {
        let isFit = name.utf8.count <= 64 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        return isFit
            ? nil : "\(ConfigurationReader.quoted(name)) is no name; write at most 64 letters, digits, dots, hyphens and underscores"
    }
}

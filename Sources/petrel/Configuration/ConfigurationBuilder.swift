import Enrichment
import Formats
import Journal
import Model
import Sources
import Web

/// Makes the configuration of the values that were read, and checks what no single value shows.
struct ConfigurationBuilder {
    private var reader: ConfigurationReader
    private let root: ConfigurationSection

    /// Everything that is wrong, in the order of lines.
    var problems: [ConfigurationError.Problem] {
        reader.problems.enumerated().sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }.map(\.element)
    }

    /// A builder for a text.
    init(_ reader: ConfigurationReader, text: String) {
        self.reader = reader
        root = self.reader.read(text)
    }

    /// The configuration; to be used only when there are no ``problems`` thereafter.
    mutating func build() -> Configuration {
        var configuration = Configuration(values: root)
        configuration.dataFolder = root.text("data")
        configuration.assetFolder = root.text("assets")
        if let web = root.section("web") { configuration.web = webOptions(web) }
        if let journal = root.section("journal") {
            configuration.journal = journalOptions(journal)
            if let bytes = journal.integer("in_flight") { configuration.inFlightBytes = bytes }
        }
        if let enrichment = root.section("enrichment") {
            if let entries = enrichment.integer("cache_entries") { configuration.enrichment.cacheEntries = entries }
            for (key, file) in [("city", "city.mmdb"), ("country", "country.ranges"), ("asn", "asn.ranges")] {
                configuration.enrichmentReplacements[file] = enrichment.text(key)
            }
        }
        configuration.enrichment.places = places()
        configuration.formats = formats()
        if let web = root.section("web") { configuration.web.indexFormats = indexFormats(web, configuration.formats) }
        configuration.indicators = indicators(configuration.formats)
        configuration.sources = sources(configuration.formats)
        addNoise(to: &configuration)
        return configuration
    }

    /// Notes a problem with a key of a section, or with the section itself when the key is empty.
    mutating func note(_ section: ConfigurationSection, _ key: String, _ text: String) {
        reader.note(section.line(of: key), key.isEmpty ? String(section.prefix.dropLast()) : section.prefix + key, text)
    }

    /// The values that were read.
    var sections: ConfigurationSection { root }

    // MARK: Web and journal

    private mutating func webOptions(_ web: ConfigurationSection) -> WebOptions {
        var options = WebOptions()
        if let host = web.text("host") { options.host = host }
        if let port = web.integer("port") { options.port = port }
        if let hosts = web.texts("hosts") { options.hosts = hosts }
        if let threads = web.integer("threads") { options.threads = threads }
        if let streams = web.integer("max_streams") { options.maximumStreams = streams }
        if let bytes = web.integer("max_body") { options.maximumBodyBytes = bytes }
        if let limits = web.section("rate_limit") { options.rateLimits = rateLimits(limits) }
        if let prefix = web.text("path_prefix"), prefix != "/" {
            if !prefix.hasPrefix("/") || prefix.contains(where: { "?# \"<>".contains($0) }) || prefix.contains("//") {
                note(web, "path_prefix", "\(ConfigurationReader.quoted(prefix)) is no path from the root; write e.g. /petrel")
            }
            options.pathPrefix = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        }
        if let folder = root.text("assets") { options.assetFolder = folder }
        options.token = token(web, "token")
        options.viewerToken = token(web, "viewer_token")
        if let viewer = options.viewerToken, viewer == options.token {
            let key = web.text("viewer_token_file") == nil ? "viewer_token" : "viewer_token_file"
            note(web, key, "is the token that may do everything; make another one with: openssl rand -hex 32")
        }
        return options
    }

    /// The token below a key, or in the file that the key beside it names.
    private mutating func token(_ web: ConfigurationSection, _ key: String) -> String? {
        let path = web.text("\(key)_file")
        if web.text(key) != nil, path != nil { note(web, key, "stands beside \(key)_file; remove one of them") }
        do {
            if let path { return try Configuration.token(inFile: path) }
            if let text = web.text(key) { return try Configuration.checkedToken(text) }
        } catch {
            note(web, path == nil ? key : "\(key)_file", "\(path ?? "the variable") \(error.text)")
        }
        return nil
    }

    private mutating func journalOptions(_ journal: ConfigurationSection) -> JournalOptions {
        var options = JournalOptions()
        let day = 86_400_000
        if let age = journal.integer("max_age") {
            options.maximumAgeDays = age / day
            if age % day != 0 {
                note(journal, "max_age", "is no number of whole days, but files hold whole days; write e.g. \(age / day + 1)d")
            }
        }
        options.maximumBytes = journal.integer("max_size").map(Int64.init)
        if let bytes = journal.integer("file_size") { options.fileBytes = Int64(bytes) }
        if let maximum = options.maximumBytes, maximum < options.fileBytes {
            let size = ConfigurationUnits.text(Int(options.fileBytes), ConfigurationUnits.sizes)
            note(journal, "max_size", "is less than file_size (\(size)), but whole files are removed; raise it or lower file_size")
        }
        if let retention = journal.section("retention") { options.retention = limits(retention) }
        if let flag = journal.flag("compaction") { options.compacts = flag }
        if let window = journal.integer("origin_window") { options.originWindowSeconds = Double(window) / 1000 }
        if let node = journal.integer("node") { options.node = UInt8(node) }
        return options
    }

    // MARK: Sensors

    private mutating func places() -> [SensorPlace] {
        var places: [SensorPlace] = []
        var lines: [SensorPlace.Key: Int] = [:]
        for sensor in root.sections("sensors") {
            guard let key = key(of: sensor) else { continue }
            if let line = lines[key] {
                note(sensor, sensor.text("name") == nil ? "network" : "name", "is placed in line \(line) already; remove one of them")
            }
            lines[key] = sensor.line
            let place = sensor.text("place")
            if let place, place.utf8.count > 255 { note(sensor, "place", "is longer than 255 bytes; shorten it") }
            let country = sensor.text("country")
            if let country, country.count != 2 || !country.allSatisfy({ $0.isASCII && $0.isLetter }) {
                note(
                    sensor, "country", "\(ConfigurationReader.quoted(country)) is no country code; write two letters (ISO 3166-1), e.g. DE")
            }
            guard let latitude = sensor.number("lat"), let longitude = sensor.number("lon") else { continue }
            places.append(
                SensorPlace(key, latitude: Float(latitude), longitude: Float(longitude), city: place, country: country?.uppercased()))
        }
        return places
    }

    private mutating func key(of sensor: ConfigurationSection) -> SensorPlace.Key? {
        switch (sensor.text("name"), sensor.text("network")) {
        case (let name?, nil): return .name(name)
        case (nil, let text?):
            if let network = Network(text) { return .network(network) }
            note(sensor, "network", "\(ConfigurationReader.quoted(text)) is no network in CIDR form; write e.g. 10.0.0.0/8")
        case (nil, nil):
            if sensor.values["name"] == nil, sensor.values["network"] == nil {
                note(sensor, "name", "is missing; give the sensor a name or a network")
            }
        case (_?, _?): note(sensor, "network", "stands beside name; make two sensors of it")
        }
        return nil
    }
}

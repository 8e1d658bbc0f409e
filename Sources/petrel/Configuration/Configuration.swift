import Enrichment
import Formats
import Foundation
import Journal
import Pipeline
import Sources
import Web

/// What the configuration file says, ready to be used.
struct Configuration: Sendable {
    /// Folder of the journal; nil when the file does not say.
    var dataFolder: String?
    /// Folder of the data files; nil when the file does not say.
    var assetFolder: String?
    /// The web server, its token read already.
    var web = WebOptions()
    /// How events are kept.
    var journal = JournalOptions()
    /// Most bytes of raw records between the sources and the journal.
    var inFlightBytes = 64 << 20
    /// Sensors, sites, cache.
    var enrichment = EnrichmentOptions()
    /// Paths of the operator's own data files, by the name of the file that each replaces.
    var enrichmentReplacements: [String: String] = [:]
    /// The built-in formats and those of the file.
    var formats = FormatCatalogue.standard
    /// Lists with which events are joined.
    var indicators: [IndicatorList] = []
    /// What is marked as noise; nil for nothing.
    var noise: NoiseOptions?
    /// Lists of scanners, which are noise.
    var noiseLists: [IndicatorList] = []
    /// Where events come from, besides HTTP ingest.
    var sources: [SourceConfiguration] = []
    /// The lists that sources' indicators make.
    var indicatorFeeds: [String] { sources.compactMap(\.settings.indicatorList) }
    /// All values as they were read, for ``redactedDescription()``.
    let values: ConfigurationSection

    /// The largest file that is read.
    static let maximumFileBytes = 1 << 20

    /// All defaults.
    init() {
        var builder = ConfigurationBuilder(ConfigurationReader(file: "", environment: [:]), text: "")
        self = builder.build()
    }

    /// A configuration of these values, whose parts are still the defaults of their types.
    init(values: ConfigurationSection) { self.values = values }

    /// Reads a file. Relative paths in it are taken from its folder.
    static func load(path: String, environment: [String: String]) throws(ConfigurationError) -> Configuration {
        func failure(_ text: String) -> ConfigurationError {
            ConfigurationError(problems: [.init(file: path, line: nil, key: "", text: text)])
        }
        let bytes: [UInt8]
        do {
            bytes = try SmallFile.read(path, limit: maximumFileBytes)
        } catch {
            throw failure(error.text)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("is not UTF-8; save it as UTF-8") }
        return try parse(text, name: path, environment: environment)
    }

    /// Reads a text that stands in a file of that name.
    static func parse(_ text: String, name: String, environment: [String: String]) throws(ConfigurationError) -> Configuration {
        var builder = ConfigurationBuilder(ConfigurationReader(file: name, environment: environment), text: text)
        let configuration = builder.build()
        let problems = builder.problems
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return configuration
    }

    /// The token in a file: its text without the line end.
    static func token(inFile path: String) throws(ValueProblem) -> String {
        let text = String(decoding: try SmallFile.read(path, limit: 64 << 10), as: UTF8.self)
        return try checkedToken(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// The token, when it can be one.
    static func checkedToken(_ token: String) throws(ValueProblem) -> String {
        let advice = "make one with: openssl rand -hex 32"
        guard token.utf8.count >= 16 else { throw ValueProblem("holds a token shorter than 16 characters; \(advice)") }
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw ValueProblem("holds a token with blanks or characters beyond ASCII; \(advice)")
        }
        return token
    }
}

/// Files that are small by nature.
enum SmallFile {
    /// The bytes of a file, unless it is larger than that.
    static func read(_ path: String, limit: Int) throws(ValueProblem) -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw ValueProblem("cannot be read: \(String(cString: strerror(errno))); check path and permissions")
        }
        defer { try? handle.close() }
        let data: Data?
        do {
            data = try handle.read(upToCount: limit + 1)
        } catch {
            throw ValueProblem("cannot be read; check that it is a file")
        }
        guard let data, data.count <= limit else {
            if data == nil { return [] }
            throw ValueProblem("is larger than \(ConfigurationUnits.text(limit, ConfigurationUnits.sizes)); split it or check the path")
        }
        return Array(data)
    }
}

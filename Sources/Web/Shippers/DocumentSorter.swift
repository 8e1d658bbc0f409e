import Formats
import Model
import Wire

/// Tells by which format a document of a log shipper is decoded, and which part of it is the record.
///
/// Shippers send documents of their own around a line (`message`), documents that are ECS already, T-Pot's, or what a sensor wrote as it
/// was. The name of the index decides where the configuration names it; then `event.dataset` or the source type where it is the name of a
/// format; then the content.
struct DocumentSorter: Sendable {
    /// A record, ready to be decoded.
    struct Sorted: Equatable {
        var format: String
        var record: [UInt8]
        /// The machine that the document names around a line.
        var sensor: String?
    }

    /// Formats that take documents as they are.
    private static let (ecs, tpot) = ("ecs", "tpot")
    /// The format of lines that no format claims.
    static let plainText = "syslog"
    private static let paths = JSONPaths(
        [
            "event.dataset", "event.original", "message", "log", "host.name", "agent.name", "host", "ecs.version", "event.kind",
            "event.category", "event.family", "type", "@timestamp", "t-pot_hostname", "t-pot_ip_ext",
        ], dottedNames: true)
    private enum Path: Int {
        case dataset, original, message, log, hostName, agentName, host, ecsVersion, kind, category, family, type, timestamp, tpotHost,
            tpotAddress
    }

    private let formats: FormatCatalogue
    private let named: [(pattern: GlobPattern, format: String)]

    /// A sorter by these patterns of index names and source types.
    init(formats: FormatCatalogue, named: [(pattern: String, format: String)]) {
        self.formats = formats
        self.named = named.map { (GlobPattern($0.pattern), $0.format) }
    }

    /// The format that the configuration names for one of these names.
    func configured(_ names: [String]) -> String? {
        named.first { entry in names.contains { entry.pattern.matches($0) } }?.format
    }

    /// The record in a document that came under these names (index, source type), and from that source, which counts where it is configured.
    func sort(_ document: [UInt8], names: [String], source: String? = nil) -> Sorted {
        var fields = JSONFields(Self.paths)
        let configured = configured(names + (source.map { [$0] } ?? []))
        // What is no JSON object is judged by its format, which tells what is wrong with it.
        guard (try? fields.read(document.span)) == true else { return Sorted(format: configured ?? Self.ecs, record: document) }
        func text(_ path: Path) -> [UInt8]? {
            guard let token = fields.token(path.rawValue), token.kind == .string else { return nil }
            var out: [UInt8] = []
            fields.appendText(of: token, in: document.span, to: &out)
            return out.isEmpty ? nil : out
        }
        let inner = text(.original) ?? text(.message) ?? text(.log)
        let sensor = (text(.hostName) ?? text(.agentName) ?? text(.host)).map { String(decoding: $0, as: UTF8.self) }
        func line(_ format: String, _ record: [UInt8]) -> Sorted { Sorted(format: format, record: record, sensor: sensor) }

        if let configured, let entry = formats.entry(named: configured) {
            guard let inner else { return Sorted(format: configured, record: document) }
            let isText = entry.spec.framing == .lines || entry.spec.framing == .csv
            let isInside = isText || !claims(entry, document) && claims(entry, inner)
            return isInside ? line(configured, inner) : Sorted(format: configured, record: document)
        }
        if let inner, let entry = dataset(text(.dataset), names), entry.spec.name != Self.ecs, claims(entry, inner) {
            return line(entry.spec.name, inner)
        }
        if fields.token(Path.type.rawValue) != nil, fields.token(Path.timestamp.rawValue) != nil,
            fields.token(Path.tpotHost.rawValue) != nil || fields.token(Path.tpotAddress.rawValue) != nil
        {
            return Sorted(format: Self.tpot, record: document)
        }
        let says = [Path.kind, .category, .family].contains { fields.token($0.rawValue) != nil }
        let isEnvelope = !says && (fields.token(Path.ecsVersion.rawValue) != nil || fields.token(Path.timestamp.rawValue) != nil)
        if isEnvelope, let inner, let entry = formats.detect(head: inner.span, fileName: "") { return line(entry.spec.name, inner) }
        if says, fields.token(Path.timestamp.rawValue) != nil { return Sorted(format: Self.ecs, record: document) }
        if let entry = formats.detect(head: document.span, fileName: "") { return Sorted(format: entry.spec.name, record: document) }
        return Sorted(format: Self.ecs, record: document)
    }

    /// The format of a line that came under these names; nil when no format claims it.
    func sort(line: [UInt8], names: [String], source: String? = nil) -> String? {
        if let configured = configured(names + (source.map { [$0] } ?? [])) { return configured }
        if let entry = dataset(nil, names) { return entry.spec.name }
        return formats.detect(head: line.span, fileName: "")?.spec.name
    }

    /// How the records of a format lie in a body.
    func framing(of format: String) -> Framing { formats.entry(named: format)?.spec.framing ?? .lines }

    /// The format that a dataset or a source type names: `suricata.eve`, `suricata:eve` and `suricata` are `suricata`.
    private func dataset(_ dataset: [UInt8]?, _ names: [String]) -> FormatCatalogue.Entry? {
        let all = (dataset.map { [String(decoding: $0, as: UTF8.self)] } ?? []) + names
        for name in all {
            if let entry = formats.entry(named: name) { return entry }
            let first = name.prefix { $0 != "." && $0 != ":" }
            if first.count < name.count, let entry = formats.entry(named: String(first)) { return entry }
        }
        return nil
    }

    private func claims(_ entry: FormatCatalogue.Entry, _ bytes: [UInt8]) -> Bool {
        entry.likelihood(bytes.span, "") >= FormatCatalogue.claimThreshold
    }
}

/// A name with `*` for any run of characters.
struct GlobPattern: Sendable {
    private let parts: [[UInt8]]

    init(_ text: String) { parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init) }

    /// Whether the whole name fits. Linear in the name: each part is taken where it first stands.
    func matches(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard parts.count > 1 else { return bytes == parts[0] }
        guard bytes.starts(with: parts[0]), let last = parts.last, bytes.count >= parts[0].count + last.count,
            bytes.suffix(last.count).elementsEqual(last)
        else { return false }
        var rest = bytes[parts[0].count..<bytes.count - last.count]
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = rest.indices.first(where: { rest[$0...].starts(with: part) }) else { return false }
            rest = rest[(found + part.count)...]
        }
        return true
    }
}

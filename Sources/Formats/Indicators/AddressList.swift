public import Model
import Wire

/// Decodes lists of addresses and networks, one a line: FireHOL's ipsets and netsets, ipsum, Feodo, blocklist.de, Spamhaus DROP as text.
///
/// Comments (`#`, `;`) are no records; the list's name, maintainer, category and date are taken from FireHOL's, and remembered as state. Behind
/// the address may stand a number of lists (ipsum) or a comment (`; SBL1234`).
public struct AddressListFormat: Format {
    public static let spec = FormatSpec(
        name: "address-list", summary: "lists of addresses and networks (FireHOL, ipsum, plain)", framing: .lines)

    private var header = Header()

    /// What the comments said: name, maintainer, category and date, one a line.
    public var state: [UInt8] { header.stored }

    public init?(state: [UInt8]) {
        guard let header = Header(stored: state) else { return nil }
        self.header = header
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        let text = record.withUnsafeBufferPointer { String(decoding: $0.prefix(512), as: UTF8.self) }.trimmingBlanks
        guard let first = text.first else { return .notARecord }
        if first == "#" || first == ";" {
            header.note(text.drop { $0 == "#" || $0 == ";" }.trimmingBlanks)
            return .notARecord
        }
        guard let entry = AddressEntry(text) else {
            throw DecodeError(.badValue, "neither address nor network: \(RecordTime.excerpt(record))")
        }
        if let date = header.date, let time = TimestampReader.any.read(Array(date.utf8).span) {
            batch.append(.timestamp, time)
        } else {
            RecordTime.appendSubstitute(context, into: &batch)
        }
        batch.append(.eventFamily, "record")
        batch.append(.eventKind, "enrichment")
        batch.append(.eventCategory, "threat")
        batch.append(.eventType, "indicator")
        batch.append(.eventModule, "address-list")
        batch.append(.eventDataset, "address-list")
        batch.append(.observerType, "feed")
        batch.append(.threatIndicatorType, entry.address.contains(":") ? "ipv6-addr" : "ipv4-addr")
        IndicatorFields.appendAddress(entry.address, &batch)
        if let name = header.name { batch.append(.threatFeedName, name) }
        if let maintainer = header.maintainer { batch.append(.threatIndicatorProvider, maintainer) }
        if let category = header.category { batch.append(label: "list_category", category) }
        if let count = entry.count { batch.append(.threatIndicatorConfidence, count) }
        if let comment = entry.comment { batch.append(.threatIndicatorReference, comment) }
        if let sensor = context.sensor { batch.append(.observerName, sensor) }
        batch.append(.message, "\(entry.address) on \(header.name ?? "a list")")
        batch.endRow(raw: record)
        return .events(1)
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        let text = head.withUnsafeBufferPointer { String(decoding: $0.prefix(16_384), as: UTF8.self) }
        let lines = text.split(whereSeparator: \.isNewline)
        let whole = head.count >= 16_384 ? lines.dropLast() : lines[...]
        let entries = whole.filter { !$0.hasPrefix("#") && !$0.hasPrefix(";") && !$0.trimmingBlanks.isEmpty }.prefix(30)
        guard !entries.isEmpty, entries.allSatisfy({ AddressEntry($0.trimmingBlanks) != nil }) else { return 0 }
        return 88
    }

    /// What FireHOL's comments say of the list.
    struct Header: Sendable, Equatable {
        var name: String?
        var maintainer: String?
        var category: String?
        var date: String?

        init() {}

        init?(stored: [UInt8]) {
            guard !stored.isEmpty else { return }
            let lines = String(decoding: stored, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard lines.count == 4 else { return nil }
            let parts = lines.map { $0.isEmpty ? nil : $0 }
            (name, maintainer, category, date) = (parts[0], parts[1], parts[2], parts[3])
        }

        var stored: [UInt8] {
            self == Header() ? [] : Array([name, maintainer, category, date].map { $0 ?? "" }.joined(separator: "\n").utf8)
        }

        mutating func note(_ comment: Substring) {
            if let colon = comment.firstIndex(of: ":") {
                let value = String(comment[comment.index(after: colon)...].trimmingBlanks.prefix(128))
                guard !value.isEmpty else { return }
                switch comment[..<colon].trimmingBlanks {
                case "Maintainer": maintainer = value
                case "Category": category = value
                case "Source File Date": date = value
                default: break
                }
            } else if name == nil, !comment.isEmpty, !comment.contains(" ") {
                name = String(comment.prefix(128))
            }
        }
    }
}

/// One line of a list: an address or network, perhaps with a number of lists or a comment behind it.
struct AddressEntry {
    let address: String
    private(set) var count: String?
    private(set) var comment: String?

    init?(_ line: some StringProtocol) {
        let word = line.prefix { $0 != " " && $0 != "\t" && $0 != ";" && $0 != "#" && $0 != "," }
        guard word.contains(".") || word.contains(":"), Network(String(word)) != nil else { return nil }
        address = String(word)
        let rest = line.dropFirst(word.count).drop { " \t,".contains($0) }
        if let mark = rest.first, mark == ";" || mark == "#" {
            let text = String(rest.drop { ";# \t".contains($0) }.prefix(128))
            comment = text.isEmpty ? nil : text
        } else if !rest.isEmpty {
            guard rest.count <= 6, rest.allSatisfy(\.isNumber) else { return nil }
            count = String(rest)
        }
    }
}

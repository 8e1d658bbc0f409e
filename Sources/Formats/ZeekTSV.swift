public import Model
import Wire

/// Decodes Zeek's own tab-separated logs, whose header says which columns there are.
///
/// The header is the decoder's state, so that reading goes on in the middle of a file. A header in the middle (concatenated logs) counts
/// from there on.
public struct ZeekTSVFormat: Format {
    public static let spec = FormatSpec(name: "zeek-tsv", summary: "Zeek logs as tab-separated values with a header", framing: .lines)

    /// The lines of the header that matter, without `#`, by their key.
    private var header: [String: String] = [:]
    /// For each column its rule, or -1.
    private var rules: [Int] = []
    /// For each column whether it holds several values.
    private var isSet: [Bool] = []
    private var separator = UInt8(ascii: "\t")
    private var setSeparator = UInt8(ascii: ",")
    private var unset = Array("-".utf8)
    private var empty = Array("(empty)".utf8)

    private var writer = FieldWriter(Zeek.rules)
    private var event = ZeekEvent()
    private var value: [UInt8] = []

    private static let keys = ["separator", "set_separator", "empty_field", "unset_field", "path", "fields", "types"]
    private static let ruleTable = NameTable(Zeek.rules.map(\.path))

    /// The header's lines, as they stood.
    public var state: [UInt8] {
        Array(Self.keys.compactMap { key in header[key].map { "\(key)\n\($0)\n" } }.joined().utf8)
    }

    public init?(state: [UInt8]) {
        let lines = String(decoding: state, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard state.isEmpty || lines.count % 2 == 1 && lines.last == "" else { return nil }
        for i in stride(from: 0, to: lines.count - 1, by: 2) {
            guard Self.keys.contains(lines[i]) else { return nil }
            header[lines[i]] = lines[i + 1]
        }
        applyHeader()
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        guard !LogText.isBlank(record) else { return .notARecord }
        if record[0] == UInt8(ascii: "#") {
            readHeader(record)
            return .notARecord
        }
        guard !rules.isEmpty else { throw DecodeError(.missingField, "a row before any #fields header") }
        if let repaired = LogText.repaired(record) {
            try append(repaired.span, context, into: &batch)
        } else {
            try append(record, context, into: &batch)
        }
        batch.endRow(raw: record)
        return .events(1)
    }

    // MARK: Header

    /// `#key<separator>values`, but `#separator \x09` with a blank.
    private mutating func readHeader(_ record: Span<UInt8>) {
        let line = record.extracting(1..<record.count).string
        guard let end = line.firstIndex(where: { $0 == "\t" || $0 == " " || String($0).utf8.first == separator }) else { return }
        let key = String(line[..<end])
        guard Self.keys.contains(key) else { return }
        if key == "separator" { header.removeAll() }
        header[key] = line[line.index(after: end)...].trimmingLineEnd
        applyHeader()
    }

    private mutating func applyHeader() {
        if let text = header["separator"] { separator = Self.byte(text) ?? UInt8(ascii: "\t") }
        if let text = header["set_separator"] { setSeparator = Self.byte(text) ?? UInt8(ascii: ",") }
        if let text = header["unset_field"] { unset = Array(text.utf8) }
        if let text = header["empty_field"] { empty = Array(text.utf8) }
        let split = Character(UnicodeScalar(separator))
        rules = (header["fields"] ?? "").split(separator: split).map { Self.ruleTable.number(Array($0.utf8).span) ?? -1 }
        isSet = (header["types"] ?? "").split(separator: split).map { $0.hasPrefix("set[") || $0.hasPrefix("vector[") }
    }

    /// One byte as `\x09` or as itself.
    private static func byte(_ text: String) -> UInt8? {
        text.hasPrefix("\\x") ? UInt8(text.dropFirst(2).prefix(2), radix: 16) : text.utf8.first
    }

    // MARK: Rows

    private mutating func append(_ record: Span<UInt8>, _ context: RecordContext, into batch: inout EventBatch) throws(DecodeError) {
        event.removeAll()
        if let path = header["path"] { event.take(Zeek.Path.path.rawValue) { $0.append(contentsOf: path.utf8) } }
        var start = 0
        for (column, rule) in rules.enumerated() {
            guard start <= record.count else { throw DecodeError(.malformedCSV, "\(column) columns, not \(rules.count)") }
            let end = record.firstIndex(of: separator, from: start) ?? record.count
            let range = start..<end
            start = end + 1
            guard rule >= 0, !isAbsent(record, range) else { continue }
            unescape(record, range)
            let text = value
            event.take(rule) { $0.append(contentsOf: text) }
            if column < isSet.count, isSet[column] {
                for part in text.split(separator: setSeparator) { writer.write(rule, Array(part).span, zoneMinutes: 0, into: &batch) }
            } else {
                writer.write(rule, text.span, zoneMinutes: context.zoneMinutes, into: &batch)
            }
        }
        guard start == record.count + 1 else { throw DecodeError(.malformedCSV, "more than \(rules.count) columns") }
        guard event.has(.ts) else { throw DecodeError(.missingField, "no ts") }
        try event.appendTime(into: &batch, context: context)
        event.append(into: &batch, context: context)
    }

    private func isAbsent(_ record: Span<UInt8>, _ range: Range<Int>) -> Bool {
        func equals(_ text: [UInt8]) -> Bool {
            guard range.count == text.count else { return false }
            for (i, at) in zip(text.indices, range) where text[i] != record[at] { return false }
            return true
        }
        return range.isEmpty || equals(unset) || equals(empty)
    }

    /// Resolves `\xNN`, as Zeek writes its separators and what is not printable.
    private mutating func unescape(_ record: Span<UInt8>, _ range: Range<Int>) {
        value.removeAll(keepingCapacity: true)
        var isEscaped = false
        var at = range.lowerBound
        while at < range.upperBound {
            if record[at] == UInt8(ascii: "\\"), at + 4 <= range.upperBound, record[at + 1] == UInt8(ascii: "x"),
                let byte = UInt8(record.extracting(at + 2..<at + 4).string, radix: 16)
            {
                value.append(byte)
                isEscaped = true
                at += 4
            } else {
                value.append(record[at])
                at += 1
            }
        }
        if isEscaped, let repaired = LogText.repaired(value.span) { value = repaired }
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        if head.has("#separator \\x") { return 97 }
        return head.has("#fields\tts\t") || head.range(of: "\n#fields\t", to: 512) != nil ? 92 : 0
    }
}

extension Substring {
    /// The text without carriage returns and line feeds at its end.
    fileprivate var trimmingLineEnd: String {
        var text = self
        while let last = text.last, last.isNewline { text.removeLast() }
        return String(text)
    }
}

import Formats
import Model
import TestKit
import Testing

/// What a decoder made of some records.
struct Decoding {
    var batch = EventBatch()
    var errors: [(record: Int, error: DecodeError)] = []
    var records = 0
    var notRecords = 0

    /// Decodes the records of a text with a fresh decoder of that name.
    init(_ name: String, _ bytes: [UInt8], _ records: [Range<Int>], context: RecordContext = Decoding.context) throws {
        let entry = try #require(FormatCatalogue.standard.entry(named: name))
        var decoder = try #require(entry.make([]))
        try self.init(&decoder, bytes, records, context: context)
    }

    /// Decodes records with a decoder that may have seen others before.
    init(_ decoder: inout any Format, _ bytes: [UInt8], _ records: [Range<Int>], context: RecordContext = Decoding.context) throws {
        for (number, range) in records.enumerated() {
            do {
                switch try decoder.decode(bytes.span.extracting(range), in: context, into: &batch) {
                case .events, .filtered: self.records += 1
                case .notARecord: notRecords += 1
                }
            } catch {
                batch.abandonRow()
                self.records += 1
                errors.append((number, error))
            }
        }
    }

    /// Decodes the lines of a text.
    init(_ name: String, lines text: String, context: RecordContext = Decoding.context) throws {
        let bytes = Array(text.utf8)
        try self.init(name, bytes, SharedData.lines(of: bytes), context: context)
    }

    /// A context with a fixed arrival: 2024-06-01T00:00:00Z.
    static let context = RecordContext(arrival: Timestamp(milliseconds: 1_717_200_000_000))

    /// The name of the format that claims a stream.
    static func detected(_ bytes: [UInt8]) -> String? {
        let head = Array(bytes.prefix(65_536))
        return FormatCatalogue.standard.detect(head: head.span, fileName: "")?.spec.name
    }

    /// How often each value of a keyword occurs.
    func counts(_ field: Field) -> [String: Int] {
        var counts: [String: Int] = [:]
        for row in 0..<batch.count { if let value = batch[row].string(field) { counts[value, default: 0] += 1 } }
        return counts
    }

    /// Whether every row is well-formed and has what every event must have.
    var isComplete: Bool {
        (0..<batch.count).allSatisfy { row in
            let row = batch[row]
            return row.isWellFormed && row.date(.timestamp) != nil && row.string(.eventFamily) != nil && row.string(.message) != nil
                && row.string(.eventDataset) != nil
                && (row.string(.eventFamily) != "attack" || row.string(.attackType) != nil && row.string(.attackSeverity) != nil)
        }
    }

    /// The elements of a JSON array, whose top-level objects are found by counting braces outside strings.
    static func elements(of bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var (depth, start, isInString, isEscaped) = (0, 0, false, false)
        for (i, byte) in bytes.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == UInt8(ascii: "{") {
                if depth == 0 { start = i }
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { ranges.append(start..<i + 1) }
            }
        }
        return ranges
    }
}

/// Why a record is not CSV, and where.
public struct CSVError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of reasons.
    public enum Code: Sendable {
        /// A quoted value has no closing quote.
        case unterminatedQuote
        /// Something other than a delimiter follows a closing quote.
        case textAfterQuote
    }

    /// The kind of reason.
    public let code: Code
    /// Offset in bytes of what is wrong.
    public let offset: Int

    public var description: String {
        "\(code == .unterminatedQuote ? "a quoted value does not end" : "text behind a closing quote") at byte \(offset)"
    }
}

/// Splits one CSV record (RFC 4180) into its values.
///
/// A quote inside an unquoted value is an ordinary character. Invalid UTF-8 becomes U+FFFD. Keeps its memory from record to record;
/// linear in the bytes.
public struct CSVReader: Sendable {
    /// Where the text of a value lies: in the record, or (when it had doubled quotes or bad UTF-8) in the reader's buffer.
    public struct Value: Sendable {
        /// The bytes, of the record or of ``CSVReader/repaired``.
        public let range: Range<Int>
        /// Whether the range is one of ``CSVReader/repaired``.
        public let isRepaired: Bool
    }

    /// The values of the record read last.
    public private(set) var values: [Value] = []
    /// Texts of values that are not in the record as they are.
    public private(set) var repaired: [UInt8] = []
    /// The byte between values.
    public let delimiter: UInt8

    /// A reader of values between that byte.
    public init(delimiter: UInt8 = UInt8(ascii: ",")) { self.delimiter = delimiter }

    /// Reads a record without its line end; a byte order mark before it is skipped.
    public mutating func read(_ record: Span<UInt8>) throws(CSVError) {
        values.removeAll(keepingCapacity: true)
        repaired.removeAll(keepingCapacity: true)
        let count = record.count
        var at = count >= 3 && record[0] == 0xef && record[1] == 0xbb && record[2] == 0xbf ? 3 : 0
        while true {
            if at < count, record[at] == UInt8(ascii: "\"") {
                at = try quoted(record, from: at + 1)
                guard at == count || record[at] == delimiter else { throw CSVError(code: .textAfterQuote, offset: at) }
            } else {
                let start = at
                var high: UInt8 = 0
                while at < count, record[at] != delimiter {
                    high |= record[at]
                    at += 1
                }
                add(record, start..<at, isASCII: high < 0x80)
            }
            if at == count { return }
            at += 1
        }
    }

    /// Reads the quoted value whose text begins at `start`; returns the offset behind its closing quote.
    private mutating func quoted(_ record: Span<UInt8>, from start: Int) throws(CSVError) -> Int {
        var at = start
        var high: UInt8 = 0
        var doubled = false
        while at < record.count {
            let byte = record[at]
            high |= byte
            if byte == UInt8(ascii: "\"") {
                guard at + 1 < record.count, record[at + 1] == UInt8(ascii: "\"") else { break }
                doubled = true
                at += 1
            }
            at += 1
        }
        guard at < record.count else { throw CSVError(code: .unterminatedQuote, offset: start - 1) }
        if doubled {
            var text: [UInt8] = []
            var i = start
            while i < at {
                text.append(record[i])
                i += record[i] == UInt8(ascii: "\"") ? 2 : 1
            }
            let from = repaired.count
            UTF8Sequence.appendRepaired(text.span, to: &repaired)
            values.append(Value(range: from..<repaired.count, isRepaired: true))
        } else {
            add(record, start..<at, isASCII: high < 0x80)
        }
        return at + 1
    }

    @inline(__always) private mutating func add(_ record: Span<UInt8>, _ range: Range<Int>, isASCII: Bool) {
        if isASCII || UTF8Sequence.isValid(record.extracting(range)) {
            values.append(Value(range: range, isRepaired: false))
        } else {
            let from = repaired.count
            UTF8Sequence.appendRepaired(record.extracting(range), to: &repaired)
            values.append(Value(range: from..<repaired.count, isRepaired: true))
        }
    }

    /// The text of a value as a String.
    public func string(_ value: Value, in record: Span<UInt8>) -> String {
        value.isRepaired
            ? String(decoding: repaired[value.range], as: UTF8.self)
            : record.extracting(value.range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}

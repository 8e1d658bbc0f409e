import Glibc

/// What the scanner found at its position.
enum FrameFinding {
    /// A complete record; the scanner stands behind its separator.
    case record(Range<Int>)
    /// The bytes end before the record that begins at that index does; bytes before it are blank.
    case more(Int)
}

let lineFeed = UInt8(ascii: "\n")
let carriageReturn = UInt8(ascii: "\r")
let doubleQuote = UInt8(ascii: "\"")

/// Finds the ends of records in a growing run of bytes.
///
/// All positions are indices into the framer's buffer; ``shift(by:)`` moves them when the buffer's front is dropped. Every byte is
/// looked at once: a scan that meets the end of the bytes goes on there at the next call.
struct FramerScanner: Sendable {
    /// How the records of a JSON stream lie; ``undecided`` until a byte that is not blank is seen.
    enum JSONMode: UInt8, Sendable { case undecided, lines, array, objects }

    /// Where the next record begins, or the one being scanned began.
    var at = 0
    /// Whether the scan stands inside a record whose beginning is dropped already.
    var isInsideRecord = false
    var json = JSONMode.undecided
    var csv: CSVScan?
    var element: ElementScan?
    var entries: EntryScan?
    /// No LF lies in `at..<lf`; likewise for CR and the double quote.
    private var lf = 0
    private var cr = 0
    private var quote = 0

    /// A scan of one CSV record that holds a double quote.
    struct CSVScan: Sendable {
        var at: Int
        var isQuoted = false
        var isFieldStart = true
        /// The first line end inside quotes: where the record ends if the quotes turn out not to be balanced.
        var firstInnerLineEnd: Int?
    }

    /// A scan of one element of a JSON array.
    struct ElementScan: Sendable {
        var at: Int
        var depth = 0
        var isString = false
    }

    /// Moves every position down by that many bytes.
    mutating func shift(by count: Int) {
        at -= count
        lf -= count
        cr -= count
        quote -= count
        csv?.at -= count
        if let end = csv?.firstInnerLineEnd { csv?.firstInnerLineEnd = end - count }
        element?.at -= count
        entries?.at -= count
    }

    /// Takes everything up to the scan's position as read, because the record is too long to be kept.
    mutating func abandonBeginning(end: Int) {
        isInsideRecord = true
        at = min(csv?.at ?? element?.at ?? entries?.at ?? end, end)
    }

    // MARK: Lines

    /// The next record that is a line; blank lines are skipped.
    mutating func nextLine(_ bytes: UnsafeBufferPointer<UInt8>, isFinal: Bool) -> FrameFinding {
        while true {
            let end = lineEnd(bytes)
            if end == bytes.count {
                guard isFinal, at < end else { return .more(at) }
                let start = at
                at = end
                if !isInsideRecord, isBlank(bytes, start, end) { return .more(end) }
                isInsideRecord = false
                return .record(start..<end)
            }
            let start = at
            at = end + 1
            if !isInsideRecord, end == start || isBlank(bytes, start, end) { continue }
            isInsideRecord = false
            return .record(start..<end)
        }
    }

    /// Index of the first line end at or after ``at``, or the count. A CRLF is a line end and a blank line.
    private mutating func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        Self.advance(&lf, to: lineFeed, from: at, bytes)
        Self.advance(&cr, to: carriageReturn, from: at, bytes)
        return min(lf, cr)
    }

    /// Makes `position` the first `byte` at or after `start`, or the count.
    @inline(__always)
    private static func advance(_ position: inout Int, to byte: UInt8, from start: Int, _ bytes: UnsafeBufferPointer<UInt8>) {
        if position < start { position = start }
        guard position < bytes.count, bytes[position] != byte, let base = bytes.baseAddress else { return }
        let found = memchr(base + position, Int32(byte), bytes.count - position)
        position = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? bytes.count
    }

    private func isBlank(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var i = start
        while i < end, bytes[i] == UInt8(ascii: " ") || bytes[i] == UInt8(ascii: "\t") { i += 1 }
        return i == end
    }

    // MARK: CSV

    /// The next CSV record: a line, or several where line ends lie inside double quotes.
    ///
    /// Quotes that are closed by something other than a delimiter, or not at all, are no quotes: the record ends with its first
    /// line, so that one bad line costs one record.
    mutating func nextCSV(_ bytes: UnsafeBufferPointer<UInt8>, isFinal: Bool) -> FrameFinding {
        if csv == nil {
            // Blank lines first, so that a scan always begins on a record.
            while at < bytes.count, !isInsideRecord {
                let end = lineEnd(bytes)
                guard end < bytes.count, isBlank(bytes, at, end) else { break }
                at = end + 1
            }
            Self.advance(&quote, to: doubleQuote, from: at, bytes)
            let end = lineEnd(bytes)
            if quote >= end, end < bytes.count || quote == bytes.count { return nextLine(bytes, isFinal: isFinal) }
            csv = CSVScan(at: at)
        }
        guard var scan = csv else { return .more(at) }
        guard let end = Self.endOfCSV(&scan, bytes, isFinal: isFinal, endsAtInnerLine: isInsideRecord) else {
            csv = scan
            return .more(at)
        }
        csv = nil
        isInsideRecord = false
        let start = at
        at = min(end + 1, bytes.count)
        return .record(start..<end)
    }

    /// Ends a record that is too long at its first line end inside quotes; false where there is none.
    mutating func endAtInnerLine() -> Range<Int>? {
        guard let end = csv?.firstInnerLineEnd else { return nil }
        csv = nil
        let start = at
        at = end + 1
        return start..<end
    }

    private static func endOfCSV(
        _ scan: inout CSVScan, _ bytes: UnsafeBufferPointer<UInt8>, isFinal: Bool, endsAtInnerLine: Bool
    ) -> Int? {
        let count = bytes.count
        var i = scan.at
        while i < count {
            let byte = bytes[i]
            let isLineEnd = byte == lineFeed || byte == carriageReturn
            if !scan.isQuoted {
                if isLineEnd { return i }
                if byte == doubleQuote, scan.isFieldStart { scan.isQuoted = true }
                scan.isFieldStart = isDelimiter(byte)
            } else if byte == doubleQuote {
                if i + 1 == count, !isFinal { break }
                let next = i + 1 < count ? bytes[i + 1] : lineFeed
                if next == doubleQuote {
                    i += 1
                } else {
                    if next != lineFeed, next != carriageReturn, !isDelimiter(next), let end = scan.firstInnerLineEnd { return end }
                    scan.isQuoted = false
                }
            } else if isLineEnd, scan.firstInnerLineEnd == nil {
                if endsAtInnerLine { return i }
                scan.firstInnerLineEnd = i
            }
            i += 1
        }
        scan.at = i
        guard isFinal else { return nil }
        return scan.isQuoted ? scan.firstInnerLineEnd ?? count : count
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "\t")
    }
}

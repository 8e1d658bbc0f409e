import Wire

/// The header that syslog writes before a JSON object: `Jan  9 15:55:17 host suricata[4146]: {…}`, perhaps with `<PRI>`, or RFC 5424's
/// `<PRI>1 time host suricata 4146 - - {…}`.
struct SyslogHeader {
    /// Offset of the object.
    let end: Int
    private let hostRange: Range<Int>

    /// The header of a record; nil when the record begins with a JSON value or has none.
    init?(of record: Span<UInt8>) {
        guard record.count > 0 else { return nil }
        // A quick look: objects and byte order marks are by far the most common.
        switch record[0] {
        case UInt8(ascii: "<"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): break
        default: return nil
        }
        let limit = min(record.count, 256)
        var brace = 0
        while brace < limit, record[brace] != UInt8(ascii: "{") { brace += 1 }
        guard brace < limit, brace >= 3, record[brace - 1] == UInt8(ascii: " ") else { return nil }
        end = brace
        if record[0] == UInt8(ascii: "<"), let version = record.range(of: ">1 ", to: 8) {
            let hostStart = record.wordEnd(from: version.upperBound) + 1
            guard hostStart < brace else { return nil }
            let host = hostStart..<record.wordEnd(from: hostStart, to: brace)
            hostRange = host.count == 1 && record[hostStart] == UInt8(ascii: "-") ? 0..<0 : host
            return
        }
        guard record[brace - 2] == UInt8(ascii: ":") else { return nil }
        // The host is the last word but one.
        var tagStart = brace - 2
        while tagStart > 0, record[tagStart - 1] != UInt8(ascii: " ") { tagStart -= 1 }
        let hostEnd = max(tagStart - 1, 0)
        var hostStart = hostEnd
        while hostStart > 0, record[hostStart - 1] != UInt8(ascii: " ") { hostStart -= 1 }
        hostRange = hostStart..<hostEnd
    }

    /// Where the value of a record lies: behind a header, or all of it.
    static func object(in record: Span<UInt8>) -> Range<Int> { (SyslogHeader(of: record)?.end ?? 0)..<record.count }

    /// The host that the header names.
    func host(in record: Span<UInt8>) -> String? {
        guard !hostRange.isEmpty else { return nil }
        return record.extracting(hostRange).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}

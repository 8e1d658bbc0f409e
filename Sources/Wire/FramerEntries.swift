/// How far the entries of a feed have been looked for.
struct EntryScan: Sendable {
    /// Where the scan goes on.
    var at = 0
    /// Whether what stands before the first entry is behind the scan.
    var isBehindHead = false
    /// Whether the scan stands inside an entry.
    var isInside = false

    /// Whether something stands at a place.
    enum Answer { case yes, no, unknown }

    /// Whether the start tag of an `item` or `entry` stands at an offset, with any prefix.
    static func isStart(_ bytes: borrowing Span<UInt8>, _ at: Int) -> Answer {
        isTag(count: bytes.count, at, isEnd: false) { bytes[$0] }
    }

    /// The same for an end tag or a start tag, over any bytes. The longest prefix that counts has 32 bytes.
    static func isTag(count: Int, _ at: Int, isEnd: Bool, _ byte: (Int) -> UInt8) -> Answer {
        var i = at
        guard i < count else { return .unknown }
        guard byte(i) == UInt8(ascii: "<") else { return .no }
        i += 1
        if isEnd {
            guard i < count else { return .unknown }
            guard byte(i) == UInt8(ascii: "/") else { return .no }
            i += 1
        }
        let start = i
        var nameStart = i
        while i < count, i - start <= 40 {
            let next = byte(i)
            if next == UInt8(ascii: ":") {
                nameStart = i + 1
            } else if next == UInt8(ascii: ">") || next == UInt8(ascii: "/") || next <= 0x20 {
                return isName(nameStart..<i, byte) ? .yes : .no
            } else if next >= 0x80 || next == UInt8(ascii: "<") {
                return .no
            }
            i += 1
        }
        return i - start > 40 ? .no : .unknown
    }

    private static func isName(_ range: Range<Int>, _ byte: (Int) -> UInt8) -> Bool {
        for name: StaticString in ["item", "entry"] where range.count == name.utf8CodeUnitCount {
            if range.allSatisfy({ byte($0) == name.utf8Start[$0 - range.lowerBound] }) { return true }
        }
        return false
    }
}

extension FramerScanner {
    /// The next record of a feed: what stands before the first entry, then the entries; what is between and behind them is passed over.
    ///
    /// Tags inside comments and CDATA do not count. An entry without an end reaches to the next entry's start or the end of the stream.
    mutating func nextEntry(_ bytes: UnsafeBufferPointer<UInt8>, isFinal: Bool) -> FrameFinding {
        var scan = entries ?? EntryScan(at: at)
        if isInsideRecord { scan.isInside = scan.isBehindHead }
        scan.at = max(scan.at, at)
        defer { entries = scan }
        while true {
            guard let open = Self.nextTag(bytes, from: scan.at) else {
                scan.at = bytes.count
                break
            }
            scan.at = open
            guard let end = Self.endOfSection(bytes, open) else { break }
            if end > open {
                scan.at = end
                continue
            }
            let tag = EntryScan.isTag(count: bytes.count, open, isEnd: scan.isInside) { bytes[$0] }
            let other = scan.isInside ? EntryScan.isTag(count: bytes.count, open, isEnd: false) { bytes[$0] } : .no
            if tag == .unknown || other == .unknown, !isFinal { break }
            if !scan.isInside, tag == .yes {
                if !scan.isBehindHead {
                    scan.isBehindHead = true
                    let head = at..<open
                    let isRecord = isInsideRecord || head.contains { bytes[$0] > 0x20 }
                    at = open
                    isInsideRecord = false
                    if isRecord { return .record(head) }
                }
                at = open
                scan.isInside = true
                scan.at = open + 1
            } else if scan.isInside, tag == .yes {
                guard let close = bytes[open...].firstIndex(of: UInt8(ascii: ">")) else {
                    if isFinal { scan.at = bytes.count }
                    break
                }
                return finish(&scan, at..<close + 1, next: close + 1)
            } else if scan.isInside, other == .yes {
                // An empty entry has no end tag; neither has one that is cut. Both end here.
                return finish(&scan, at..<open, next: open)
            } else {
                scan.at = open + 1
            }
        }
        if !scan.isInside, scan.isBehindHead, !isInsideRecord {
            at = scan.at
            return .more(bytes.count)
        }
        guard isFinal, at < bytes.count else { return .more(at) }
        let rest = at..<bytes.count
        at = bytes.count
        scan.at = at
        isInsideRecord = false
        let isBlank = !rest.contains { bytes[$0] > 0x20 }
        scan.isBehindHead = true
        scan.isInside = false
        return isBlank ? .more(bytes.count) : .record(rest)
    }

    private mutating func finish(_ scan: inout EntryScan, _ record: Range<Int>, next: Int) -> FrameFinding {
        at = next
        isInsideRecord = false
        scan.isInside = false
        scan.at = next
        return .record(record)
    }

    private static func nextTag(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        start < bytes.count ? bytes[start...].firstIndex(of: UInt8(ascii: "<")) : nil
    }

    /// Behind a comment or CDATA section that begins there; the place itself where none does; nil when its end is not there yet.
    private static func endOfSection(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
        for (opening, closing): (StaticString, StaticString) in [("<!--", "-->"), ("<![CDATA[", "]]>")] {
            let length = opening.utf8CodeUnitCount
            let there = min(length, bytes.count - start)
            guard (0..<there).allSatisfy({ bytes[start + $0] == opening.utf8Start[$0] }) else { continue }
            guard there == length else { return nil }
            var at = start + length
            while at + 3 <= bytes.count {
                if (0..<3).allSatisfy({ bytes[at + $0] == closing.utf8Start[$0] }) { return at + 3 }
                at += 1
            }
            return nil
        }
        return start
    }
}

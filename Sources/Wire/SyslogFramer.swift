/// Messages cut out of a syslog connection.
public struct SyslogRun: Sendable {
    /// The bytes in which the messages lie.
    public var bytes: [UInt8] = []
    /// The messages without their framing, as ranges of ``bytes``.
    public var records: [Range<Int>] = []
    /// Messages longer than the limit, by index: their full length. Only their beginning is in ``bytes``.
    public var oversized: [Int: UInt64] = [:]

    /// A run of no messages.
    public init() {}
}

/// Cuts the bytes of a syslog connection into messages (RFC 6587).
///
/// A connection that begins with a number, a blank and `<` counts octets (RFC 6587 §3.4.1, RFC 5425); any other ends its messages by LF or
/// NUL (§3.4.2). Where a count is expected and none stands, one line is taken as the message, so that a sender's slip costs nothing.
/// Memory is bounded by the limit of a message and one chunk.
public struct SyslogFramer: Sendable {
    /// How messages are framed.
    public enum Mode: Sendable { case undecided, counted, lines }

    /// A message of which only the beginning is kept.
    private struct Long: Sendable {
        var beginning: [UInt8]
        var length: UInt64
        /// Bytes still to come, where they are counted.
        var left: Int?
    }

    /// The longest message that is kept whole, in bytes.
    public let maxRecordBytes: Int
    /// How this connection frames its messages.
    public private(set) var mode = Mode.undecided
    private var buffer: [UInt8] = []
    private var start = 0
    /// No line end lies before this index.
    private var searched = 0
    private var long: Long?

    /// A framer of a connection that begins.
    public init(maxRecordBytes: Int = 1 << 20) { self.maxRecordBytes = maxRecordBytes }

    /// Adds bytes and takes the messages that are complete; with `isFinal` also the last, which may lack its end.
    public mutating func take(_ bytes: [UInt8], isFinal: Bool = false) -> SyslogRun {
        buffer.append(contentsOf: bytes)
        var run = SyslogRun()
        while step(into: &run, isFinal: isFinal) {}
        if isFinal, let long {
            emit(long.beginning[...], length: long.length, into: &run)
            self.long = nil
        }
        buffer.removeSubrange(..<start)
        searched = max(0, searched - start)
        start = 0
        return run
    }

    /// Takes one message, or decides on something; false when more bytes are needed.
    private mutating func step(into run: inout SyslogRun, isFinal: Bool) -> Bool {
        if long != nil { return skip(into: &run) }
        guard start < buffer.count else { return false }
        if mode == .counted {
            // Some senders end counted messages by a line end, too.
            while start < buffer.count, Self.isEnd(buffer[start]) || buffer[start] == 13 { start += 1 }
            guard start < buffer.count else { return false }
        }
        guard mode != .lines, Self.isDigit(buffer[start]) else {
            if mode == .undecided { mode = .lines }
            return line(into: &run, isFinal: isFinal)
        }
        var at = start
        var count = 0
        while at < buffer.count, at - start < 10, Self.isDigit(buffer[at]) {
            count = count * 10 + Int(buffer[at] - UInt8(ascii: "0"))
            at += 1
        }
        let isWhole = at + 1 < buffer.count
        if !isWhole, !isFinal, at - start < 10 { return false }
        let isCount = isWhole && buffer[at] == UInt8(ascii: " ") && count > 0 && (mode == .counted || buffer[at + 1] == UInt8(ascii: "<"))
        guard isCount else {
            if mode == .undecided { mode = .lines }
            return line(into: &run, isFinal: isFinal)
        }
        mode = .counted
        return counted(count, from: at + 1, into: &run, isFinal: isFinal)
    }

    private mutating func counted(_ count: Int, from begin: Int, into run: inout SyslogRun, isFinal: Bool) -> Bool {
        let available = buffer.count - begin
        if count > maxRecordBytes {
            let kept = min(available, count, Framer.keptOfOversized)
            let taken = min(available, count)
            long = Long(beginning: Array(buffer[begin..<begin + kept]), length: UInt64(taken), left: count - taken)
            start = begin + taken
            return true
        }
        guard available >= count || isFinal else { return false }
        let end = begin + min(count, available)
        emit(buffer[begin..<end], into: &run)
        start = end
        return true
    }

    private mutating func line(into run: inout SyslogRun, isFinal: Bool) -> Bool {
        var at = max(start, searched)
        while at < buffer.count, !Self.isEnd(buffer[at]) { at += 1 }
        searched = at
        let length = at - start
        if length > maxRecordBytes {
            long = Long(
                beginning: Array(buffer[start..<start + min(length, Framer.keptOfOversized)]), length: UInt64(length), left: nil)
            start = at
            return true
        }
        guard at < buffer.count || isFinal else { return false }
        emit(buffer[start..<at], into: &run)
        start = min(at + 1, buffer.count)
        return true
    }

    /// Steps over the rest of a message that is too long.
    private mutating func skip(into run: inout SyslogRun) -> Bool {
        guard var long else { return false }
        defer { self.long = long.left == 0 ? nil : long }
        if let left = long.left {
            let taken = min(left, buffer.count - start)
            Self.add(buffer[start..<start + taken], to: &long)
            long.left = left - taken
            start += taken
            guard left == taken else { return false }
            emit(long.beginning[...], length: long.length, into: &run)
            return true
        }
        var at = start
        while at < buffer.count, !Self.isEnd(buffer[at]) { at += 1 }
        Self.add(buffer[start..<at], to: &long)
        guard at < buffer.count else {
            start = at
            return false
        }
        start = at + 1
        long.left = 0
        emit(long.beginning[...], length: long.length, into: &run)
        return true
    }

    private static func add(_ bytes: ArraySlice<UInt8>, to long: inout Long) {
        long.length += UInt64(bytes.count)
        long.beginning += bytes.prefix(Framer.keptOfOversized - min(long.beginning.count, Framer.keptOfOversized))
    }

    /// Adds a message without line ends at its end; an empty one is none.
    private func emit(_ message: ArraySlice<UInt8>, length: UInt64? = nil, into run: inout SyslogRun) {
        var end = message.endIndex
        while length == nil, end > message.startIndex, Self.isEnd(message[end - 1]) || message[end - 1] == 13 { end -= 1 }
        guard end > message.startIndex else { return }
        if let length { run.oversized[run.records.count] = length }
        let at = run.bytes.count
        run.bytes += message[message.startIndex..<end]
        run.records.append(at..<run.bytes.count)
    }

    private static func isEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 0 }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}

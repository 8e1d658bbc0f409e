/// One event of an event stream.
public struct EventStreamEvent: Sendable, Equatable {
    /// The event's name; `message` where the stream does not say.
    public var name: String
    /// Its data, lines joined by LF; of longer data only the beginning.
    public var data: [UInt8]
    /// The full length of the data in bytes.
    public var length: UInt64
    /// The last event id that the stream had stated up to here.
    public var id: [UInt8]
}

/// Reads event streams (`text/event-stream`, WHATWG HTML §9.2.6) that come in chunks.
///
/// CR, LF and CRLF end a line, also where a CRLF is torn apart; a byte order mark is skipped; comments and unknown fields are passed over; an
/// event whose blank line never comes is none. Memory is bounded: of data beyond the limit only the first 4 KiB are kept and the rest is
/// counted. Linear in the bytes.
public struct EventStreamReader: Sendable {
    /// How much of data that are too long is kept, in bytes.
    public static let keptOfOversized = 4096
    /// Longest line besides data, in bytes: names, ids, comments. What is longer counts as cut there.
    private static let maximumFieldBytes = 4096

    /// The longest data that are kept whole, in bytes.
    public let maximumDataBytes: Int
    /// The last event id, for `Last-Event-ID`.
    public private(set) var lastID: [UInt8]
    /// The time in milliseconds after which the stream wants to be opened again; nil where it did not say.
    public private(set) var retryMilliseconds: Int?

    private var data: [UInt8] = []
    private var dataLength: UInt64 = 0
    private var hasData = false
    private var name: [UInt8] = []
    private var id: [UInt8]
    private var line: [UInt8] = []
    /// Where the line's value begins once it is known to be data: such lines go straight into ``data``.
    private var isDataLine = false
    private var isBehindCR = false
    private var startBytes: [UInt8]? = []

    /// A reader of a stream from its start. The id is that of the last event that was seen before.
    public init(maximumDataBytes: Int, lastID: [UInt8] = []) {
        self.maximumDataBytes = maximumDataBytes
        self.lastID = lastID
        id = lastID
    }

    /// Adds bytes and returns the events that are complete with them.
    public mutating func push(_ bytes: some Collection<UInt8>) -> [EventStreamEvent] {
        var events: [EventStreamEvent] = []
        for byte in bytes { take(byte, &events) }
        return events
    }

    private mutating func take(_ byte: UInt8, _ events: inout [EventStreamEvent]) {
        guard var start = startBytes else { return step(byte, &events) }
        // A byte order mark at the very start, which may come in pieces.
        start.append(byte)
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        if mark.starts(with: start) {
            startBytes = start.count == 3 ? nil : start
            return
        }
        startBytes = nil
        for byte in start { step(byte, &events) }
    }

    private mutating func step(_ byte: UInt8, _ events: inout [EventStreamEvent]) {
        let isLF = byte == UInt8(ascii: "\n")
        defer { isBehindCR = byte == UInt8(ascii: "\r") }
        if isLF, isBehindCR { return }
        guard isLF || byte == UInt8(ascii: "\r") else { return append(byte) }
        endLine(&events)
    }

    private mutating func append(_ byte: UInt8) {
        if isDataLine { return appendData(byte) }
        if line.count < Self.maximumFieldBytes { line.append(byte) }
        guard line.count == 6, line.starts(with: "data:".utf8) else { return }
        // One blank behind the colon does not belong to the value.
        let first = line[5]
        beginData()
        if first != 0x20 { appendData(first) }
    }

    private mutating func beginData() {
        if hasData { appendData(UInt8(ascii: "\n")) }
        hasData = true
        isDataLine = true
    }

    private mutating func appendData(_ byte: UInt8) {
        dataLength += 1
        if data.count < maximumDataBytes { data.append(byte) }
    }

    private mutating func endLine(_ events: inout [EventStreamEvent]) {
        defer {
            line.removeAll(keepingCapacity: true)
            isDataLine = false
        }
        if isDataLine { return }
        guard !line.isEmpty else { return dispatch(&events) }
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        let field = line[..<(colon ?? line.count)]
        var value = colon.map { line[($0 + 1)...] } ?? []
        if value.first == 0x20 { value = value.dropFirst() }
        if field.elementsEqual("data".utf8) {
            beginData()
            for byte in value { appendData(byte) }
        } else if field.elementsEqual("event".utf8) {
            name = Array(value)
        } else if field.elementsEqual("id".utf8) {
            if !value.contains(0) { id = Array(value) }
        } else if field.elementsEqual("retry".utf8) {
            let digits = value.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
            if digits, let number = Int(String(decoding: value, as: UTF8.self)) { retryMilliseconds = number }
        }
    }

    private mutating func dispatch(_ events: inout [EventStreamEvent]) {
        lastID = id
        if hasData {
            let isTooLong = dataLength > UInt64(maximumDataBytes)
            events.append(
                EventStreamEvent(
                    name: name.isEmpty ? "message" : String(decoding: name, as: UTF8.self),
                    data: isTooLong ? Array(data.prefix(Self.keptOfOversized)) : data, length: dataLength, id: lastID))
        }
        name = []
        data = []
        dataLength = 0
        hasData = false
    }
}

import Model
import Wire

/// Sorts messages by who wrote them, and feeds each writer's to a lane of its own.
///
/// Senders of all kinds meet on one port. Lines of text are decoded by the format `syslog`, which knows each line by itself; messages that
/// are JSON are told apart by host, program and first member, and the format of each of these is detected from its first message. What no
/// format claims goes to `syslog` too, which keeps every line.
struct SyslogRouter {
    private static let fallback = "syslog"
    /// Bytes of a first member's name that tell writers apart.
    private static let memberBytes = 32

    private struct Writer: Hashable {
        var peer: IPAddress?
        var host: [UInt8]
        /// Program and first member of what is JSON; nil for text.
        var object: [UInt8]?
    }

    private struct Outlet {
        let lane: any Lane
        var offset: UInt64 = 0
        var lastUse: UInt64
    }

    private struct Group {
        var bytes: [UInt8] = []
        var records: [Range<Int>] = []
        var oversized: [Int: UInt64] = [:]

        mutating func add(_ message: ArraySlice<UInt8>, length: UInt64?) {
            if let length { oversized[records.count] = length }
            let start = bytes.count
            bytes += message
            records.append(start..<bytes.count)
        }
    }

    private let options: SyslogSourceOptions
    private let name: String
    private let intake: any Intake
    private let now: @Sendable () -> Timestamp
    private var reader = SyslogReader()
    private var outlets: [Writer: Outlet] = [:]
    private var counter: (any Lane)?
    private var uses: UInt64 = 0
    private var window = TicketWindow()

    init(_ options: SyslogSourceOptions, name: String, intake: any Intake, now: @escaping @Sendable () -> Timestamp) {
        self.options = options
        self.name = name
        self.intake = intake
        self.now = now
    }

    /// Opens the lane that counts what has no content.
    mutating func open() async throws(IntakeError) {
        counter = try await intake.open(StreamDescription(id: "", name: name, format: options.format == nil ? Self.fallback : nil))
    }

    /// Counts what the kernel gave up and what was refused.
    mutating func accept(shed: Int, refused: Int) async throws(IntakeError) {
        guard shed > 0 || refused > 0, let counter else { return }
        var batch = RawBatch(bytes: [], records: [], startOffset: 0, endOffset: 0, arrival: now())
        (batch.shed, batch.filtered) = (shed, refused)
        try await window.add(try await counter.accept(batch))
    }

    /// Hands on messages in the order of each writer.
    mutating func route(
        bytes: [UInt8], records: [Range<Int>], oversized: [Int: UInt64], peer: (Int) -> IPAddress?
    ) async throws(IntakeError) {
        guard !records.isEmpty else { return }
        let arrival = now()
        var order: [Writer] = []
        var groups: [Writer: Group] = [:]
        for (index, range) in records.enumerated() {
            let (writer, kept) = writer(of: bytes, range, peer(index), arrival)
            if groups[writer] == nil { order.append(writer) }
            let length = min(kept.count, options.maxRecordBytes < kept.count ? Framer.keptOfOversized : kept.count)
            groups[writer, default: Group()].add(bytes[kept.prefix(length)], length: oversized[index])
        }
        for writer in order {
            guard let group = groups[writer] else { continue }
            try await accept(group, from: writer, arrival)
        }
    }

    /// Waits until everything handed on is durable.
    mutating func drain() async throws(IntakeError) { try await window.drain() }

    private mutating func accept(_ group: Group, from writer: Writer, _ arrival: Timestamp) async throws(IntakeError) {
        var outlet = try await outlet(for: writer, group)
        uses += 1
        outlet.lastUse = uses
        let end = outlet.offset + UInt64(group.bytes.count)
        let batch = RawBatch(
            bytes: group.bytes, records: group.records, startOffset: outlet.offset, endOffset: end, oversized: group.oversized,
            arrival: arrival, sensor: sensor(of: writer))
        outlet.offset = end
        outlets[writer] = outlet
        try await window.add(try await outlet.lane.accept(batch))
    }

    private func sensor(of writer: Writer) -> String? {
        guard options.sensor == nil else { return nil }
        let peer = writer.peer.map { "\($0)" }
        guard options.sensorFrom == .header, !writer.host.isEmpty, writer.host != Array("localhost".utf8) else { return peer }
        return String(decoding: writer.host, as: UTF8.self)
    }

    // MARK: Lanes

    private mutating func outlet(for writer: Writer, _ group: Group) async throws(IntakeError) -> Outlet {
        if let known = outlets[writer] { return known }
        if outlets.count >= options.maxSenders { forgetOldest() }
        // A syslog message cannot be asked for again, so the stream has no id and no cursor.
        var stream = StreamDescription(id: "", name: writer.peer.map { "\(name) from \($0)" } ?? name)
        if options.format == nil { stream.format = Self.fallback }
        guard options.format == nil, writer.object != nil, let first = group.records.first else {
            return Outlet(lane: try await intake.open(stream), lastUse: uses)
        }
        stream.head = Array(group.bytes[first])
        stream.format = nil
        do {
            return Outlet(lane: try await intake.open(stream), lastUse: uses)
        } catch {
            guard error.code == .unknownFormat else { throw error }
            stream.format = Self.fallback
            return Outlet(lane: try await intake.open(stream), lastUse: uses)
        }
    }

    /// Forgets the half of the writers that have been silent longest. Their next message opens a lane anew.
    private mutating func forgetOldest() {
        let oldest = outlets.sorted { $0.value.lastUse < $1.value.lastUse }.prefix(max(1, outlets.count / 2))
        for (writer, _) in oldest { outlets[writer] = nil }
    }

    // MARK: Writers

    /// Who wrote a message, and which part of it is handed on.
    private mutating func writer(
        of bytes: [UInt8], _ range: Range<Int>, _ peer: IPAddress?, _ arrival: Timestamp
    ) -> (Writer, Range<Int>) {
        let text = bytes.span.extracting(range)
        let line = reader.read(text, zoneMinutes: 0, reference: arrival, arrival: arrival)
        func bytesOf(_ part: Range<Int>) -> [UInt8] {
            part.isEmpty ? [] : Array(bytes[part.lowerBound + range.lowerBound..<part.upperBound + range.lowerBound])
        }
        var writer = Writer(peer: peer, host: options.sensorFrom == .header && options.sensor == nil ? bytesOf(line.host) : [])
        if options.format == nil, let member = Self.firstMember(text, line.body) {
            writer.object = bytesOf(line.app) + [0] + bytesOf(member)
        }
        guard options.stripsHeader, !line.body.isEmpty else { return (writer, range) }
        return (writer, line.body.lowerBound + range.lowerBound..<line.body.upperBound + range.lowerBound)
    }

    /// The name of the first member of a body that is a JSON object, cut to some bytes; nil for any other body.
    private static func firstMember(_ text: Span<UInt8>, _ body: Range<Int>) -> Range<Int>? {
        guard !body.isEmpty, text[body.lowerBound] == UInt8(ascii: "{") else { return nil }
        var at = body.lowerBound + 1
        while at < body.upperBound, text[at] == 0x20 || text[at] == 0x09 || text[at] == 0x0A || text[at] == 0x0D { at += 1 }
        guard at < body.upperBound, text[at] == UInt8(ascii: "\"") else { return at..<at }
        let start = at + 1
        at = start
        while at < body.upperBound, at - start < memberBytes, text[at] != UInt8(ascii: "\"") { at += 1 }
        return start..<at
    }
}

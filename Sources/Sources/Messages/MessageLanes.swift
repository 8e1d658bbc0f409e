import Formats
import Model

/// The lanes of a source whose peer says of each message to which stream it belongs.
///
/// The format of a stream is the one that the options give its name, else the source's own, else the first message decides that a
/// format claims. What none claims is kept as a dead letter, and holds up nobody.
struct MessageLanes {
    /// Streams with a lane at most; beyond that all are forgotten, and opened again when they are heard of.
    static let limit = 1024
    /// Records in a batch at most.
    static let batchRecords = 5000
    /// Bytes from which a batch takes no further record.
    static let batchBytes = 4 << 20
    /// The format in whose name messages are kept that none claims; it decodes none of them.
    private static let unclaimedFormat = "ecs"

    private struct Opened {
        let lane: any Lane
        var offset: UInt64
    }

    private let intake: any Intake
    /// For people: the peer.
    private let peer: String
    /// Formats by the names of streams; a name that ends in `*` stands for all that begin so.
    private let formats: [String: String]
    private let now: @Sendable () -> Timestamp
    private var lanes: [String: Opened] = [:]
    private var unclaimed: [String: Int] = [:]
    private var burial: Opened?
    /// Where streams are to go on, by name; nil when they cannot.
    private let cursors: [String: StreamCursor]?

    init(
        intake: any Intake, peer: String, formats: [String: String], cursors: [String: StreamCursor]? = nil,
        now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() }
    ) {
        self.intake = intake
        self.peer = peer
        self.formats = formats
        self.cursors = cursors
        self.now = now
    }

    /// Opens what does not depend on a message, so that the source counts as live.
    mutating func connect() async throws(IntakeError) {
        guard burial == nil else { return }
        burial = Opened(lane: try await intake.open(StreamDescription(id: "", name: peer, format: Self.unclaimedFormat)), offset: 0)
    }

    /// Hands messages on, each stream's in order; the tickets tell when all of them are durable.
    mutating func deliver(_ messages: [Message]) async throws(IntakeError) -> [Ticket] {
        var tickets: [Ticket] = []
        for group in Self.groups(messages) {
            var batch: RawBatch?
            for message in group {
                let isOpen = try await open(for: message)
                if let full = batch, !full.takes(message, isOpen: isOpen) {
                    tickets.append(try await hand(on: full, of: message.stream))
                    batch = nil
                }
                if isOpen {
                    var growing = batch ?? begin(message, at: lanes[message.stream]?.offset ?? 0)
                    growing.append(message)
                    batch = growing
                } else {
                    tickets.append(try await bury(message))
                }
            }
            if let batch, let stream = group.first?.stream { tickets.append(try await hand(on: batch, of: stream)) }
        }
        return tickets
    }

    /// Messages of one stream and sensor, in the order of their first.
    private static func groups(_ messages: [Message]) -> [[Message]] {
        struct Key: Hashable {
            let stream: String
            let sensor: String?
        }
        var numbers: [Key: Int] = [:]
        var groups: [[Message]] = []
        for message in messages {
            let key = Key(stream: message.stream, sensor: message.sensor)
            if let number = numbers[key] {
                groups[number].append(message)
            } else {
                numbers[key] = groups.count
                groups.append([message])
            }
        }
        return groups
    }

    /// Whether the stream of the message has a lane, which is opened when its format is known or the message tells it.
    private mutating func open(for message: Message) async throws(IntakeError) -> Bool {
        let stream = message.stream
        if lanes[stream] != nil { return true }
        let format = format(of: message.subject)
        let tried = unclaimed[stream, default: 0]
        // Looking for a format costs much more than keeping a message: with every failure less of them are looked at.
        guard format != nil || (message.refusal == nil && tried & (tried - 1) == 0) else { return false }
        if cursors == nil, lanes.count >= Self.limit { lanes.removeAll() }
        let cursor = cursors?[stream]
        let description = StreamDescription(
            id: cursors == nil ? "" : stream, name: "\(peer) \(stream)", head: Array(message.payload.prefix(64 << 10)), cursor: cursor,
            format: format)
        do {
            lanes[stream] = Opened(lane: try await intake.open(description), offset: cursor?.offset ?? 0)
            unclaimed[stream] = nil
            return true
        } catch  where error.code == .unknownFormat && format == nil {
            return false
        }
    }

    private func format(of subject: String) -> String? {
        if let exact = formats[subject] { return exact }
        let fitting = formats.keys.filter { $0.hasSuffix("*") && subject.hasPrefix($0.dropLast()) }
        return fitting.max { $0.utf8.count < $1.utf8.count }.flatMap { formats[$0] }
    }

    private func begin(_ message: Message, at offset: UInt64) -> RawBatch {
        RawBatch(
            bytes: [], records: [], startOffset: offset, endOffset: offset, arrival: now(), sensor: message.sensor, originKey: message.key)
    }

    private mutating func hand(on batch: RawBatch, of stream: String) async throws(IntakeError) -> Ticket {
        guard let opened = lanes[stream] else { throw IntakeError(.closed, "\(peer) \(stream): its lane was closed") }
        let ticket = try await opened.lane.accept(batch)
        lanes[stream]?.offset = batch.endOffset
        return ticket
    }

    /// Keeps a message as a dead letter that no lane of its own takes.
    private mutating func bury(_ message: Message) async throws(IntakeError) -> Ticket {
        try await connect()
        var message = message
        if !message.isCut, message.refusal == nil {
            unclaimed[message.stream, default: 0] += 1
            if unclaimed.count > Self.limit { unclaimed.removeAll() }
            message.refusal = DecodeError(.unknownFormat, "no format claims this message of \(message.subject); name one below formats:")
        }
        guard let opened = burial else { throw IntakeError(.closed, "\(peer): its lane was closed") }
        var batch = begin(message, at: opened.offset)
        batch.append(message)
        burial?.offset = batch.endOffset
        return try await opened.lane.accept(batch)
    }
}

extension RawBatch {
    /// Whether a further message of the same stream may join.
    fileprivate func takes(_ message: Message, isOpen: Bool) -> Bool {
        isOpen && message.key == nil && originKey == nil && records.count < MessageLanes.batchRecords
            && bytes.count + message.payload.count <= MessageLanes.batchBytes
    }
}

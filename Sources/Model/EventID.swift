/// A commit id (`event.id`): 41 bits of milliseconds since 2024-01-01 UTC, 8 bits of node, 14 bits of sequence.
///
/// It rises in commit order on each node, also when the clock steps back (the generator then goes on from its last
/// value). Positive as Int64; a string in JSON, because it exceeds 2^53.
public struct EventID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The id as stored.
    public var value: Int64

    /// An id from its stored value.
    @inlinable public init(_ value: Int64) { self.value = value }

    /// Parses the decimal form; nil when it is none or negative.
    public init?(_ text: some StringProtocol) {
        guard let value = Int64(text), value >= 0 else { return nil }
        self.value = value
    }

    /// Before every event.
    public static let zero = EventID(0)

    /// Sequence numbers in one millisecond; also the most events in one commit.
    public static let sequenceCount = 1 << 14

    /// Milliseconds from 1970 to the ids' epoch, 2024-01-01T00:00:00Z.
    static let epochMilliseconds: Int64 = 1_704_067_200_000

    /// The id of that instant, node and sequence number.
    public init(milliseconds: Int64, node: UInt8, sequence: Int) {
        value = (milliseconds - Self.epochMilliseconds) << 22 | Int64(node) << 14 | Int64(sequence)
    }

    /// When the event was committed (`event.ingested`), by the clock of the node or later.
    public var committed: Timestamp { Timestamp(milliseconds: (value >> 22) + Self.epochMilliseconds) }

    public static func < (a: EventID, b: EventID) -> Bool { a.value < b.value }

    public var description: String { String(value) }
}

/// Hands out runs of ids that rise, whatever the clock does.
public struct EventIDGenerator: Sendable {
    private let node: UInt8
    private var millisecond: Int64
    private var nextSequence: Int

    /// Continues behind `last`, the newest id that is already stored.
    public init(node: UInt8, last: EventID = .zero) {
        self.node = node
        millisecond = (last.value >> 22) + EventID.epochMilliseconds
        nextSequence = last == .zero ? 0 : Int(last.value & Int64(EventID.sequenceCount - 1)) + 1
    }

    /// The first of `count` consecutive ids (at most ``EventID/sequenceCount``) at the given clock.
    public mutating func next(_ count: Int, at clock: Timestamp) -> EventID {
        precondition(count <= EventID.sequenceCount)
        let now = max(clock.milliseconds, EventID.epochMilliseconds + 1)
        if now > millisecond {
            millisecond = now
            nextSequence = 0
        } else if nextSequence + count > EventID.sequenceCount {
            millisecond += 1
            nextSequence = 0
        }
        defer { nextSequence += count }
        return EventID(milliseconds: millisecond, node: node, sequence: nextSequence)
    }
}

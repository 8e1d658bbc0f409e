import Model

/// A partition of a topic.
struct KafkaPartition: Hashable, Sendable {
    let topic: String
    let number: Int32

    /// The name of its stream, and of its cursor.
    var stream: String { "\(topic)/\(number)" }
}

/// The offset of the next message of a partition, as it stands in a cursor.
enum KafkaPosition {
    /// The bytes for ``RawBatch/identity``.
    static func identity(next offset: Int64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: offset >> Int64($0)) }
    }

    /// The offset in a cursor; nil when it holds none.
    static func offset(in cursor: StreamCursor) -> Int64? {
        guard cursor.identity.count == 8 else { return nil }
        return cursor.identity.reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
}

/// How far the partitions have come: what was handed on, what is durable, and what the group has been told.
struct KafkaPositions {
    private struct Position {
        /// Behind the last message that was taken from the thread.
        var taken: Int64
        /// Behind the last message that is durable, with all before it.
        var durable: Int64?
        var isTold = true
        var pending: [(next: Int64, isDurable: Bool)] = []
    }

    private var positions: [KafkaPartition: Position] = [:]

    /// Positions of the committed cursors, by the names of their streams.
    init(cursors: [String: StreamCursor] = [:]) { self.cursors = cursors }

    private let cursors: [String: StreamCursor]

    /// Where a partition goes on; nil leaves it to the group.
    func start(of partition: KafkaPartition) -> Int64? {
        positions[partition]?.taken ?? cursors[partition.stream].flatMap(KafkaPosition.offset)
    }

    /// Notes that messages were taken, up to before that offset.
    mutating func take(_ partition: KafkaPartition, next: Int64) {
        positions[partition, default: Position(taken: next)].taken = next
        positions[partition]?.pending.append((next, false))
    }

    /// Notes that messages are durable, up to before that offset.
    mutating func noteDurable(_ partition: KafkaPartition, next: Int64) {
        guard var position = positions[partition] else { return }
        if let index = position.pending.firstIndex(where: { $0.next == next && !$0.isDurable }) { position.pending[index].isDurable = true }
        while let first = position.pending.first, first.isDurable {
            position.durable = first.next
            position.isTold = false
            position.pending.removeFirst()
        }
        positions[partition] = position
    }

    /// Whether messages were taken that are not durable yet.
    var hasPending: Bool { positions.values.contains { !$0.pending.isEmpty } }

    /// The offsets that the group has not been told.
    mutating func untold() -> [(partition: KafkaPartition, next: Int64)] {
        var found: [(KafkaPartition, Int64)] = []
        for (partition, position) in positions where !position.isTold {
            guard let next = position.durable else { continue }
            found.append((partition, next))
            positions[partition]?.isTold = true
        }
        return found
    }

    /// Notes that the group did not take what it was told: it is told again.
    mutating func noteUntold() {
        for partition in positions.keys { positions[partition]?.isTold = false }
    }
}

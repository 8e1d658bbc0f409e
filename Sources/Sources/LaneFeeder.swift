import Glibc
public import Model
import Wire

/// The wall clock, for the arrival of records.
public enum ArrivalClock {
    /// Now, by the system's clock.
    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}

/// Waits until the next look at what may have changed; throws `CancellationError` when the task is cancelled.
///
/// In production a sleep, in tests the script that changes the world.
public typealias PollTicker = @Sendable () async throws -> Void

/// The batches of one stream that are on their way.
///
/// Lets a source read on while commits are under way, but never further than ``limit`` batches.
struct TicketWindow {
    /// Batches on their way at most.
    static let limit = 8

    private var tickets: [Ticket] = []

    /// Adds a batch's ticket; waits for the oldest when too many are on their way. Throws what became of it.
    mutating func add(_ ticket: Ticket) async throws(IntakeError) {
        tickets.append(ticket)
        if tickets.count > Self.limit { _ = try await tickets.removeFirst().committed }
    }

    /// Waits until all batches are durable.
    mutating func drain() async throws(IntakeError) {
        while !tickets.isEmpty { _ = try await tickets.removeFirst().committed }
    }
}

/// Frames the bytes of one stream and feeds the records to its lane.
struct LaneFeeder {
    let lane: any Lane
    var framer: Framer
    /// Makes ``RawBatch/identity`` from the bytes before a batch's end.
    let identity: ([UInt8]) -> [UInt8]
    let batchRecords: Int
    let sensor: String?
    let fileTime: Timestamp?
    let now: @Sendable () -> Timestamp
    private(set) var records = 0
    private var window = TicketWindow()

    init(
        lane: any Lane, framer: Framer, batchRecords: Int, sensor: String?, fileTime: Timestamp? = nil,
        now: @escaping @Sendable () -> Timestamp, identity: @escaping ([UInt8]) -> [UInt8] = { _ in [] }
    ) {
        self.lane = lane
        self.framer = framer
        self.batchRecords = min(max(1, batchRecords), 5000)
        self.sensor = sensor
        self.fileTime = fileTime
        self.now = now
        self.identity = identity
    }

    /// Adds bytes and hands on the records that are complete.
    mutating func push(_ bytes: [UInt8]) async throws(IntakeError) {
        framer.push(bytes)
        try await deliver(isFinal: false)
    }

    /// Hands on the last record, which may lack its separator, and waits until everything is durable.
    mutating func finish() async throws(IntakeError) {
        try await deliver(isFinal: true)
        try await drain()
    }

    /// As ``finish()``, for input that nobody will go on with: a record that is cut at its end is handed on, too, for the format to refuse.
    mutating func finishWithCut() async throws(IntakeError) {
        try await deliver(isFinal: true)
        if framer.hasPending {
            let bytes = framer.pendingBytes
            let length = framer.endOffset - framer.pendingOffset
            let batch = RawBatch(
                bytes: bytes, records: [0..<bytes.count], startOffset: framer.pendingOffset, endOffset: framer.endOffset,
                oversized: length > UInt64(bytes.count) ? [0: length] : [:], arrival: now(), fileTime: fileTime, sensor: sensor)
            records += 1
            try await window.add(try await lane.accept(batch))
        }
        try await drain()
    }

    /// Waits until everything handed on is durable.
    mutating func drain() async throws(IntakeError) { try await window.drain() }

    /// Counts the records before a cursor as duplicates; the stream's cursor stays.
    mutating func reportDuplicates(before cursor: StreamCursor) async throws(IntakeError) {
        guard cursor.records > 0 else { return }
        let batch = RawBatch(
            bytes: [], records: [], startOffset: cursor.offset, endOffset: cursor.offset, identity: cursor.identity,
            framerState: cursor.framerState, arrival: now(), duplicates: Int(clamping: cursor.records), sensor: sensor)
        try await window.add(try await lane.accept(batch))
    }

    private mutating func deliver(isFinal: Bool) async throws(IntakeError) {
        while let run = framer.take(limit: batchRecords, isFinal: isFinal) {
            records += run.records.count
            let batch = RawBatch(
                bytes: run.bytes, records: run.records, startOffset: run.startOffset, endOffset: run.endOffset,
                identity: identity(run.preceding), framerState: run.state, oversized: run.oversized, arrival: now(), fileTime: fileTime,
                sensor: sensor)
            try await window.add(try await lane.accept(batch))
        }
    }
}

internal import Foundation
public import Journal
public import Model
public import ServiceLifecycle
internal import Synchronization

/// The columns of all events: sealed segments in files, and the newest events in memory. Derived from the journal, which it follows.
///
/// Files are chained by id (`after-last.columns`): what does not fit the chain, is damaged or of another revision is removed and made
/// again from the journal. The tail is not saved; at most a segment's worth of events is read again at a start.
public final class ColumnStore: Service {
    private struct State {
        var segments: [MappedSegment] = []
        var tail: SegmentBuilder
        /// What the journal still has.
        var liveness = Liveness()
    }

    /// Used under the lock, or by the one follower.
    private struct Box: @unchecked Sendable { var state: State }

    /// Where new segments are written.
    let folder: String
    private let lock: FolderLock?
    let journal: JournalFeed
    private let box: Mutex<Box>
    private let caughtUp: CommitSignal
    /// Tells of new segments by the last id that is sealed.
    let sealed: CommitSignal
    private let lastFailure = Mutex<String?>(nil)
    /// The numbers of values that hold across segments.
    let shared: SharedNumbers
    /// Segments of which a part was found to be damaged.
    let damaged: AsyncStream<MappedSegment>
    private let damage: AsyncStream<MappedSegment>.Continuation
    private let mendings = Atomic(0)
    /// Why a damaged segment could not be made again, until one can.
    let mendingFailure = Mutex<String?>(nil)
    /// Time until what failed is tried again.
    private static let retryPause = Duration.seconds(5)
    /// How far work on columns gives way to what stores events and answers questions, and how far it may fall behind for that.
    private static let niceness: Int32 = 10
    private static let mostLagSeconds = 2.0

    /// Opens the folder; makes it when it is missing.
    ///
    /// - Parameters:
    ///   - scratch: where new segments are written when another process keeps the folder, which is only read then; without it that is
    ///     an error.
    ///   - startsAnew: removes what is there.
    public convenience init(folder: String, scratch: String? = nil, startsAnew: Bool = false, journal: JournalFeed) async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let lock = try FolderLock(folder)
        if lock == nil, scratch == nil { throw ColumnError(.io, "\(folder): another process keeps these columns") }
        if startsAnew, lock != nil {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.contains(".columns") {
                unlink("\(folder)/\(name)")
            }
        }
        try await self.init(
            folder: folder, scratch: lock == nil ? scratch : nil, lock: lock, journal: journal)
    }

    init(
        folder: String, scratch: String? = nil, lock: FolderLock?, journal: JournalFeed, fullRows: Int = SegmentBuilder.fullRows,
        plainAfter: Int = SegmentBuilder.plainAfter, sharedBytes: Int = 256 << 20
    ) async throws {
        self.journal = journal
        shared = SharedNumbers(limit: sharedBytes)
        self.lock = lock
        self.folder = scratch ?? folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // Who finds a segment damaged later tells of it again.
        (damaged, damage) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
        let first = try await journal.firstID()
        let chain = SegmentChain(folder: folder, isOwner: scratch == nil, journal: journal) { [damage] in damage.yield($0) }
        let segments = try await chain.load()
        let after = segments.last?.lastID ?? EventID((first?.value ?? 1) - 1)
        caughtUp = CommitSignal(head: after)
        sealed = CommitSignal(head: segments.last?.lastID ?? .zero)
        let tail = SegmentBuilder(after: after, fullRows: fullRows, plainAfter: plainAfter)
        box = Mutex(Box(state: State(segments: segments, tail: tail)))
        try await prune(unlinking: scratch == nil)
    }

    // MARK: Following

    /// Follows the journal until the service group shuts down. What fails is tried again, and said by ``failure``: a full disk must not
    /// end the server.
    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            async let warmth: Void = warm()
            async let mending: Void = mend()
            var watch = BurstWatch()
            while !Task.isCancelled {
                watch.look(journal.count(), at: .now)
                do {
                    if watch.isBurst, givesWay(try await head()) {
                        try await Task.sleep(for: BurstWatch.span)
                        continue
                    }
                    if try await step() { continue }
                    if await !journal.wait(upTo) { break }
                } catch {
                    lastFailure.withLock { $0 = "\(error)" }
                    // Cancellation ends the wait early, and the loop sees it.
                    try? await Task.sleep(for: Self.retryPause)
                }
            }
            damage.finish()
            await warmth
            await mending
        }
    }

    /// Why the columns do not follow at the moment; nil when they do.
    public var failure: String? { lastFailure.withLock { $0 } }

    /// Why a segment in which damage was found could not be made again; nil when all is well.
    public var repairFailure: String? { mendingFailure.withLock { $0 } }

    /// Takes what the journal has now; for programs that do not run the service.
    ///
    /// - Parameter progress: told the rows that are there, after each block.
    public func catchUp(progress: (_ rows: Int) -> Void = { _ in }) async throws { while try await step() { progress(size.rows) } }

    /// Takes one block; false at the head.
    private func step() async throws -> Bool {
        let head = try await head()
        let givesWay = givesWay(head)
        // Full since the block before, or since writing it failed.
        if box.withLock({ $0.state.tail.isFull }) {
            try await work(givingWay: givesWay) { Result { () throws(ColumnError) in try self.seal() } }.get()
        }
        let next = try await journal.next(upTo)
        lastFailure.withLock { $0 = nil }
        guard let block = next else {
            // What was newest may be gone already: then there is nothing to wait for.
            let isBehind = box.withLock { $0.state.tail.skip(to: head) }
            if isBehind { caughtUp.publish(upTo) }
            return false
        }
        await work(givingWay: givesWay) { self.add(block) }
        caughtUp.publish(upTo)
        return true
    }

    private func head() async throws -> EventID { try await journal.lastID() ?? .zero }

    /// Whether the columns are so little behind that storing events and answering questions go before.
    private func givesWay(_ head: EventID) -> Bool {
        let known = upTo
        return known != .zero && head.committed < known.committed.adding(seconds: Self.mostLagSeconds)
    }

    private func add(_ block: Block) {
        box.withLock { box in
            let tail = box.state.tail
            _ = tail.add(block, from: block.firstIndex(after: tail.lastID))
        }
    }

    /// Does a piece of work here, or on a thread that gives way: what comes in must be stored first.
    private func work<Value: Sendable>(givingWay givesWay: Bool, _ body: @escaping @Sendable () -> Value) async -> Value {
        givesWay ? await Self.givingWay(body) : body()
    }

    /// Does a piece of work on a thread that gives way to those that take events in or answer; where there is none left, here.
    static func givingWay<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        do {
            return try await QuietThread.value(niceness: niceness, body)
        } catch {
            return body()
        }
    }

    /// Writes the tail to a file, while queries go on reading it, and begins a new one.
    private func seal() throws(ColumnError) {
        // Only this thread changes the builder.
        let (builder, last) = box.withLock { ($0.state.tail, $0.state.segments.last?.lastID) }
        let after = last ?? EventID((builder.firstID?.value ?? 1) - 1)
        let path = "\(folder)/\(Self.padded(after))-\(Self.padded(builder.lastID)).columns"
        try SegmentFile.write(builder, to: path)
        let segment = try map(path)
        box.withLock { box in
            box.state.segments.append(segment)
            builder.startAnew()
        }
        sealed.publish(segment.lastID)
    }

    /// The segment of a file that was just written.
    func map(_ path: String) throws(ColumnError) -> MappedSegment { try MappedSegment(path: path) { [damage] in damage.yield($0) } }

    /// Puts a segment that was made again, or nothing, in the place of another; false when that one has gone meanwhile.
    func replace(_ old: MappedSegment, by new: MappedSegment?) -> Bool {
        let isThere = box.withLock { box in
            guard let place = box.state.segments.firstIndex(where: { $0 === old }) else { return false }
            box.state.segments.replaceSubrange(place...place, with: new.map { [$0] } ?? [])
            return true
        }
        if isThere {
            shared.removeAll()
            mendings.wrappingAdd(1, ordering: .relaxed)
        }
        return isThere
    }

    /// Segments that were made again since the start, because a part of them was found to be damaged.
    public var mended: Int { mendings.load(ordering: .relaxed) }

    private static func padded(_ id: EventID) -> String {
        let digits = String(id.value)
        return String(repeating: "0", count: max(19 - digits.count, 0)) + digits
    }

    /// Forgets what the journal no longer has: segments of which nothing is left are removed, rows of others are hidden.
    public func prune() async throws { try await prune(unlinking: true) }

    private func prune(unlinking: Bool) async throws {
        let liveness = try await journal.liveness()
        let known = box.withLock { $0.state.segments }
        var gone: [MappedSegment] = []
        for segment in known where try segment.hidden(by: liveness)?.isAll ?? false { gone.append(segment) }
        let lost = Set(gone.map(\.path))
        box.withLock { box in
            box.state.liveness = liveness
            box.state.segments.removeAll { lost.contains($0.path) }
        }
        if !gone.isEmpty { shared.removeAll() }
        if unlinking { for segment in gone { for path in [segment.path, segment.text.path] { unlink(path) } } }
    }

    /// Waits until everything up to `id` is in the columns; false when cancelled before.
    public func wait(for id: EventID) async -> Bool { await caughtUp.wait(after: EventID(id.value - 1)) != nil }

    // MARK: State

    /// Id of the last event in the columns.
    public var upTo: EventID { box.withLock { $0.state.tail.lastID } }

    /// The events that are in the columns: none that retention has removed, and none behind `upTo`. Both of one moment; equal extents have
    /// equal answers.
    public var extent: (removals: Removals, upTo: EventID) { box.withLock { ($0.state.liveness.removals, $0.state.tail.lastID) } }

    /// The sealed segments, in the order of their ids.
    var sealedSegments: [MappedSegment] { box.withLock { $0.state.segments } }

    /// Sealed segments, their bytes, and the rows of all with those in memory.
    public var size: (segments: Int, bytes: Int, rows: Int) {
        box.withLock { box in
            let segments = box.state.segments
            return (segments.count, segments.reduce(0) { $0 + $1.byteCount }, segments.reduce(box.state.tail.rows) { $0 + $1.rows })
        }
    }

    /// The earliest event time in the columns, microseconds; the greatest number when there are no events.
    public var earliest: Int64 {
        box.withLock { box in
            let tail = box.state.tail.rows > 0 ? box.state.tail.view.minTime : .max
            return box.state.segments.reduce(tail) { min($0, $1.minTime) }
        }
    }

    /// Shows the tail to `body` while it cannot change, and returns the sealed segments that belong with it.
    func reading<Value>(
        _ body: (_ tail: SegmentView?, _ upTo: EventID, _ liveness: Liveness) throws(ColumnError) -> Value
    ) throws(ColumnError) -> (segments: [MappedSegment], liveness: Liveness, upTo: EventID, value: Value) {
        // The closure's result need not be sendable: it never leaves this call.
        var result: Result<Value, ColumnError>?
        var segments: [MappedSegment] = []
        var liveness = Liveness()
        var last = EventID.zero
        box.withLock { box in
            segments = box.state.segments
            (liveness, last) = (box.state.liveness, box.state.tail.lastID)
            let view = box.state.tail.rows > 0 ? box.state.tail.view : nil
            result = Result { () throws(ColumnError) in try body(view, last, liveness) }
        }
        guard let value = try result?.get() else { throw ColumnError(.stopped, "the columns are closed") }
        return (segments, liveness, last, value)
    }
}

/// Says that this process keeps the folder, until it is released.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Nil when another process has the lock.
    init?(_ folder: String) throws(ColumnError) {
        let path = "\(folder)/lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw ColumnError.io(path, errno) }
        // From here on a failure runs `deinit`, which closes the file.
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}

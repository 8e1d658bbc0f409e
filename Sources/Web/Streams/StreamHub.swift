public import Followers
public import Journal
internal import Logging
internal import Model
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle
internal import Synchronization

/// Serves the event streams: broadcasts new events to programs, frames to screens, and backlogs to those that come back.
///
/// New events are encoded once per filter and written by each event loop to its connections: at once, and gathered for 20 ms when many come.
/// A program that is behind, for whatever reason, is served from the journal in slices, a few programs at a time, and joins the broadcast when
/// it has caught up; so a stalled client holds up nobody and nothing is kept for it.
public final class StreamHub: Service {
    /// Programs with equal keys get the same bytes.
    struct ProgramKey: Hashable, Sendable {
        var filter: LiveFilter
        var audience: StreamRequest.Audience

        init(_ request: StreamRequest) {
            filter = request.filter
            audience = request.audience
        }
    }

    /// How an event is written for programs.
    public typealias Encoding = @Sendable (_ block: Block, _ row: Int, _ out: inout [UInt8]) -> Void

    private struct State {
        var shards: [ObjectIdentifier: StreamShard] = [:]
        var programs: [ProgramKey: Int] = [:]
        var streams = 0
        var kept: KeptRevisions
        /// Everything up to here was broadcast on every loop.
        var position: EventID
    }

    /// From so many events in one broadcast on, the next is gathered: fewer writes matter more then than the first event's wait.
    private static let gatherEvents = 8
    /// Longest that events wait for others when the writers are busy.
    private static let gatherTime = Duration.milliseconds(20)
    /// Most bytes of one broadcast.
    private static let broadcastBytes = 4 << 20
    /// Most bytes of a slice of a backlog; at most this waits for each program that reads slowly.
    private static let sliceBytes = 256 << 10
    /// Backlogs served at the same time.
    private static let backlogWorkers = 2

    /// The loops on which connections are served. The hub ends them, because it is the last to use them.
    let group: MultiThreadedEventLoopGroup
    let stage: LiveStage
    let access: AccessControl
    /// Path of the stream for programs.
    let programPath: String
    private let journal: EventJournal
    private let encoding: Encoding
    private let maximumStreams: Int
    private let logger: Logger
    private let state: Mutex<State>
    private let backlog: AsyncStream<CatchUp>
    private let backlogInput: AsyncStream<CatchUp>.Continuation

    /// A hub over the journal and the stage.
    ///
    /// - Parameter maximumStreams: more are refused with 503.
    init(
        journal: EventJournal, stage: LiveStage, access: AccessControl, threads: Int, logger: Logger, maximumStreams: Int = 10_000,
        programPath: String = "/api/v1/stream",
        encoding: @escaping Encoding = { EventJSON.append($0.events[$1], id: $0.id($1), to: &$2) }
    ) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        self.journal = journal
        self.stage = stage
        self.access = access
        self.encoding = encoding
        self.maximumStreams = maximumStreams
        self.programPath = programPath
        self.logger = logger
        state = Mutex(State(kept: KeptRevisions(startingAt: stage.now), position: journal.head))
        // One request at most per connection: the bound is that of the connections.
        (backlog, backlogInput) = AsyncStream.makeStream()
    }

    /// Open streams of both kinds.
    public var streams: Int { state.withLock { $0.streams } }

    // MARK: Connections

    /// The shard of an event loop, counting one more stream; nil when there are too many.
    func shard(for loop: any EventLoop) -> StreamShard? {
        state.withLock { state in
            guard state.streams < maximumStreams else { return nil }
            state.streams += 1
            let key = ObjectIdentifier(loop)
            if let known = state.shards[key] { return known }
            let shard = StreamShard(loop: loop, hub: self, position: state.position)
            state.shards[key] = shard
            return shard
        }
    }

    func streamClosed() { state.withLock { $0.streams -= 1 } }

    func programEntered(_ request: StreamRequest) { state.withLock { $0.programs[ProgramKey(request), default: 0] += 1 } }

    func programLeft(_ request: StreamRequest) {
        state.withLock { state in
            let key = ProgramKey(request)
            let left = (state.programs[key] ?? 1) - 1
            state.programs[key] = left > 0 ? left : nil
        }
    }

    func requestSlice(_ catchUp: CatchUp) { backlogInput.yield(catchUp) }

    // MARK: What is kept

    /// What the watchers are told.
    var kept: KeptRevisions { state.withLock { $0.kept } }

    /// Tells the watchers that somebody has changed what is kept; does not wait.
    func changed(_ kind: Kept) {
        let shards = state.withLock { state in
            state.kept.change(kind)
            return Array(state.shards.values)
        }
        for shard in shards { shard.loop.execute { shard.tellChanges() } }
    }

    // MARK: Screens

    /// Sends frames to the screens; does not wait.
    public func show(_ frames: [LiveFrame]) {
        var chunks: [LiveFilter: (frame: LiveFrame, chunk: ByteBuffer)] = [:]
        for frame in frames {
            var text = ChunkedText()
            text.event("frame", id: frame.upTo, data: frame.json)
            chunks[frame.filter] = (frame, text.chunk)
        }
        let generation = stage.generation
        for shard in state.withLock({ Array($0.shards.values) }) {
            shard.loop.execute { [chunks] in shard.show(chunks, generation: generation) }
        }
    }

    // MARK: Programs

    /// Broadcasts until the journal closes or the service group shuts down.
    public func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.broadcast() }
                for _ in 0..<Self.backlogWorkers { group.addTask { try await self.serveBacklogs() } }
                // The first to end is cancellation, or a journal that cannot be read.
                defer { group.cancelAll() }
                try await group.next()
            }
        }
        backlogInput.finish()
        for shard in state.withLock({ Array($0.shards.values) }) { try await shard.loop.submit { shard.closeAll() }.get() }
        try await group.shutdownGracefully()
    }

    private func broadcast() async throws {
        var position = state.withLock { $0.position }
        var lastStart = ContinuousClock.now - Self.gatherTime
        var events = 0
        while !Task.isCancelled {
            if journal.head > position {
                // Cancellation ends the wait early, and the loop sees it.
                if events >= Self.gatherEvents { try? await Task.sleep(until: lastStart + Self.gatherTime) }
            } else if await journal.waitForCommit(after: position) == nil {
                return
            }
            events = 0
            lastStart = .now
            let from = position
            let keys = state.withLock { Array($0.programs.keys) }
            var texts = Dictionary(uniqueKeysWithValues: keys.map { ($0, ChunkedText()) })
            var bytes = 0
            if keys.isEmpty { position = journal.head }
            let head = journal.head
            while bytes < Self.broadcastBytes, !keys.isEmpty {
                guard let block = try await journal.next(after: position) else {
                    // What is not there any more is not waited for.
                    position = max(position, head)
                    break
                }
                bytes += encode(block, after: position, into: &texts)
                events += block.events.count - block.firstIndex(after: position)
                position = block.lastID
            }
            try await broadcast(from: from, upTo: position, texts.mapValues(\.chunk))
            state.withLock { $0.position = position }
        }
    }

    private func broadcast(from: EventID, upTo: EventID, _ chunks: [ProgramKey: ByteBuffer]) async throws {
        let done = state.withLock { Array($0.shards.values) }.map { shard in
            let promise = shard.loop.makePromise(of: Void.self)
            shard.loop.execute { shard.broadcast(from: from, upTo: upTo, chunks: chunks, done: promise) }
            return promise.futureResult
        }
        for future in done { try await future.get() }
    }

    /// Encodes the block's events behind `cursor` for every key; returns the bytes added.
    private func encode(_ block: Block, after cursor: EventID, into texts: inout [ProgramKey: ChunkedText]) -> Int {
        var added = 0
        var json: [UInt8] = []
        for index in block.firstIndex(after: cursor)..<block.events.count {
            json.removeAll(keepingCapacity: true)
            for key in texts.keys where key.filter.accepts(block.events[index]) {
                if json.isEmpty { encoding(block, index, &json) }
                added += json.count
                append(json, id: block.id(index), audience: key.audience, to: &texts[key, default: ChunkedText()])
            }
        }
        return added
    }

    private func append(_ json: [UInt8], id: EventID, audience: StreamRequest.Audience, to text: inout ChunkedText) {
        if audience == .programNDJSON { text.line(json) } else { text.event(id: id, data: json) }
    }

    private func serveBacklogs() async throws {
        for await catchUp in backlog {
            let slice = try await slice(for: catchUp)
            catchUp.shard.loop.execute { catchUp.shard.deliver(slice, to: catchUp.handler) }
        }
    }

    /// The next events behind the program's position, never beyond what was broadcast.
    private func slice(for catchUp: CatchUp) async throws -> BacklogSlice {
        let end = state.withLock { $0.position }
        var text = ChunkedText()
        var position = catchUp.position
        let removals = journal.removals
        if position > .zero, max(position, catchUp.told) < removals.newest {
            // Some of what the program asks for is gone: it is told, also when it fell behind only now. What is left of it follows.
            let (after, times) = (position, Optional<ClosedRange<Timestamp>>.none)
            let next = try await journal.next(after: after, times: times)
            let first = next.map { $0.id($0.firstIndex(after: after)) }
            text.gap(after: after, first: first, removals: removals, isNDJSON: catchUp.request.audience == .programNDJSON)
        }
        var json: [UInt8] = []
        while position < end, text.count < Self.sliceBytes, let block = try await journal.next(after: position) {
            for index in block.firstIndex(after: position)..<block.firstIndex(after: end) {
                position = block.id(index)
                guard catchUp.request.filter.accepts(block.events[index]) else { continue }
                json.removeAll(keepingCapacity: true)
                encoding(block, index, &json)
                append(json, id: position, audience: catchUp.request.audience, to: &text)
                if text.count >= Self.sliceBytes { break }
            }
            if block.firstID > end { break }
        }
        // A slice that is not full has seen everything up to the end.
        return BacklogSlice(
            chunk: text.chunk, upTo: text.count < Self.sliceBytes ? max(position, end) : position, told: max(catchUp.told, removals.newest))
    }
}

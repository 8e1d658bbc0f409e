import Followers
import Model
import NIOCore

/// The streams of one event loop, on which everything here runs.
final class StreamShard: @unchecked Sendable {
    let loop: any EventLoop
    private unowned let hub: StreamHub
    private var programs: [ObjectIdentifier: EventStreamHandler] = [:]
    private var screens: [ObjectIdentifier: EventStreamHandler] = [:]
    private var watchers: [ObjectIdentifier: EventStreamHandler] = [:]
    /// The last event that was broadcast on this loop.
    private var position: EventID
    private var heartbeat: RepeatedTask?

    /// Programs written to in one turn of the loop.
    private static let programsAtOnce = 128
    /// Between them, for other work of the loop.
    private static let turn = TimeAmount.microseconds(20)
    /// A quiet stream gets a sign of life after this long.
    static let heartbeatPeriod = TimeAmount.seconds(10)
    /// A client that has not read for this long is let go; it may come back with its last id.
    static let patience = TimeAmount.seconds(60)

    init(loop: any EventLoop, hub: StreamHub, position: EventID) {
        self.loop = loop
        self.hub = hub
        self.position = position
    }

    func enter(_ handler: EventStreamHandler, _ request: StreamRequest) {
        if heartbeat == nil {
            heartbeat = loop.scheduleRepeatedTask(initialDelay: Self.heartbeatPeriod, delay: Self.heartbeatPeriod) { [weak self] _ in
                self?.beat()
            }
        }
        switch request.audience {
        case .screen:
            screens[ObjectIdentifier(handler)] = handler
            hub.stage.enter(request.filter)
            sendSnapshot(handler, request)
        case .program, .programNDJSON:
            programs[ObjectIdentifier(handler)] = handler
            hub.programEntered(request)
            handler.position = request.cursor ?? position
            if handler.position < position { catchUp(handler) }
        case .watcher:
            watchers[ObjectIdentifier(handler)] = handler
            tellChanges(handler)
        }
    }

    func leave(_ handler: EventStreamHandler) {
        guard let request = handler.request else { return }
        if screens.removeValue(forKey: ObjectIdentifier(handler)) != nil { hub.stage.leave(request.filter) }
        if programs.removeValue(forKey: ObjectIdentifier(handler)) != nil { hub.programLeft(request) }
        watchers[ObjectIdentifier(handler)] = nil
        hub.streamClosed()
        if everybody.isEmpty {
            heartbeat?.cancel()
            heartbeat = nil
        }
    }

    func becameWritable(_ handler: EventStreamHandler) {
        guard let request = handler.request else { return }
        switch request.audience {
        case .screen:
            if handler.shed > 0 { sendSnapshot(handler, request) }
        case .program, .programNDJSON:
            if handler.position < position { catchUp(handler) }
        case .watcher: tellChanges(handler)
        }
    }

    private var everybody: [EventStreamHandler] { Array(screens.values) + Array(programs.values) + Array(watchers.values) }

    private func beat() {
        var comment = ChunkedText()
        comment.raw(": still here\n\n")
        var line = ChunkedText()
        line.raw("\n")
        let (event, blank) = (comment.chunk, line.chunk)
        for handler in everybody {
            if let stalled = handler.stalledSince, .now() - stalled > Self.patience {
                handler.close()
            } else if handler.isWritable, .now() - handler.lastWrite >= Self.heartbeatPeriod {
                handler.write(handler.request?.audience == .programNDJSON ? blank : event)
            }
        }
    }

    func closeAll() {
        for handler in everybody { handler.close() }
    }

    // MARK: Programs

    /// Writes the events in (`from`, `upTo`] to every program that has all before; the others catch up from the journal.
    ///
    /// A few at a time, so that the loop meanwhile reads the requests that bring the next events.
    func broadcast(from: EventID, upTo: EventID, chunks: [StreamHub.ProgramKey: ByteBuffer], done: EventLoopPromise<Void>) {
        position = upTo
        send(Array(programs.values)[...], from: from, upTo: upTo, chunks: chunks, done: done)
    }

    private func send(
        _ handlers: ArraySlice<EventStreamHandler>, from: EventID, upTo: EventID, chunks: [StreamHub.ProgramKey: ByteBuffer],
        done: EventLoopPromise<Void>
    ) {
        // Most programs ask for the same: the dictionary is asked when it changes.
        var last: (key: StreamHub.ProgramKey, chunk: ByteBuffer)?
        for handler in handlers.prefix(Self.programsAtOnce) where handler.position < upTo && !handler.isCatchingUp {
            guard handler.position == from, let key = handler.key, let chunk = key == last?.key ? last?.chunk : chunks[key] else {
                catchUp(handler)
                continue
            }
            last = (key, chunk)
            if chunk.readableBytes == 0 {
                handler.position = upTo
            } else if handler.isWritable {
                // Before the write: it may tell of writability at once, and then this decides what comes next.
                handler.position = upTo
                handler.write(chunk)
            }
            // Else it goes on from the journal as soon as it reads again.
        }
        let rest = handlers.dropFirst(Self.programsAtOnce)
        guard !rest.isEmpty else { return done.succeed() }
        let remaining = Remaining(handlers: rest)
        // A task that is due at once would run before the loop looks at its sockets again.
        loop.scheduleTask(in: Self.turn) { self.send(remaining.handlers, from: from, upTo: upTo, chunks: chunks, done: done) }
    }

    /// Handlers of this loop, handed from one turn of it to the next.
    private struct Remaining: @unchecked Sendable { let handlers: ArraySlice<EventStreamHandler> }

    private func catchUp(_ handler: EventStreamHandler) {
        guard !handler.isCatchingUp, handler.isWritable, let request = handler.request else { return }
        handler.isCatchingUp = true
        hub.requestSlice(CatchUp(shard: self, handler: handler, request: request, position: handler.position, told: handler.told))
    }

    /// A slice of the backlog is there.
    func deliver(_ slice: BacklogSlice, to handler: EventStreamHandler) {
        handler.isCatchingUp = false
        guard programs[ObjectIdentifier(handler)] != nil else { return }
        handler.position = slice.upTo
        handler.told = slice.told
        if slice.chunk.readableBytes > 0 { handler.write(slice.chunk) }
        if handler.position < position { catchUp(handler) }
    }

    // MARK: What is kept

    /// Tells all watchers what the hub knows now.
    func tellChanges() {
        for handler in watchers.values { tellChanges(handler) }
    }

    /// One that does not read now is told when it does.
    private func tellChanges(_ handler: EventStreamHandler) {
        let kept = hub.kept
        guard handler.isWritable, handler.kept != kept else { return }
        handler.kept = kept
        handler.write(kept.text.chunk)
    }

    // MARK: Screens

    /// Writes the frames to the screens; one that does not keep up gets a snapshot when it reads again.
    func show(_ frames: [LiveFilter: (frame: LiveFrame, chunk: ByteBuffer)], generation: UInt64) {
        for handler in screens.values {
            guard let request = handler.request, let (frame, chunk) = frames[request.filter], frame.number > handler.frame else { continue }
            if handler.generation != generation, handler.isWritable {
                sendSnapshot(handler, request)
            } else if handler.isWritable, handler.shed == 0 {
                handler.frame = frame.number
                handler.write(chunk)
            } else {
                handler.shed += max(frame.events, 1)
            }
        }
    }

    private func sendSnapshot(_ handler: EventStreamHandler, _ request: StreamRequest) {
        var text = ChunkedText()
        let snapshot = hub.stage.snapshot(request.filter)
        if handler.shed > 0 {
            text.event("gap", id: nil, data: "{\"upTo\":\"\(snapshot.upTo)\",\"shed\":\(handler.shed)}".utf8)
            handler.shed = 0
        }
        text.event("snapshot", id: snapshot.upTo, data: snapshot.json)
        handler.frame = snapshot.frame
        handler.generation = snapshot.generation
        handler.write(text.chunk)
    }
}

/// A program that asks for the next slice of its backlog.
struct CatchUp: @unchecked Sendable {
    let shard: StreamShard
    /// Touched on the shard's loop only.
    let handler: EventStreamHandler
    let request: StreamRequest
    let position: EventID
    /// The newest removed event of which the program knows that it is gone.
    let told: EventID
}

/// Part of a backlog, framed.
struct BacklogSlice: Sendable {
    var chunk: ByteBuffer
    var upTo: EventID
    /// The newest removed event of which the program knows when it has read this.
    var told: EventID
}

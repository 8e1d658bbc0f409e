import Followers
import HTTPTypes
import Hummingbird
import Journal
import Model
import ServiceLifecycle
import Synchronization

/// Plays stored windows, each for the screen that asked for it.
///
/// A session lives as long as its connection: to pause is to leave, to seek or to change the speed is to come again with `at`. The client's
/// reading holds the session back, so that nothing is kept for one that is slow.
struct ReplayRoutes: Sendable {
    let stage: LiveStage
    let seats: ReplaySeats
    let pace: ReplayPace
    let clock: WallClock

    /// A client that has not read for this long is let go.
    static let patience = Duration.seconds(60)
    /// A session so far behind its own clock goes on from where it is, instead of hurrying.
    static let lateness = Duration.seconds(1)

    func add(to table: inout RouteTable) {
        table.add(.playWindow) { request, _ in
            let parameters = try ReplayParameters(QueryString(request), now: clock.now)
            guard let seat = seats.take() else {
                throw Problem(status: .serviceUnavailable, detail: "too many windows are being played; try again later", retryAfter: 5)
            }
            let body = ResponseBody { writer in
                defer { withExtendedLifetime(seat) {} }
                let progress = Progress()
                writer = try await withGracefulShutdownHandler {
                    try await request.body.consumeWithInboundCloseHandler { [writer] _ in
                        try await watched(progress, Outlet(writer: writer)) { outlet in
                            try await play(parameters, to: &outlet, progress)
                        }
                    } onInboundClosed: {
                        progress.stop()
                    }.writer
                } onGracefulShutdown: {
                    progress.stop()
                }
                try await writer.finish(nil)
            }
            return Response(
                status: .ok,
                headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .xAccelBuffering: "no"],
                body: body)
        }
    }

    /// Sends the snapshot, then frames by the clock, then the end.
    private func play(_ parameters: ReplayParameters, to outlet: inout Outlet, _ progress: Progress) async throws {
        var session = stage.replay(parameters.plan) { progress.isWanted }
        do {
            try await outlet.event("snapshot", try await session.begin())
            var due = pace.now()
            while let frame = try await session.step() {
                if parameters.isPaced {
                    due += ReplayPlan.framePeriod
                    let now = pace.now()
                    if due > now { try await pace.sleep(due - now) } else if now - due > Self.lateness { due = now }
                }
                guard progress.isWanted else { return }
                try await outlet.event("frame", frame.json)
            }
            try await outlet.event("end", Self.end(session))
        } catch let error as JournalError {
            let problem = Problem(status: .serviceUnavailable, detail: "the window cannot be read further: \(error)")
            try await outlet.event("problem", problem.json)
        } catch is CancellationError where !progress.isWanted {
            // Nobody is there any more.
        }
    }

    private static func end(_ session: ReplaySession) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("state", session.isFinished ? "finished" : "paused")
            json.member("clock", Int(session.clock.milliseconds))
        }
        return json.bytes
    }

    /// Runs the body and ends it when nothing was taken by the client for too long.
    private func watched(
        _ progress: Progress, _ outlet: Outlet, _ body: @escaping @Sendable (inout Outlet) async throws -> Void
    ) async throws -> Outlet {
        try await withThrowingTaskGroup(of: Outlet?.self) { group in
            group.addTask {
                var outlet = outlet
                try await body(&outlet)
                return outlet
            }
            group.addTask {
                var seen = -1
                while progress.count != seen {
                    seen = progress.count
                    // Cancelled when the playing is over.
                    try await Task.sleep(for: Self.patience)
                }
                return nil
            }
            defer { group.cancelAll() }
            guard let played = try await group.next() ?? nil else { throw CancellationError() }
            return played
        }
    }
}

/// How far a session has come, and whether anybody wants more of it.
private final class Progress: Sendable {
    private let wanted = Atomic(true)
    private let moves = Atomic(0)

    /// Asked between blocks, which counts as progress: a long window takes its time to be counted.
    var isWanted: Bool {
        moves.add(1, ordering: .relaxed)
        return wanted.load(ordering: .relaxed)
    }
    /// Rises with every frame and with every block.
    var count: Int { moves.load(ordering: .relaxed) }

    func stop() { wanted.store(false, ordering: .relaxed) }
}

/// Writes server-sent events; carries the writer out of the task that wrote.
private struct Outlet: @unchecked Sendable {
    var writer: any ResponseBodyWriter

    mutating func event(_ name: String, _ data: [UInt8]) async throws {
        var text = ChunkedText()
        text.event(name, id: nil, data: data)
        try await writer.write(text.plain)
    }
}

extension HTTPField.Name {
    /// Asks nginx to hand the answer on as it comes.
    static let xAccelBuffering = Self("X-Accel-Buffering").unsafelyUnwrapped
}

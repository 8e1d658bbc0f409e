import Columns
import Dispatch
import HTTPTypes
import Hummingbird
import Journal
import Model

/// Asks the columns on behalf of requests, off the event loops.
struct QueryDesk: Sendable {
    let store: ColumnStore
    let journal: EventJournal
    let clock: WallClock
    /// Seconds after which a query is stopped.
    var deadline = longest

    private static let longest = 30.0
    /// How long an answer waits for the columns to have what was stored before the question.
    private static let patience = Duration.seconds(2)
    /// Queries block; they have threads of their own, so that two at most run at once and the event loops stay free.
    private static let workers = [DispatchQueue(label: "petrel.query.0"), DispatchQueue(label: "petrel.query.1")]

    /// What a request asks for, checked.
    func query(_ request: Request) throws(Problem) -> QueryParameters { try QueryParameters(request, now: clock.now) }

    /// Answers a question as one JSON object, or as the lines of a partial answer where the request wants them.
    ///
    /// - Parameter write: writes the members of the answer.
    func response<Value>(
        _ request: Request, _ query: QueryParameters, _ question: Question<Value>,
        _ write: @escaping @Sendable (Value, inout JSONText) -> Void
    ) async throws -> Response {
        do throws(ColumnError) { try question.check() } catch { throw Self.problem(error) }
        if query.wantsPartial { return try await partial(request, query, question, write) }
        return Response(
            try await run(query) { engine throws(ColumnError) in
                Self.object(try engine.answer(question, query.scope, stop: query.stop), write)
            })
    }

    /// Runs a query off the event loops. What was stored before the question is waited for, so that a program sees its own events.
    func run<Value: Sendable>(
        _ query: QueryParameters, _ body: @escaping @Sendable (QueryEngine) throws(ColumnError) -> Value
    ) async throws -> Value {
        try await prepare()
        let result = await withTaskCancellationHandler {
            await perform(query, body)
        } onCancel: {
            query.stop.stop()
        }
        do throws(ColumnError) { return try result.get() } catch { throw Self.problem(error) }
    }

    /// A JSON object with the members of an answer and `upTo`.
    static func object<Value>(_ answer: Answer<Value>, _ write: (Value, inout JSONText) -> Void) -> [UInt8] {
        var text = JSONText()
        text.object { json in
            write(answer.value, &json)
            json.member("upTo", answer.upTo.description)
        }
        return text.bytes
    }

    // MARK: Partial answers

    /// Lines of NDJSON, each an answer so far; the last is whole, or a problem. The query ends when the client leaves.
    private func partial<Value>(
        _ request: Request, _ query: QueryParameters, _ question: Question<Value>,
        _ write: @escaping @Sendable (Value, inout JSONText) -> Void
    ) async throws -> Response {
        try await prepare()
        let (lines, feed) = AsyncStream.makeStream(of: [UInt8].self)
        let body = ResponseBody { writer in
            let asked = Task {
                let result = await perform(query) { engine throws(ColumnError) -> [UInt8] in
                    let answer = try engine.answer(question, query.scope, stop: query.stop) { (answer, since) throws(ColumnError) in
                        feed.yield(
                            Self.line(answer, write) { json in
                                json.member("complete") { $0.value(false) }
                                json.member("coversSince", since.iso8601)
                            })
                    }
                    return Self.line(answer, write) { $0.member("complete") { $0.value(true) } }
                }
                switch result {
                case .success(let line): feed.yield(line)
                case .failure(let error): feed.yield(Self.problem(error).json + [UInt8(ascii: "\n")])
                }
                feed.finish()
            }
            defer { query.stop.stop() }
            writer = try await request.body.consumeWithInboundCloseHandler { [writer] _ in
                var writer = writer
                for await line in lines { try await writer.write(ByteBuffer(bytes: line)) }
                await asked.value
                return Written(writer: writer)
            } onInboundClosed: {
                query.stop.stop()
            }.writer
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/x-ndjson", .cacheControl: "no-store"], body: body)
    }

    /// Carries the writer out of the task that wrote.
    private struct Written: @unchecked Sendable { let writer: any ResponseBodyWriter }

    private static func line<Value>(
        _ answer: Answer<Value>, _ write: (Value, inout JSONText) -> Void, _ more: (inout JSONText) -> Void
    ) -> [UInt8] {
        object(answer) { value, json in
            write(value, &json)
            more(&json)
        } + [UInt8(ascii: "\n")]
    }

    // MARK: Asking

    private func perform<Value: Sendable>(
        _ query: QueryParameters, _ body: @escaping @Sendable (QueryEngine) throws(ColumnError) -> Value
    ) async -> Result<Value, ColumnError> {
        let engine = QueryEngine(store, width: Self.workers.count)
        let queue = Self.workers[Int.random(in: Self.workers.indices)]
        DispatchQueue.global().asyncAfter(deadline: .now() + deadline) { query.stop.stop() }
        return await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result { () throws(ColumnError) in try body(engine) }) }
        }
    }

    private func prepare() async throws {
        await waitForColumns()
        if let failure = store.failure {
            throw Problem(status: .serviceUnavailable, detail: "the columns do not follow the journal: \(failure)")
        }
    }

    static func problem(_ error: ColumnError) -> Problem {
        switch error.code {
        case .invalid: Problem(status: .badRequest, detail: error.detail)
        case .tooLarge: Problem(status: .unprocessableContent, detail: error.detail)
        case .stopped: Problem(status: .serviceUnavailable, detail: "it took longer than \(Int(longest)) s; ask for a shorter time")
        case .io, .damaged: Problem(status: .serviceUnavailable, detail: error.detail)
        }
    }

    private func waitForColumns() async {
        let head = journal.head
        guard store.upTo < head else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await store.wait(for: head) }
            // Ends early when the columns are there first.
            group.addTask { try? await Task.sleep(for: Self.patience) }
            await group.next()
            group.cancelAll()
        }
    }
}

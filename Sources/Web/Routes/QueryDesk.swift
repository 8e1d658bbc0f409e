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
    /// Names the program in entity tags.
    let revision: String
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
    /// - Parameters:
    ///   - needsEarliest: whether the answer follows from the earliest event time of all, too.
    ///   - write: writes the members of the answer.
    func response<Value>(
        _ request: Request, _ query: QueryParameters, _ question: Question<Value>, needsEarliest: Bool = false,
        _ write: @escaping @Sendable (Value, inout JSONText) -> Void
    ) async throws -> Response {
        do throws(ColumnError) { try question.check() } catch { throw Self.problem(error) }
        var response: Response
        if query.wantsPartial {
            response = try await partial(request, query, question, write)
        } else {
            response = try await answer(request, query, needsEarliest: needsEarliest) { engine, scope throws(ColumnError) in
                Self.object(try engine.answer(question, scope, stop: query.stop), write)
            }
        }
        response.headers[.vary] = "Accept"
        return response
    }

    /// Answers with JSON. What was stored before the question is waited for, so that a program sees its own events.
    ///
    /// The answer is about the state of the columns as it is found first, which its entity tag names: a client that has the answer for that
    /// state is told 304, and the query is not run. A question whose answer depends on the clock has no tag.
    ///
    /// - Parameters:
    ///   - upTo: the last event that may be seen, besides the one that the parameters name.
    ///   - needsEarliest: whether the answer follows from the earliest event time of all, too.
    ///   - body: answers within the scope that it is given.
    func answer(
        _ request: Request, _ query: QueryParameters, upTo: EventID? = nil, needsEarliest: Bool = false,
        _ body: @escaping @Sendable (QueryEngine, QueryScope) throws(ColumnError) -> [UInt8]
    ) async throws -> Response {
        let scope = try await scope(query, upTo: upTo)
        let tag = tag(scope, needsEarliest)
        if !query.usesNow, EntityTag.matches(tag, request) { return EntityTag.notModified(tag) }
        var response = Response(try await ask(query) { engine throws(ColumnError) in try body(engine, scope) })
        // Retention may have moved on while the query ran.
        if !query.usesNow, self.tag(scope, needsEarliest) == tag { EntityTag.label(&response, tag) }
        return response
    }

    /// Runs a query off the event loops, when the columns have what was stored before it.
    func run<Value: Sendable>(
        _ query: QueryParameters, _ body: @escaping @Sendable (QueryEngine) throws(ColumnError) -> Value
    ) async throws -> Value {
        try await prepare()
        return try await ask(query, body)
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
        let scope = try await scope(query)
        let (lines, feed) = AsyncStream.makeStream(of: [UInt8].self)
        let body = ResponseBody { writer in
            let asked = Task {
                let result = await perform(query) { engine throws(ColumnError) -> [UInt8] in
                    let answer = try engine.answer(question, scope, stop: query.stop) { (answer, since) throws(ColumnError) in
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

    /// What the query asks about, up to the last event that the columns have by now.
    private func scope(_ query: QueryParameters, upTo: EventID? = nil) async throws -> QueryScope {
        try await prepare()
        let last = store.extent.upTo
        var scope = query.scope
        scope.upTo = min(scope.upTo ?? upTo ?? last, last)
        return scope
    }

    /// The tag of an answer about that scope.
    private func tag(_ scope: QueryScope, _ needsEarliest: Bool) -> String {
        let extent = store.extent
        return EntityTag.state(
            revision: revision, removals: extent.removals, upTo: scope.upTo ?? extent.upTo, earliest: needsEarliest ? store.earliest : nil)
    }

    private func ask<Value: Sendable>(
        _ query: QueryParameters, _ body: @escaping @Sendable (QueryEngine) throws(ColumnError) -> Value
    ) async throws -> Value {
        let result = await withTaskCancellationHandler {
            await perform(query, body)
        } onCancel: {
            query.stop.stop()
        }
        do throws(ColumnError) { return try result.get() } catch { throw Self.problem(error) }
    }

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
        case .io: Problem(status: .serviceUnavailable, detail: error.detail)
        case .damaged:
            Problem(status: .serviceUnavailable, detail: "\(error.detail); it is being made again from the journal, ask again in a moment")
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

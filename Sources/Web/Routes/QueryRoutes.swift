import Columns
import Dispatch
import HTTPTypes
import Hummingbird
import Journal
import KQL
import Model
import Wire

/// Questions about the stored events, answered from the columns.
struct QueryRoutes: Sendable {
    let store: ColumnStore
    let journal: EventJournal
    let clock: WallClock
    /// What the cursors of pages are made with.
    let cursorKey: PageCursor.Key
    /// Names the program in entity tags.
    let revision: String

    /// How long an answer waits for the columns to have what was stored before the question.
    private static let patience = Duration.seconds(2)
    /// Seconds after which a query is stopped.
    private static let deadline = 30.0
    /// Queries block; they have threads of their own, so that two at most run at once and the event loops stay free.
    private static let workers = [DispatchQueue(label: "petrel.query.0"), DispatchQueue(label: "petrel.query.1")]

    func add(to table: inout RouteTable) {
        table.add(.events) { request, _ in
            let query = try QueryParameters(request.uri.queryParameters, now: clock.now)
            let limit = try query.number("limit", 100, in: 1...1000)
            let list = EventList(limit: limit, isDescending: try query.isDescending, cursor: try query.cursor(cursorKey), key: cursorKey)
            return try await answer(request, query, upTo: list.cursor?.cursor.upTo) { engine, scope throws(ColumnError) in
                try list.page(of: query, scope, engine)
            }
        }
        table.add(.count) { request, _ in
            let query = try QueryParameters(request.uri.queryParameters, now: clock.now)
            return try await answer(request, query) { engine, scope throws(ColumnError) in
                let answer = try engine.count(scope, stop: query.stop)
                return Self.object(answer.upTo) { $0.member("count", answer.value) }
            }
        }
        table.add(.top) { request, _ in
            let query = try QueryParameters(request.uri.queryParameters, now: clock.now)
            let fields = try query.fields("field")
            let limit = try query.number("limit", 10, in: 1...10_000)
            let isAscending = try !query.isDescending
            return try await answer(request, query) { engine, scope throws(ColumnError) in
                Self.encode(
                    try engine.top(scope, by: fields.map(GroupKey.field), limit: limit, ascending: isAscending, stop: query.stop), fields)
            }
        }
        table.add(.histogram) { request, _ in
            let query = try QueryParameters(request.uri.queryParameters, now: clock.now)
            let interval = try query.interval
            let split = try query.optionalField("by")
            return try await answer(request, query) { engine, scope throws(ColumnError) in
                let keys = [GroupKey.time(interval: interval, origin: 0)] + (split.map { [.field($0)] } ?? [])
                return Self.encode(try engine.groups(scope, by: keys, stop: query.stop), split)
            }
        }
        table.add(.distinct) { request, _ in
            let query = try QueryParameters(request.uri.queryParameters, now: clock.now)
            let field = try query.field("field")
            let interval = try query.interval
            return try await answer(request, query) { engine, scope throws(ColumnError) in
                let answer = try engine.distinct(scope, of: field, interval: interval, stop: query.stop)
                return Self.object(answer.upTo) { json in
                    json.member("spans") { json in
                        json.array { json in
                            for span in answer.value {
                                json.object {
                                    $0.member("start", span.start.iso8601)
                                    $0.member("count", span.count)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    // MARK: Answering

    /// Runs a query off the event loops. What was stored before the question is waited for, so that a program sees its own events.
    ///
    /// The answer is about the state of the columns as it is found first, which its entity tag names: a client that has the answer for that
    /// state is told 304, and the query is not run. A question that says `now` has another answer each time, and no tag.
    ///
    /// - Parameters:
    ///   - upTo: the last event that may be seen, besides the one that the parameters name.
    ///   - body: answers within the scope that it is given.
    func answer(
        _ request: Request, _ query: QueryParameters, upTo: EventID? = nil,
        _ body: @escaping @Sendable (QueryEngine, QueryScope) throws(ColumnError) -> [UInt8]
    ) async throws -> Response {
        await waitForColumns()
        if let failure = store.failure {
            throw Problem(status: .serviceUnavailable, detail: "the columns do not follow the journal: \(failure)")
        }
        let extent = store.extent
        var scope = query.scope
        scope.upTo = min(scope.upTo ?? upTo ?? extent.upTo, extent.upTo)
        // As long as nothing was removed, it does not matter whether the store has seen the first event come.
        let liveFrom = journal.removedUpTo == .zero ? .zero : extent.liveFrom
        let tag = EntityTag.state(revision: revision, liveFrom: liveFrom, upTo: scope.upTo ?? extent.upTo)
        if !query.usesNow, EntityTag.matches(tag, request) { return EntityTag.notModified(tag) }
        var response = Response(try await run(query, scope, body))
        // Retention may have moved on while the query ran.
        if !query.usesNow, store.extent.liveFrom == extent.liveFrom { EntityTag.label(&response, tag) }
        return response
    }

    private func run(
        _ query: QueryParameters, _ scope: QueryScope, _ body: @escaping @Sendable (QueryEngine, QueryScope) throws(ColumnError) -> [UInt8]
    ) async throws -> [UInt8] {
        let engine = QueryEngine(store, width: Self.workers.count)
        let queue = Self.workers[Int.random(in: Self.workers.indices)]
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.deadline) { query.stop.stop() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<[UInt8], ColumnError>, Never>) in
                queue.async { continuation.resume(returning: Result { () throws(ColumnError) in try body(engine, scope) }) }
            }
        } onCancel: {
            query.stop.stop()
        }
        do throws(ColumnError) {
            return try result.get()
        } catch {
            switch error.code {
            case .invalid: throw Problem(status: .badRequest, detail: error.detail)
            case .tooLarge: throw Problem(status: .unprocessableContent, detail: error.detail)
            case .stopped:
                throw Problem(status: .serviceUnavailable, detail: "it took longer than \(Int(Self.deadline)) s; ask for a shorter time")
            case .io, .damaged: throw Problem(status: .serviceUnavailable, detail: error.detail)
            }
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

    // MARK: Encoding

    static func object(_ upTo: EventID, _ body: (inout JSONText) -> Void) -> [UInt8] {
        var text = JSONText()
        text.object { json in
            body(&json)
            json.member("upTo", upTo.description)
        }
        return text.bytes
    }

    private static func encode(_ answer: Answer<(groups: [Group], distinct: Int)>, _ fields: [Field]) -> [UInt8] {
        object(answer.upTo) { json in
            json.member("groups") { json in
                json.array { json in
                    for group in answer.value.groups {
                        json.object { json in
                            json.member("values") { json in json.array { json in for value in group.values { write(value, to: &json) } } }
                            json.member("count", group.count)
                        }
                    }
                }
            }
            json.member("fields") { json in json.array { json in for field in fields { json.value(field.name) } } }
            json.member("distinct", answer.value.distinct)
        }
    }

    private static func encode(_ answer: Answer<[Group]>, _ split: Field?) -> [UInt8] {
        object(answer.upTo) { json in
            json.member("spans") { json in
                json.array { json in
                    for group in answer.value.sorted(by: { $0.precedes($1) }) {
                        json.object { json in
                            json.member("start", group.values[0].description)
                            if split != nil { json.member("value") { write(group.values[1], to: &$0) } }
                            json.member("count", group.count)
                        }
                    }
                }
            }
        }
    }

    static func write(_ value: ColumnValue, to json: inout JSONText) {
        switch value {
        case .integer(let number): json.value(Int(number))
        case .number(let number): json.value(number)
        case .boolean(let flag): json.value(flag)
        default: json.value(value.description)
        }
    }
}

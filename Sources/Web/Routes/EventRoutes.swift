import Followers
import HTTPTypes
import Hummingbird
import Journal
import Model

/// Single events, and the evidence behind what the map draws.
struct EventRoutes: Sendable {
    let journal: EventJournal
    let clock: WallClock
    /// Names the program in entity tags.
    let revision: String

    /// Most events in one answer.
    static let limit = 200

    func add(to table: inout RouteTable) {
        table.add(.event) { request, context in
            guard let id = EventID(try context.parameters.require("id")) else {
                throw Problem(status: .badRequest, detail: "an event id is a whole number")
            }
            let found = try await journal.reading { reader throws(JournalError) in try reader.event(id) }
            guard let found else {
                throw Problem(status: .notFound, detail: "event \(id) is not kept (any more)")
            }
            var out: [UInt8] = []
            EventJSON.append(found.block.events[found.index], id: id, raw: found.block.events.raw(found.index), to: &out)
            return Response(out, revalidating: request)
        }
        table.add(.keep) { _, context in
            guard let id = EventID(try context.parameters.require("id")) else {
                throw Problem(status: .badRequest, detail: "an event id is a whole number")
            }
            let result: EventJournal.Keeping
            do {
                result = try await journal.keep(ids: [id])
            } catch {
                throw Problem(status: .serviceUnavailable, detail: "event \(id) cannot be kept now: \(error)")
            }
            guard result.absent == 0 else { throw Problem(status: .notFound, detail: "event \(id) is not kept (any more)") }
            var json = JSONText()
            json.object { json in
                json.member("id", id.description)
                json.member("known") { $0.value(result.known > 0) }
            }
            return Response(json.bytes)
        }
        table.add(.evidence) { request, _ in
            var query = try EvidenceQuery(QueryString(request), now: clock.now)
            // What comes while the journal is read is not in the answer, so that its tag is true.
            query.upTo = min(query.upTo, journal.head)
            let removals = journal.removals
            let tag = EntityTag.state(revision: revision, removals: removals, upTo: query.upTo)
            let dependsOnClock = query.filter.query?.usesNow ?? false
            if !dependsOnClock, EntityTag.matches(tag, request) { return EntityTag.notModified(tag) }
            var response = Response(try await answer(query))
            if !dependsOnClock, journal.removals == removals { EntityTag.label(&response, tag) }
            return response
        }
    }

    private func answer(_ query: EvidenceQuery) async throws -> [UInt8] {
        var total = 0
        var newest: [[UInt8]] = []
        var cursor = query.after
        while let block = try await journal.next(after: cursor, times: query.times) {
            for index in block.firstIndex(after: cursor)..<block.firstIndex(after: query.upTo) where query.accepts(block.events[index]) {
                total += 1
                var out: [UInt8] = []
                EventJSON.append(block.events[index], id: block.id(index), to: &out)
                newest.append(out)
                if newest.count > 2 * Self.limit { newest.removeFirst(Self.limit) }
            }
            cursor = block.lastID
            if cursor >= query.upTo { break }
            try Task.checkCancellation()
        }
        var json = JSONText()
        json.object { json in
            json.member("total", total)
            json.member("events") { json in
                json.array { json in for event in newest.suffix(Self.limit).reversed() { json.value(json: event) } }
            }
            json.member("truncated") { $0.value(total > Self.limit) }
        }
        return json.bytes
    }
}

import Columns
import Hummingbird
import Model

/// Lists, counts, top lists and histograms of the stored events, answered from the columns.
struct QueryRoutes: Sendable {
    let desk: QueryDesk

    func register(on group: RouterGroup<some RequestContext>) {
        group.get("events") { request, _ in
            let query = try desk.query(request)
            let page = PageRequest(
                limit: try query.number("limit", 100, in: 1...1000), isDescending: try query.isDescending, after: try query.after)
            return Response(
                try await desk.run(query) { engine throws(ColumnError) in
                    QueryDesk.object(try engine.page(query.scope, page, stop: query.stop), Self.write)
                })
        }
        group.get("count") { request, _ in
            let query = try desk.query(request)
            guard let periods = try query.periods else {
                return try await desk.response(request, query, .count) { $1.member("count", $0) }
            }
            return try await desk.response(request, query, .comparedCount(periods)) { counts, json in
                json.members(counts)
                json.member(periods)
            }
        }
        group.get("top") { request, _ in
            let query = try desk.query(request)
            let fields = try query.fields("field")
            let limit = try query.number("limit", 10, in: 1...10_000)
            let isAscending = try !query.isDescending
            let keys = fields.map(GroupKey.field)
            guard let periods = try query.periods else {
                return try await desk.response(request, query, .top(by: keys, limit: limit, ascending: isAscending)) {
                    $1.members($0, fields)
                }
            }
            let question = Question<ComparedGroups>.comparedTop(by: keys, limit: limit, ascending: isAscending, periods)
            return try await desk.response(request, query, question) { answer, json in
                json.objects("groups", answer.groups) { json, group in
                    json.member("values", group.values)
                    json.members(group.counts)
                }
                json.list("fields", fields) { $0.value($1.name) }
                json.member("distinct", answer.distinct.count)
                json.member("previousDistinct", answer.distinct.previous)
                json.member(periods)
            }
        }
        group.get("histogram") { request, _ in
            let query = try desk.query(request)
            let interval = try query.interval
            let split = try query.optionalField("by").map(GroupKey.field)
            guard let periods = try query.periods else {
                return try await desk.response(request, query, .histogram(interval: interval, by: split)) {
                    $1.spans($0, isSplit: split != nil)
                }
            }
            let question = Question<ComparedGroups>.comparedHistogram(interval: interval, by: split, periods)
            return try await desk.response(request, query, question) { answer, json in
                json.objects("spans", answer.groups) { json, group in
                    json.member("start", group.values[0].description)
                    if split != nil { json.member("value", group.values[1]) }
                    json.members(group.counts)
                }
                json.member(periods)
            }
        }
        group.get("distinct") { request, _ in
            let query = try desk.query(request)
            let field = try query.fields("field")[0]
            return try await desk.response(request, query, .distinct(of: field, interval: try query.interval)) { spans, json in
                json.objects("spans", spans) { json, span in
                    json.member("start", span.start)
                    json.member("count", span.count)
                }
            }
        }
    }

    private static func write(_ page: EventPage, to json: inout JSONText) {
        json.list("events", 0..<page.events.count) { json, row in
            var event: [UInt8] = []
            EventJSON.append(page.events[row], id: page.positions[row].id, to: &event)
            json.value(json: event)
        }
        json.member("next", page.hasMore ? page.positions.last.map { "\($0.time.microseconds).\($0.id)" } : nil)
    }
}

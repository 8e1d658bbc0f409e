import Columns
import Hummingbird
import Model

/// Lists, counts, top lists and histograms of the stored events, answered from the columns.
struct QueryRoutes: Sendable {
    let desk: QueryDesk
    /// What the cursors of pages are made with.
    let cursorKey: PageCursor.Key

    func add(to table: inout RouteTable) {
        table.add(.events) { request, _ in
            let query = try desk.query(request)
            let limit = try query.number("limit", 100, in: 1...1000)
            let list = EventList(limit: limit, isDescending: try query.isDescending, cursor: try query.cursor(cursorKey), key: cursorKey)
            return try await desk.answer(request, query, upTo: list.cursor?.cursor.upTo) { engine, scope throws(ColumnError) in
                try list.page(of: query, scope, engine)
            }
        }
        table.add(.count) { request, _ in
            let query = try desk.query(request)
            guard let periods = try query.periods else {
                return try await desk.response(request, query, .count) { $1.member("count", $0) }
            }
            return try await desk.response(request, query, .comparedCount(periods)) { counts, json in
                json.members(counts)
                json.member(periods)
            }
        }
        table.add(.top) { request, _ in
            let query = try desk.query(request)
            let fields = try query.fields("field")
            let limit = try query.limit(10)
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
        table.add(.histogram) { request, _ in
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
        table.add(.distinct) { request, _ in
            let query = try desk.query(request)
            let field = try query.field("field")
            return try await desk.response(request, query, .distinct(of: field, interval: try query.interval)) { spans, json in
                json.objects("spans", spans) { json, span in
                    json.member("start", span.start)
                    json.member("count", span.count)
                }
            }
        }
    }
}

import Columns
import Hummingbird
import Journal
import Model

/// Questions about the stored events that go beyond lists and counts, answered from the columns.
struct AnalysisRoutes: Sendable {
    let desk: QueryDesk

    func add(to table: inout RouteTable) {
        table.add(.facets) { request, _ in try await facets(request) }
        table.add(.percentiles) { request, _ in try await percentiles(request) }
        table.add(.seen) { request, _ in
            let query = try desk.query(request)
            let order = try query.seenOrder
            let limit = try query.limit(10)
            guard let field = try query.optionalField("field") else {
                return try await desk.response(request, query, .extent) { extent, json in
                    json.member("count", extent.count)
                    json.member("first", extent.first?.iso8601)
                    json.member("last", extent.last?.iso8601)
                }
            }
            return try await seen(request, query, field, order, limit, nil)
        }
        table.add(.rare) { request, _ in
            let query = try desk.query(request)
            return try await seen(request, query, try query.field("field"), .rarest, try query.limit(10), nil)
        }
        table.add(.firstSeen) { request, _ in
            var query = try desk.query(request)
            let given = query.scope.times.flatMap { $0.lowerBound.microseconds == .min ? nil : $0.lowerBound }
            query.usesNow = query.usesNow || given == nil
            let since = given ?? desk.clock.now.startOfDay
            guard since < query.scope.times?.upperBound ?? Timestamp(microseconds: .max) else {
                throw Problem(status: .badRequest, detail: "to: lies before the time from which on values count as new; give from")
            }
            let new = since..<(query.scope.times?.upperBound ?? Timestamp(microseconds: .max))
            return try await seen(request, query, try query.field("field"), .newest, try query.limit(10), new)
        }
        table.add(.places) { request, _ in try await places(request) }
        table.add(.matrix) { request, _ in try await matrix(request) }
        table.add(.surprise) { request, _ in try await surprise(request) }
    }

    private func facets(_ request: Request) async throws -> Response {
        let query = try desk.query(request)
        let lists = try query.fieldLists("field")
        let limit = try query.number("size", 10, in: 1...1000)
        let split = try query.optionalField("by").map(GroupKey.field)
        let question = Question<Facets>.facets(lists.map { $0.map(GroupKey.field) }, limit: limit, interval: try query.interval, by: split)
        return try await desk.response(request, query, question) { facets, json in
            json.member("count", facets.count)
            json.spans(facets.histogram, isSplit: split != nil)
            json.objects("facets", zip(facets.tops, lists)) { $0.members($1.0, $1.1) }
        }
    }

    private func percentiles(_ request: Request) async throws -> Response {
        let query = try desk.query(request)
        let field = try query.field("field")
        let percents = try query.numbers("percent", [50, 90, 95, 99])
        let split = try query.optionalField("by")
        let interval = try query.optionalInterval
        let limit = try query.limit(interval == nil ? 10 : 10_000)
        let keys = (interval.map { [GroupKey.time(interval: $0, origin: 0)] } ?? []) + (split.map { [.field($0)] } ?? [])
        return try await desk.response(request, query, .summaries(of: field, percents: percents, by: keys)) { summaries, json in
            json.objects("groups", summaries.prefix(limit)) { json, summary in
                if interval != nil { json.member("start", summary.keys[0].description) }
                if split != nil { json.member("value", summary.keys[keys.count - 1]) }
                json.member("count", summary.count)
                json.member("min", summary.minimum)
                json.member("max", summary.maximum)
                json.member("mean", exact: summary.mean)
                json.member("percentiles", summary.percentiles)
            }
            json.list("percents", percents) { $0.value(exact: $1) }
            json.member("field", field.name)
            json.member("distinct", summaries.count)
        }
    }

    private func seen(
        _ request: Request, _ query: QueryParameters, _ field: Field, _ order: SeenOrder, _ limit: Int, _ new: Range<Timestamp>?
    ) async throws -> Response {
        return try await desk.response(request, query, .seen(field, order: order, limit: limit, firstSeen: new)) { seen, json in
            json.objects("values", seen.values) { json, seen in
                json.member("value", seen.value)
                json.member("count", seen.count)
                json.member("first", seen.first)
                json.member("last", seen.last)
            }
            json.member("field", field.name)
            json.member("distinct", seen.distinct)
            if let new { json.member("since", new.lowerBound) }
        }
    }

    private func places(_ request: Request) async throws -> Response {
        let query = try desk.query(request)
        let field = try query.optionalField("field") ?? .sourceLocation
        let grid = try query.grid
        let limit = try query.limit(1000)
        return try await desk.response(request, query, .cells(of: field, grid, limit: limit)) { cells, json in
            json.objects("cells", cells.cells) { json, cell in
                json.member("lat", exact: min(cell.south + grid.height / 2, 90))
                json.member("lon", exact: min(cell.west + grid.width / 2, 180))
                if let geohash = cell.geohash { json.member("geohash", geohash) }
                json.member("count", cell.count)
            }
            json.member("field", field.name)
            json.member("height", exact: grid.height)
            json.member("width", exact: grid.width)
            json.member("distinct", cells.distinct)
        }
    }

    private func matrix(_ request: Request) async throws -> Response {
        let query = try desk.query(request)
        let rows = try query.optionalField("rows") ?? .sourceCountryCode
        let columns = try query.optionalField("columns") ?? .observerName
        let (rowLimit, columnLimit) = (try query.number("limit", 20, in: 1...1000), try query.number("columnLimit", 20, in: 1...1000))
        let question = Question<Matrix>.matrix(rows, columns, rows: rowLimit, columns: columnLimit)
        return try await desk.response(request, query, question) { matrix, json in
            for (name, field, top) in [("rows", rows, matrix.rows), ("columns", columns, matrix.columns)] {
                json.member(name) { json in
                    json.object { json in
                        json.member("field", field.name)
                        json.objects("values", top.groups) { json, group in
                            json.member("value", group.values[0])
                            json.member("count", group.count)
                        }
                        json.member("distinct", top.distinct)
                    }
                }
            }
            json.list("cells", matrix.cells) { json, row in json.array { json in for count in row { json.value(count) } } }
            json.member("total", matrix.total)
        }
    }

    private func surprise(_ request: Request) async throws -> Response {
        var query = try desk.query(request)
        let field = try query.field("field")
        let limit = try query.limit(10)
        let days = try query.number("days", 14, in: 1...90)
        let isAscending = try !query.isDescending
        let given = query.scope.times.flatMap { $0.upperBound.microseconds == .max ? nil : $0.upperBound }
        query.usesNow = query.usesNow || given == nil
        let end = given ?? desk.clock.now
        let length = try query.optionalInterval ?? 3_600_000_000
        let window: SurpriseWindow
        do throws(ColumnError) {
            window = try SurpriseWindow(before: end, length: length, days: days)
        } catch {
            throw QueryDesk.problem(error)
        }
        let question = Question<Surprises>.surprise(of: field, window, limit: limit, ascending: isAscending)
        return try await desk.response(request, query, question, needsEarliest: true) { surprises, json in
            json.objects("values", surprises.values) { json, value in
                json.member("value", value.value)
                json.member("count", value.count)
                json.member("mean") { $0.value(value.mean) }
                json.member("score") { $0.value(value.score) }
                json.member("first", value.first)
                json.member("first_seen_today") { $0.value(value.first >= end.startOfDay) }
            }
            json.member("field", field.name)
            json.member("days", surprises.days)
            json.member("from", surprises.window.lowerBound)
            json.member("to", surprises.window.upperBound)
            json.member("distinct", surprises.distinct)
        }
    }
}

extension Timestamp {
    /// Midnight UTC at or before this time.
    var startOfDay: Timestamp {
        let day: Int64 = 86_400_000_000
        let past = microseconds % day
        return Timestamp(microseconds: microseconds - (past < 0 ? past + day : past))
    }
}

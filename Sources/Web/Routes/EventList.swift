import Columns
import Model

/// A page of the list of events, and the cursors of the pages on both sides.
struct EventList: Sendable {
    let limit: Int
    let isDescending: Bool
    /// The edge from which the page begins, and whether it lies before that; nil for the first page.
    let cursor: (cursor: PageCursor, isBackward: Bool)?
    let key: PageCursor.Key

    /// The page as JSON.
    func page(of query: QueryParameters, _ scope: QueryScope, _ engine: QueryEngine) throws(ColumnError) -> [UInt8] {
        let isBackward = cursor?.isBackward ?? false
        // A page before an event is a page behind it in the other order, turned round.
        let request = PageRequest(limit: limit, isDescending: isDescending != isBackward, after: cursor?.cursor.position)
        let answer = try engine.page(scope, request, stop: query.stop)
        let page = answer.value
        let rows = isBackward ? Array((0..<page.events.count).reversed()) : Array(0..<page.events.count)
        let hasNext = isBackward ? cursor != nil : page.hasMore
        let hasPrevious = isBackward ? page.hasMore : cursor != nil
        func edge(_ row: Int?) -> String? {
            row.map { PageCursor(position: page.positions[$0], upTo: answer.upTo).text(for: query.question, key: key) }
        }
        return QueryDesk.object(answer) { page, json in
            json.list("events", rows) { json, row in
                var event: [UInt8] = []
                EventJSON.append(page.events[row], id: page.positions[row].id, to: &event)
                json.value(json: event)
            }
            json.member("next", hasNext ? edge(rows.last) : nil)
            json.member("previous", hasPrevious ? edge(rows.first) : nil)
        }
    }
}

public import Model
internal import Synchronization

/// Where an event stands in a list by event time; equal times are in the order of their ids.
public struct EventPosition: Hashable, Comparable, Sendable {
    public let time: Timestamp
    public let id: EventID

    public init(time: Timestamp, id: EventID) {
        self.time = time
        self.id = id
    }

    public static func < (a: EventPosition, b: EventPosition) -> Bool { a.time != b.time ? a.time < b.time : a.id < b.id }
}

/// Which part of a list of events is wanted.
public struct PageRequest: Sendable {
    /// Events of a page.
    public var limit: Int
    /// Newest first, or oldest first.
    public var isDescending: Bool
    /// The page begins behind this event, in the order of the list.
    public var after: EventPosition?

    public init(limit: Int, isDescending: Bool = true, after: EventPosition? = nil) {
        self.limit = limit
        self.isDescending = isDescending
        self.after = after
    }
}

/// A page of events, without their raw records.
public struct EventPage: Sendable {
    /// The events in the order of the list, rebuilt from the columns: all fields, in no particular order.
    public let events: EventBatch
    /// Where each stands.
    public let positions: [EventPosition]
    /// Whether more may follow.
    public let hasMore: Bool
}

extension QueryEngine {
    /// A page of the scope's events. With the same `upTo` the list stays as it is while new events come.
    public func page(_ scope: QueryScope, _ request: PageRequest, stop: QueryStop = QueryStop()) throws(ColumnError) -> Answer<EventPage> {
        guard (1...10_000).contains(request.limit) else {
            throw ColumnError(.invalid, "a page has 1 to 10,000 events, not \(request.limit)")
        }
        // One more than asked for tells whether there is more.
        let wanted = request.limit + 1
        let bound = Mutex<EventPosition?>(nil)
        let (upTo, parts) = try scan(scope, fields: [], stop) { scan -> PagePart in
            let part = PagePart(scan, wanted, request, notBehind: bound.withLock { $0 })
            if let worst = part.positions.last, part.positions.count == wanted {
                bound.withLock { known in
                    if known.map({ request.isDescending ? worst > $0 : worst < $0 }) ?? true { known = worst }
                }
            }
            return part
        }
        var all: [(position: EventPosition, part: Int, index: Int)] = []
        for (part, found) in parts.enumerated() {
            for (index, position) in found.positions.enumerated() { all.append((position, part, index)) }
        }
        all.sort { request.isDescending ? $0.position > $1.position : $0.position < $1.position }
        let shown = all.prefix(request.limit)
        var views: [Int: SegmentView] = [:]
        // A file that is pruned meanwhile stays mapped while it is read.
        defer { withExtendedLifetime(parts) {} }
        var events = EventBatch()
        for item in shown {
            let part = parts[item.part]
            guard let segment = part.segment else {
                events.appendRow(item.index, of: part.events)
                continue
            }
            if views[item.part] == nil { views[item.part] = try segment.view(of: segment.fields) }
            if let view = views[item.part] { PagePart.append(part.rows[item.index], of: view, to: &events) }
        }
        return Answer(
            value: EventPage(events: events, positions: shown.map(\.position), hasMore: all.count > request.limit), upTo: upTo)
    }
}

/// The first events of a page that one segment has.
struct PagePart: Sendable {
    private(set) var positions: [EventPosition] = []
    /// Their rows in the segment.
    private(set) var rows: [Int] = []
    let segment: MappedSegment?
    /// The events of the tail, which may change before they are asked for.
    private(set) var events = EventBatch()

    /// - Parameter notBehind: events behind this one are not on the page.
    init(_ scan: SegmentScan, _ wanted: Int, _ request: PageRequest, notBehind: EventPosition?) {
        segment = scan.segment
        let (view, descending) = (scan.view, request.isDescending)
        func isBefore(_ a: EventPosition, _ b: EventPosition) -> Bool { descending ? a > b : a < b }
        // Zones that hold the first events come first, so that the others need not be looked at.
        let zones = (0..<view.zoneCount).sorted {
            let (a, b) = (view.times(ofZone: $0), view.times(ofZone: $1))
            return descending ? a.upperBound > b.upperBound : a.lowerBound < b.lowerBound
        }
        var found: [(position: EventPosition, row: Int)] = []
        var limit = notBehind
        var selection = Selection()
        for zone in zones {
            if scan.stop.isStopped { break }
            let span = view.times(ofZone: zone)
            if let limit {
                let edge = limit.time.microseconds
                if descending ? span.upperBound < edge : span.lowerBound > edge { break }
            }
            if let after = request.after?.time.microseconds, descending ? span.lowerBound > after : span.upperBound < after { continue }
            guard let chosen = scan.chosen(zone, &selection) else { continue }
            chosen.visit { row in
                let time = view.times[row]
                if let limit, descending ? time < limit.time.microseconds : time > limit.time.microseconds { return }
                let position = EventPosition(time: Timestamp(microseconds: time), id: EventID(view.id(row)))
                if let after = request.after, !isBefore(after, position) { return }
                if let limit, isBefore(limit, position) { return }
                found.append((position, row))
            }
            if found.count > wanted {
                found.sort { isBefore($0.position, $1.position) }
                found.removeLast(found.count - wanted)
                limit = found[wanted - 1].position
            }
        }
        found.sort { isBefore($0.position, $1.position) }
        positions = found.map(\.position)
        rows = found.map(\.row)
        if segment == nil { for row in rows { Self.append(row, of: view, to: &events) } }
    }

    /// Rebuilds a row from its columns.
    static func append(_ row: Int, of view: SegmentView, to batch: inout EventBatch) {
        batch.append(.timestamp, Timestamp(microseconds: view.times[row]))
        for (number, column) in view.columns.enumerated() {
            guard let column, let field = Field(rawValue: UInt16(number)) else { continue }
            for position in column.positions(of: row) {
                let code = column.code(at: position)
                if code != 0 { append(column.dictionary.value(code - 1), field, to: &batch) }
            }
        }
        batch.endRow(raw: [UInt8]().span)
    }

    private static func append(_ bytes: UnsafeRawBufferPointer, _ field: Field, to batch: inout EventBatch) {
        switch StoredValue.value(bytes, field.type) {
        // Text as it is stored, also where it is not valid UTF-8.
        case .text: batch.append(field, utf8: bytes.bindMemory(to: UInt8.self).span)
        case .label(let key, _): batch.append(label: key, utf8: StoredValue.label(bytes).text.bindMemory(to: UInt8.self).span)
        case .address(let address): batch.append(field, address)
        case .integer(let number): batch.append(field, integer: number)
        case .number(let number): batch.append(field, number: number)
        case .date(let time): batch.append(field, time)
        case .boolean(let flag): batch.append(field, flag)
        case .point(let point): batch.append(field, point)
        }
    }
}

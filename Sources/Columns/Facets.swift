import Model

/// Several top lists and a histogram of the same events.
public struct Facets: Sendable {
    /// Events in the scope.
    public let count: Int
    /// Events per span of time, in order; empty when no interval was asked for.
    public let histogram: [Group]
    /// A list for each set of keys, in their order.
    public let tops: [TopGroups]
}

extension Question where Value == Facets {
    /// Most lists of one question.
    public static var mostFacets: Int { 16 }

    /// A top list for each set of keys (one to four), and a histogram where an interval is given. Rows are chosen once.
    public static func facets(_ lists: [[GroupKey]], limit: Int, interval: Int64? = nil, by split: GroupKey? = nil) -> Question {
        Question(
            { () throws(ColumnError) in
                guard lists.count <= mostFacets else { throw ColumnError(.invalid, "at most \(mostFacets) lists, not \(lists.count)") }
                guard limit > 0 else { throw ColumnError(.invalid, "the limit must be at least 1, not \(limit)") }
                var tops: [GroupMerge] = []
                for keys in lists { tops.append(GroupMerge(try keys.checked())) }
                guard let interval else { return FacetMerge(histogram: nil, tops: tops) }
                let spans = [.time(interval: interval, origin: 0)] + (split.map { [$0] } ?? [])
                return FacetMerge(histogram: GroupMerge(try spans.checked()), tops: tops)
            },
            value: { merge in
                Facets(
                    count: merge.count.count, histogram: merge.histogram?.groups().sorted { $0.precedes($1) } ?? [],
                    tops: merge.tops.map { ($0.top(limit), $0.table.count) })
            })
    }
}

/// Counts by several sets of keys at once.
struct FacetMerge: SegmentMerge {
    private(set) var count = CountMerge()
    private(set) var histogram: GroupMerge?
    private(set) var tops: [GroupMerge]

    init(histogram: GroupMerge?, tops: [GroupMerge]) { (self.histogram, self.tops) = (histogram, tops) }

    var fields: [Field] { tops.flatMap(\.fields) + (histogram?.fields ?? []) }

    var hasRoom: Bool { (histogram?.hasRoom ?? true) && tops.allSatisfy(\.hasRoom) }

    func another() -> FacetMerge { FacetMerge(histogram: histogram?.another(), tops: tops.map { $0.another() }) }

    mutating func add(_ scan: SegmentScan) {
        let scan = scan.choosingOnce()
        count.add(scan)
        histogram?.add(scan)
        for index in tops.indices { tops[index].add(scan) }
    }

    mutating func absorb(_ other: FacetMerge) {
        count.absorb(other.count)
        if let more = other.histogram { histogram?.absorb(more) }
        for index in tops.indices { tops[index].absorb(other.tops[index]) }
    }
}

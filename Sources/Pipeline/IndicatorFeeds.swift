public import Enrichment
public import Model
import Synchronization

/// The indicators that sources have brought, as lists of their own, for sources whose `use_as_indicators` names one.
///
/// Memory is bounded: there are two generations, and when the younger has half the room the older is forgotten. What a feed sends again
/// becomes young again, so what is forgotten has not been sent for longest.
public final class IndicatorFeeds: Sendable {
    /// Memory for the indicators, in bytes.
    public static let standardBytes = 256 << 20

    private struct State {
        var older = IndicatorTableBuilder()
        var younger = IndicatorTableBuilder()
        var changes: UInt64 = 0
        var forgotten = 0
    }

    /// The names of the lists, in order; none twice.
    public let names: [String]
    private let limit: Int
    private let state = Mutex(State())

    /// Empty lists of those names.
    public init(names: [String], limit: Int = standardBytes) {
        var known: Set<String> = []
        self.names = names.filter { known.insert($0).inserted }
        self.limit = limit
    }

    /// Grows with every indicator that is added.
    public var changes: UInt64 { state.withLock { $0.changes } }

    /// How often the older half was forgotten.
    public var forgotten: Int { state.withLock { $0.forgotten } }

    /// Adds the indicators among a source's events to its list.
    public func add(_ events: EventBatch, to list: String) { for row in 0..<events.count { add(events[row], to: list) } }

    /// Adds a stored event to the lists whose name its feed has, if it is an indicator.
    public func add(stored row: EventRow) { for name in names where row.isOfFeed(name) { add(row, to: name) } }

    private func add(_ row: EventRow, to list: String) {
        guard names.contains(list), row.isIndicator else { return }
        state.withLock { state in
            if state.younger.bytes >= limit / 2 {
                state.older = state.younger
                state.younger = IndicatorTableBuilder()
                state.forgotten += 1
            }
            // The configuration bounds the number of lists; those of this builder are among `names`.
            try? state.younger.add(list: list, row)
            state.changes += 1
        }
    }

    /// Adds the lists to others. Throws when they are too many together.
    public func add(to builder: inout IndicatorTableBuilder) throws(EnrichmentError) {
        let (older, younger) = state.withLock { ($0.older, $0.younger) }
        for name in names { try builder.add(list: name, EventBatch()) }
        try builder.add(older)
        try builder.add(younger)
    }
}

extension EventBatch {
    /// Notes the name of the feed in every indicator that does not have it, so that a list can be made of what is stored.
    mutating func noteFeed(_ name: String) {
        let lacksName = (0..<count).map { self[$0].isIndicator && !self[$0].isOfFeed(name) }
        guard lacksName.contains(true) else { return }
        var pair = EventBatch()
        pair.append(.threatFeedName, name)
        var row = 0
        appendToEachRow(reserving: pair.bytes.count) { _, out in
            if lacksName[row] { out += pair.bytes }
            row += 1
        }
    }
}

import Model

/// Puts what segments say about a question together.
protocol SegmentMerge: SendableMetatype {
    /// The columns that it looks at.
    var fields: [Field] { get }
    /// Whether the answer is still small enough.
    var hasRoom: Bool { get }
    /// An empty one of the same kind.
    func another() -> Self
    /// Adds what a segment has.
    mutating func add(_ scan: SegmentScan)
    /// Adds what another has.
    mutating func absorb(_ other: Self)
}

/// Counts events.
struct CountMerge: SegmentMerge {
    private(set) var count = 0

    var fields: [Field] { [] }

    var hasRoom: Bool { true }

    func another() -> CountMerge { CountMerge() }

    mutating func add(_ scan: SegmentScan) {
        if scan.isWhole {
            count += scan.rows.count
        } else {
            scan.forEachZone { count += $1.count }
        }
    }

    mutating func absorb(_ other: CountMerge) { count += other.count }
}

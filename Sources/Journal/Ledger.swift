/// The books of a source: `received = stored + duplicate + filtered + deadLettered + shed`, at every moment of quiet.
///
/// The unit is an event; a record from which no event was made counts as one.
public struct Ledger: Equatable, Sendable {
    /// Everything that came in.
    public var received: Int64 = 0
    /// Events in the journal.
    public var stored: Int64 = 0
    /// Recognised by position or key as committed before.
    public var duplicate: Int64 = 0
    /// Not wanted, by the configuration's choice.
    public var filtered: Int64 = 0
    /// Not understood; kept with the reason.
    public var deadLettered: Int64 = 0
    /// Given up under overload, by the configuration's choice.
    public var shed: Int64 = 0

    /// Empty books.
    public init() {}

    /// Whether the books balance.
    public var isBalanced: Bool { received == stored + duplicate + filtered + deadLettered + shed }

    /// What was added since `earlier`.
    public static func - (now: Ledger, earlier: Ledger) -> Ledger {
        var delta = Ledger()
        delta.received = now.received - earlier.received
        delta.stored = now.stored - earlier.stored
        delta.duplicate = now.duplicate - earlier.duplicate
        delta.filtered = now.filtered - earlier.filtered
        delta.deadLettered = now.deadLettered - earlier.deadLettered
        delta.shed = now.shed - earlier.shed
        return delta
    }

    public static func += (total: inout Ledger, delta: Ledger) {
        total.received += delta.received
        total.stored += delta.stored
        total.duplicate += delta.duplicate
        total.filtered += delta.filtered
        total.deadLettered += delta.deadLettered
        total.shed += delta.shed
    }
}

import Journal
import Model

/// Per-minute counts by event time, and the sliding window of the last 24 hours that the screens show.
///
/// Kept by one follower. What is counted but not saved yet is counted again from the journal after a crash, because the cursor is
/// saved with the counts.
struct Rollups {
    /// Minutes in the window that screens show.
    static let windowMinutes: Int64 = 24 * 60
    /// Most addresses that are told apart in one minute, and in the window; further ones count in everything but the top list.
    static let minuteAddresses = 5_000
    static let windowAddresses = 200_000
    private let file: RollupFile
    /// Tallies of the window's minutes.
    private var minutes: [Int64: LensTally] = [:]
    private var unsaved: Set<Int64> = []
    private var hasMoved = false
    private var newestMinute: Int64
    /// The sum of the window's minutes.
    private(set) var window = LensTally()
    /// Id of the last event that is counted.
    private(set) var cursor: EventID

    /// Opens the file and goes on from its cursor.
    init(path: String, now: Timestamp) throws(JournalError) {
        file = try RollupFile(path: path)
        cursor = try file.cursor()
        // A clock that was set back since finds minutes ahead of it.
        newestMinute = max(now.minute, try file.newestMinute() ?? .min)
        do {
            minutes = try file.tallies(Self.range(newestMinute))
        } catch  where error.code == .damaged {
            // Derived: counted again from the journal's start.
            try file.clear()
            cursor = .zero
        }
        for tally in minutes.values { window += tally }
    }

    /// Forgets everything and counts from the journal's start.
    mutating func restart(now: Timestamp) throws(JournalError) {
        try file.clear()
        minutes = [:]
        unsaved = []
        hasMoved = true
        window = LensTally()
        cursor = .zero
        newestMinute = now.minute
    }

    private static func range(_ newest: Int64) -> ClosedRange<Int64> { (newest - windowMinutes + 1)...newest }

    /// Event times that the window covers.
    var windowBounds: (from: Timestamp, to: Timestamp) {
        (
            Timestamp(microseconds: (newestMinute - Self.windowMinutes + 1) * 60_000_000),
            Timestamp(microseconds: (newestMinute + 1) * 60_000_000)
        )
    }

    /// Counts an event.
    mutating func add(_ event: MapEvent, sensor: String) {
        // A clock that runs ahead must not push the window: such events count in the newest minute.
        let minute = min(event.time.minute, newestMinute)
        cursor = event.id
        hasMoved = true
        // What lies before the window is in the journal, and nobody asks the roll-ups for it.
        guard Self.range(newestMinute).contains(minute) else { return }
        // Both or none, so that the window stays the sum of its minutes.
        let admits =
            minutes[minute]?.all.addresses.count ?? 0 < Self.minuteAddresses
            && (window.all.addresses.count < Self.windowAddresses || event.address.map { window.all.addresses[$0] != nil } ?? true)
        let isKnown = event.address.map { minutes[minute]?.all.addresses[$0] != nil } ?? true
        minutes[minute, default: LensTally()].add(event, sensor: sensor, admitsAddress: admits)
        unsaved.insert(minute)
        if admits || isKnown {
            window.add(event, sensor: sensor)
        } else {
            var anonymous = event
            anonymous.address = nil
            window.add(anonymous, sensor: sensor)
        }
    }

    /// Moves the window to the clock.
    mutating func advance(to now: Timestamp) {
        let minute = now.minute
        guard minute > newestMinute else { return }
        let old = Self.range(newestMinute)
        newestMinute = minute
        let new = Self.range(minute)
        for key in minutes.keys where old.contains(key) && !new.contains(key) {
            if let tally = minutes.removeValue(forKey: key) { window -= tally }
            unsaved.remove(key)
        }
    }

    /// Saves what has changed, with the cursor.
    mutating func save() throws(JournalError) {
        guard hasMoved else { return }
        try file.save(minutes.filter { unsaved.contains($0.key) }, cursor: cursor, keepingFrom: Self.range(newestMinute).lowerBound)
        unsaved = []
        hasMoved = false
    }

    /// Attacks and posts in the window's newest 60 minutes.
    var lastHour: Lensed<Int> {
        var sum = Lensed(all: 0, quiet: 0)
        for minute in newestMinute - 59...newestMinute {
            guard let tally = minutes[minute] else { continue }
            sum.all += tally.all.shown
            sum.quiet += tally.all.shown - tally.noise.shown
        }
        return sum
    }
}

/// Tells whether events pour in, from counts of them.
struct BurstWatch {
    /// Events a second that make a burst: half of what two cores store at most.
    static let rate = 100_000.0
    /// Time over which the rate is taken, and for which whoever gives way to a burst waits.
    static let span = Duration.milliseconds(50)

    private(set) var isBurst = false
    private var since: (time: ContinuousClock.Instant, count: Int64)?

    /// Takes the number of all events so far, at that time.
    mutating func look(_ count: Int64, at time: ContinuousClock.Instant) {
        guard let before = since else {
            since = (time, count)
            return
        }
        let elapsed = time - before.time
        guard elapsed >= Self.span else { return }
        isBurst = Double(count - before.count) > Self.rate * (elapsed / .seconds(1))
        since = (time, count)
    }
}

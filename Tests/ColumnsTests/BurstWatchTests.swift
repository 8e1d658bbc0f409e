import Testing

@testable import Columns

@Suite struct BurstWatchTests {
    /// Milliseconds, events so far, whether it is a burst then.
    @Test(
        arguments: [
            [(0, 0, false), (50, 6_000, true), (100, 12_000, true), (150, 12_000, false)],
            [(0, 1_000_000, false), (1000, 1_001_000, false), (2000, 1_002_000, false)],
            // Looks that follow too closely say what the one before said.
            [(0, 0, false), (10, 5_000, false), (60, 7_000, true), (70, 7_000, true), (200, 7_000, false)],
            // Retention makes the number smaller.
            [(0, 500_000, false), (60, 400_000, false), (120, 420_000, true)],
        ])
    func `More than a rate is a burst`(looks: [(milliseconds: Int, count: Int64, isBurst: Bool)]) {
        var watch = BurstWatch()
        let start = ContinuousClock.now
        for (milliseconds, count, isBurst) in looks {
            watch.look(count, at: start + .milliseconds(milliseconds))
            #expect(watch.isBurst == isBurst, "at \(milliseconds) ms")
        }
    }
}

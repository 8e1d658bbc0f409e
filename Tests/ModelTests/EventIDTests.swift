import Model
import TestKit
import Testing

@Suite struct EventIDTests {
    @Test func `Ids rise whatever the clock does, and no two runs overlap`() {
        var random = SeededGenerator(seed: 4)
        let clock = ManualClock()
        var generator = EventIDGenerator(node: 3)
        var last = EventID.zero
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...(Bool.random(using: &random) ? 5 : EventID.sequenceCount), using: &random)
            let first = generator.next(count, at: clock.now)
            guard first > last else {
                Issue.record("\(first) does not follow \(last)")
                return
            }
            last = EventID(first.value + Int64(count) - 1)
            #expect(last.committed == first.committed, "a run lies in one millisecond")
            #expect(last.value >> 14 & 255 == 3, "the node stands in every id")
            switch Int.random(in: 0..<4, using: &random) {
            case 0: clock.advance(seconds: -Double.random(in: 0...100, using: &random))
            case 1: clock.advance(seconds: Double.random(in: 0...0.002, using: &random))
            default: break
            }
        }
    }

    @Test func `A restart goes on behind the last id although the clock stepped back`() {
        let clock = ManualClock()
        var before = EventIDGenerator(node: 0)
        let first = before.next(EventID.sequenceCount, at: clock.now)
        let last = EventID(first.value + Int64(EventID.sequenceCount) - 1)
        clock.advance(seconds: -3600)
        var after = EventIDGenerator(node: 0, last: last)
        #expect(after.next(1, at: clock.now) > last)
        clock.advance(seconds: 7200)
        #expect(after.next(1, at: clock.now).committed == clock.now)
    }

    @Test func `A clock before the epoch of the ids still gives positive ids`() {
        var generator = EventIDGenerator(node: 255)
        #expect(generator.next(1, at: Timestamp(milliseconds: 0)).value > 0)
    }

    @Test(arguments: ["", "-1", "x", "1.0", "9223372036854775808", " 1", "1 "])
    func `What is no id is refused`(text: String) { #expect(EventID(text) == nil) }

    @Test func `The text is the decimal number`() {
        #expect(EventID("9223372036854775807")?.description == "9223372036854775807")
        #expect(EventID("0") == .zero)
    }
}

import Model
import TestKit
import Testing
import Wire

@testable import Enrichment

/// Repeat offenders: by event time, in whatever batches, in bounded memory.
@Suite struct RepeatCounterTests {
    private static func time(_ text: String) throws -> Timestamp {
        let time = TimestampReader.any.read(Array(text.utf8).span)
        return try #require(time)
    }

    private static func address(_ number: UInt64) -> IPAddress { IPAddress(high: 0, low: 0xFFFF_C000_0200 + number) }

    @Test func `The first ones of a window are not noise, and who goes on stays noise in the next`() throws {
        let counter = RepeatCounter(.init(moreThan: 2, seconds: 3600))
        func marks(_ times: [String]) throws -> [Bool] { try times.map { counter.count(Self.address(1), at: try Self.time($0)) } }
        #expect(try marks(["2026-03-01T10:00:00Z", "2026-03-01T10:30:00Z", "2026-03-01T10:59:59Z"]) == [false, false, true])
        #expect(try marks(["2026-03-01T11:00:00Z", "2026-03-01T11:59:59Z"]) == [true, true])
        // The window before had no more than the limit.
        #expect(try marks(["2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z", "2026-03-01T12:00:02Z"]) == [false, false, true])
        #expect(try marks(["2026-03-01T15:00:00Z"]) == [false])
        // What comes late counts in its own window.
        #expect(try marks(["2026-03-01T10:59:59Z"]) == [true])
        #expect(!counter.count(Self.address(2), at: try Self.time("2026-03-01T10:00:00Z")))
    }

    @Test func `Windows before 1970 are as long as others`() throws {
        let counter = RepeatCounter(.init(moreThan: 1, seconds: 3600))
        let marks = try ["1969-12-31T23:10:00Z", "1970-01-01T00:10:00Z", "1969-12-31T23:20:00Z", "1970-01-01T00:20:00Z"].map {
            counter.count(Self.address(1), at: try Self.time($0))
        }
        #expect(marks == [false, false, true, true])
    }

    /// As many marks whatever else is imported beside it and in whatever batches; against counting everything.
    @Test(arguments: 1...5)
    func `Counts like one that remembers everything`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let counter = RepeatCounter(.init(moreThan: 3, seconds: 60))
        var counts: [String: Int] = [:]
        for _ in 0..<5000 {
            let source = UInt64.random(in: 0..<40, using: &random)
            let second = Int64.random(in: 0..<1800, using: &random)
            counts["\(source) \(second / 60)", default: 0] += 1
            let isExpected = counts["\(source) \(second / 60)", default: 0] > 3 || counts["\(source) \(second / 60 - 1)", default: 0] > 3
            #expect(counter.count(Self.address(source), at: Timestamp(milliseconds: second * 1000)) == isExpected)
        }
    }

    @Test func `Memory is bounded, and who comes all the time is not forgotten`() {
        let counter = RepeatCounter(.init(moreThan: 10, seconds: 3600), entries: 64)
        var marked = 0
        for round in 0..<2000 {
            let time = Timestamp(milliseconds: 1000)
            if counter.count(Self.address(1), at: time) { marked += 1 }
            #expect(!counter.count(Self.address(1000 + UInt64(round)), at: time))
        }
        #expect(marked == 1990)
    }
}

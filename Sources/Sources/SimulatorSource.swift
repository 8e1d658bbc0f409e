public import Model
import Simulator
import Wire

/// Feeds a simulated world in real time, for a first look without a sensor.
///
/// Opens one stream per kind of sensor. There is no cursor: at each start the world begins anew. Everything is marked as simulated.
public struct SimulatorSource: Source {
    let rate: Double
    let seed: UInt64
    let backfillSeconds: Double
    let ticker: PollTicker
    let now: @Sendable () -> Timestamp

    /// A source of about `rate` records a second (with campaigns up to fivefold) that begins with those of the last `backfillSeconds`.
    public init(
        rate: Double = 12, seed: UInt64 = 1, backfillSeconds: Double = 0, ticker: PollTicker? = nil,
        now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() }
    ) {
        self.rate = rate
        self.seed = seed
        self.backfillSeconds = backfillSeconds
        self.ticker = ticker ?? { try await Task.sleep(for: .milliseconds(50)) }
        self.now = now
    }

    public func run(into intake: any Intake) async throws {
        let start = now()
        var world = SimulatedWorld(seed: seed, start: start.adding(seconds: -backfillSeconds), rate: rate)
        var lanes: [(feed: SimulatedRecord.Feed, feeder: LaneFeeder)] = []
        for feed in SimulatedRecord.Feed.allCases {
            let id = "simulator:\(feed.rawValue).\(seed).\(start.microseconds)"
            let stream = StreamDescription(id: id, name: "simulated \(feed.rawValue)", format: feed.rawValue)
            let lane = try await intake.open(stream)
            let framer = Framer(framing: lane.framing)
            lanes.append((feed, LaneFeeder(lane: lane, framer: framer, batchRecords: 5000, sensor: nil, now: now)))
        }
        while true {
            let records = world.next(until: now())
            for index in lanes.indices {
                let lines = records.filter { $0.feed == lanes[index].feed }
                guard !lines.isEmpty else { continue }
                try await lanes[index].feeder.push(lines.flatMap { $0.bytes + [0x0A] })
            }
            try await ticker()
        }
    }
}

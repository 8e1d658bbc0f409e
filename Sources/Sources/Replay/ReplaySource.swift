public import Model
import Wire

/// Feeds a file at a multiple of its own speed, by the event times of its records; for tests and rehearsals.
///
/// Records keep their times and their order. Times that step back, and records without a time, are due at once. There is no cursor: a
/// replay is meant to be repeated.
public struct ReplaySource: Source {
    let path: String
    let speed: Double
    let format: String?
    let timeOf: @Sendable ([UInt8]) -> Timestamp?
    let now: @Sendable () -> Timestamp
    let wait: @Sendable (_ seconds: Double) async throws -> Void

    /// A replay of a file, compressed or not, at `speed` times its pace; `timeOf` tells a record's event time (of most formats
    /// ``Format/decode(_:in:into:)`` into a scratch batch gives `@timestamp`).
    public init(
        path: String, speed: Double, format: String? = nil, timeOf: @escaping @Sendable ([UInt8]) -> Timestamp?,
        now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() },
        wait: @escaping @Sendable (_ seconds: Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }
    ) {
        self.path = path
        self.speed = max(speed, 0.000_001)
        self.format = format
        self.timeOf = timeOf
        self.now = now
        self.wait = wait
    }

    /// Runs to the file's end. Records that are due within 20 ms of each other go together.
    public func run(into intake: any Intake) async throws {
        let reader = try FileReader(path: path)
        let head = try reader.read(limit: 64 << 10)
        guard !head.isEmpty else { return }
        let started = now()
        let lane = try await intake.open(
            StreamDescription(id: "replay:\(started.microseconds):\(path)", name: path, head: head, format: format))
        var framer = Framer(framing: lane.framing)
        var window = TicketWindow()
        var first: Timestamp?
        var bytes = head
        while true {
            framer.push(bytes)
            while let run = framer.take(isFinal: bytes.isEmpty) {
                var from = 0
                for index in run.records.indices {
                    guard let time = timeOf(Array(run.bytes[run.records[index]])) else { continue }
                    let origin = first ?? time
                    first = origin
                    let ahead = time.seconds(since: origin) / speed - now().seconds(since: started)
                    guard ahead > 0.02 else { continue }
                    if let ready = part(of: run, from..<index) { try await window.add(try await lane.accept(ready)) }
                    from = index
                    try await wait(ahead)
                }
                if let rest = part(of: run, from..<run.records.count) { try await window.add(try await lane.accept(rest)) }
            }
            if bytes.isEmpty { break }
            bytes = try reader.read(limit: 256 << 10)
        }
        try await window.drain()
    }

    /// Some records of a run as a batch; nil when there are none.
    private func part(of run: FramedRun, _ indices: Range<Int>) -> RawBatch? {
        guard let first = indices.first, let last = indices.last else { return nil }
        let start = run.records[first].lowerBound
        let end = run.records[last].upperBound
        let isLast = last == run.records.count - 1
        return RawBatch(
            bytes: Array(run.bytes[start..<end]), records: run.records[indices].map { $0.lowerBound - start..<$0.upperBound - start },
            startOffset: run.startOffset + UInt64(start), endOffset: isLast ? run.endOffset : run.startOffset + UInt64(end),
            framerState: run.state, oversized: run.oversized, arrival: now())
    }
}

import Glibc
public import Model
import Wire

/// Reads records from standard input, or any open descriptor, to its end.
///
/// There is no cursor: what a killed run had read but not committed is lost with the pipe.
public struct StandardInputSource: Source {
    let descriptor: Int32
    let format: String?
    let sensor: String?
    let maxRecordBytes: Int
    let now: @Sendable () -> Timestamp

    /// A source that reads a descriptor, by default 0. A nil format is detected from the first bytes.
    public init(
        descriptor: Int32 = 0, format: String? = nil, sensor: String? = nil, maxRecordBytes: Int = 1 << 20,
        now: @escaping @Sendable () -> Timestamp = { ArrivalClock.now() }
    ) {
        self.descriptor = descriptor
        self.format = format
        self.sensor = sensor
        self.maxRecordBytes = maxRecordBytes
        self.now = now
    }

    /// Runs to the end of input. Blocks a thread while no input comes; cancellation is seen within a quarter of a second.
    public func run(into intake: any Intake) async throws {
        var feeder: LaneFeeder?
        var head: [UInt8] = []
        while let bytes = try read() {
            try Task.checkCancellation()
            if bytes.isEmpty {
                await Task.yield()
                continue
            }
            if var open = feeder {
                try await open.push(bytes)
                feeder = open
                continue
            }
            head += bytes
            // A format is told by whole records where they come in time.
            guard head.count >= 64 << 10 || head.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { continue }
            var open = try await begin(head, intake)
            try await open.push(head)
            feeder = open
        }
        if feeder == nil, !head.isEmpty {
            var open = try await begin(head, intake)
            try await open.push(head)
            feeder = open
        }
        try await feeder?.finishWithCut()
    }

    private func begin(_ head: [UInt8], _ intake: any Intake) async throws(IntakeError) -> LaneFeeder {
        let id = "stdin:\(now().microseconds).\(getpid())"
        let stream = StreamDescription(id: id, name: "standard input", head: Array(head.prefix(64 << 10)), format: format)
        let lane = try await intake.open(stream)
        return LaneFeeder(
            lane: lane, framer: Framer(framing: lane.framing, maxRecordBytes: maxRecordBytes), batchRecords: 5000, sensor: sensor, now: now)
    }

    /// What there is to read, empty when nothing came for a quarter of a second, nil at the end.
    private func read() throws(FileSourceError) -> [UInt8]? {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if Glibc.poll(&poll, 1, 250) == 0 { return [] }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, count in
            let read = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if read < 0 { failure = errno }
            count = max(0, read)
        }
        if failure == EINTR || failure == EAGAIN { return [] }
        guard failure == 0 else {
            throw FileSourceError(
                .unreadable, "standard input: \(String(cString: strerror(failure))); give it a file or a pipe that can be read")
        }
        return bytes.isEmpty ? nil : bytes
    }
}

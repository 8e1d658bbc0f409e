import Formats
import HTTPTypes
import Journal
import Model
import Pipeline
import Sources

/// A record as a log shipper sent it.
struct ShippedRecord: Sendable {
    var sorted: DocumentSorter.Sorted
    /// For people: the index or the source type.
    var stream: String
    /// The sender's own key, by which a repetition is recognised.
    var key: String?
    /// The time that stands beside the record, for records without one.
    var time: Timestamp?
    /// The sensor, where the record names none.
    var sensorOtherwise: String?
    /// What the sender says of the record beside it.
    var labels: [RawBatch.Label] = []
}

/// Hands the records of log shippers to the lanes of their formats, and tells what became of each.
struct ShipperIntake: Sendable {
    /// What became of a record.
    enum Outcome: Sendable, Equatable {
        /// Stored under that id.
        case stored(EventID)
        case duplicate
        case filtered
        /// Kept as a dead letter for that reason.
        case deadLettered(String)
        /// The key came before with other content.
        case conflict
        /// There was no room; it was not taken.
        case full
        /// It could not be stored.
        case unavailable(String)
    }

    /// Most records in a batch.
    private static let batchRecords = 5000
    /// Bytes after which a batch is full.
    private static let batchBytes = 4 << 20

    let pipeline: IngestPipeline
    let clock: WallClock
    let sorter: DocumentSorter
    /// Whether the journal is thrown away at the end.
    let isSimulated: Bool

    /// Throws when this server takes no events from outside.
    func check() throws(Problem) {
        guard !isSimulated else {
            throw Problem(status: .conflict, detail: "this server shows a simulated world and keeps nothing; start it with --data FOLDER")
        }
    }

    /// Stores the records, in order for each format, and answers for each when all are durable.
    ///
    /// - Parameter source: the name under which they are booked.
    /// - Parameter mayBePart: whether records for which there is no room are left out and told of as ``Outcome/full``; else they wait.
    ///
    /// Throws when there is no room for the first.
    func store(_ records: [ShippedRecord], source: String, mayBePart: Bool) async throws(Problem) -> [Outcome] {
        let arrival = clock.now
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(records.count)
        var tickets: [(ticket: Ticket, records: Range<Int>)] = []
        var at = 0
        var isFull = false
        while at < records.count, !isFull {
            let run = Self.run(of: records, from: at)
            let batch = Self.batch(records[run], arrival: arrival)
            let lane = try await open(records[at], batch, source)
            let ticket: Ticket?
            do {
                ticket = try await at == 0 || mayBePart ? lane.tryAccept(batch) : lane.accept(batch)
            } catch {
                throw Self.problem(error)
            }
            if let ticket {
                tickets.append((ticket, run))
                at = run.upperBound
            } else if at == 0 {
                throw Problem(
                    status: .tooManyRequests, detail: "more is coming in than can be stored; nothing of this request was taken",
                    retryAfter: 1)
            } else {
                isFull = true
            }
        }
        for (ticket, run) in tickets {
            do {
                outcomes += Self.outcomes(try await ticket.committed)
            } catch {
                outcomes += run.map { _ in error.code == .keyReused ? .conflict : .unavailable(error.detail) }
            }
        }
        return outcomes + records[at...].map { _ in .full }
    }

    /// A lane of the record's format. A lane ends with the first batch that is refused, and a key may be, so that each key has its own.
    private func open(_ record: ShippedRecord, _ batch: RawBatch, _ source: String) async throws(Problem) -> any Lane {
        do {
            return try await pipeline.intake(for: SourceSettings(name: source)).open(
                StreamDescription(id: "", name: record.stream, head: Array(batch.bytes.prefix(4096)), format: record.sorted.format))
        } catch {
            throw Self.problem(error)
        }
    }

    private static func problem(_ error: IntakeError) -> Problem {
        Problem(status: .serviceUnavailable, detail: error.detail, retryAfter: error.isTransient ? 5 : nil)
    }

    /// The records from there on that go into one batch.
    private static func run(of records: [ShippedRecord], from start: Int) -> Range<Int> {
        let first = records[start]
        var end = start + 1
        var bytes = first.sorted.record.count
        while first.key == nil, end < records.count, end - start < batchRecords, bytes < batchBytes {
            let next = records[end]
            guard next.key == nil, next.sorted.format == first.sorted.format, next.sorted.sensor == first.sorted.sensor,
                next.time == first.time, next.stream == first.stream, next.sensorOtherwise == first.sensorOtherwise,
                next.labels == first.labels
            else { break }
            bytes += next.sorted.record.count
            end += 1
        }
        return start..<end
    }

    private static func batch(_ records: ArraySlice<ShippedRecord>, arrival: Timestamp) -> RawBatch {
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        bytes.reserveCapacity(records.reduce(0) { $0 + $1.sorted.record.count })
        for record in records {
            ranges.append(bytes.count..<bytes.count + record.sorted.record.count)
            bytes += record.sorted.record
        }
        var batch = RawBatch(
            bytes: bytes, records: ranges, startOffset: 0, endOffset: UInt64(bytes.count), arrival: arrival,
            fileTime: records.first?.time, sensor: records.first?.sorted.sensor, originKey: records.first?.key)
        batch.sensorOtherwise = records.first?.sensorOtherwise
        batch.labels = records.first?.labels ?? []
        return batch
    }

    private static func outcomes(_ verdict: BatchVerdict) -> [Outcome] {
        var next = verdict.firstID?.value ?? 0
        return verdict.records.map { record in
            switch record {
            case .stored(let count):
                defer { next += Int64(count) }
                return count > 0 ? .stored(EventID(next)) : .filtered
            case .duplicate: return .duplicate
            case .filtered, .notARecord: return .filtered
            case .deadLettered(let reason): return .deadLettered(reason)
            case .shed: return .full
            case .spilled: return .unavailable("it waits on disk")
            }
        }
    }
}

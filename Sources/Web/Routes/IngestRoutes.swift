import HTTPTypes
import Hummingbird
import Journal
import Model
import NIOCore
import Pipeline
import Sources
import Wire

/// `POST /api/v1/ingest/{format}`: records by HTTP, answered when they are durable.
struct IngestRoutes: Sendable {
    let pipeline: IngestPipeline
    let clock: WallClock
    let bodies: RequestBodies
    /// Whether the journal is thrown away at the end.
    let isSimulated: Bool

    /// Records in one commit; with an Idempotency-Key the body is always cut at the same places.
    private static let batchRecords = 5000
    /// Characters of the longest Idempotency-Key; every key is remembered for a day.
    private static let longestKey = 200
    /// Most single verdicts in an answer that does not ask for all.
    private static let shownVerdicts = 1000

    func add(to table: inout RouteTable) {
        table.add(.ingest) { request, context in
            let format = try context.parameters.require("format")
            return try await ingest(request, format: format)
        }
    }

    private func ingest(_ request: Request, format: String) async throws -> Response {
        let verdicts = QueryString(request)["verdicts"]
        guard verdicts == nil || verdicts == "all" || verdicts == "refused" else {
            throw Problem(status: .badRequest, detail: "verdicts: all or refused")
        }
        let key = request.headers[.idempotencyKey]
        if let key, !(1...Self.longestKey).contains(key.utf8.count) || !key.utf8.allSatisfy({ 0x21...0x7e ~= $0 }) {
            throw Problem(
                status: .badRequest, detail: "Idempotency-Key: 1 to \(Self.longestKey) visible characters of ASCII, without blanks")
        }
        guard !isSimulated else {
            throw Problem(status: .conflict, detail: "this server shows a simulated world and keeps nothing; start it with --data FOLDER")
        }
        let (body, reserved) = try await bodies.read(request)
        defer { bodies.release(reserved) }
        let source = SourceSettings(name: "http", format: format)
        let lane: any Lane
        do {
            lane = try await pipeline.intake(for: source).open(
                StreamDescription(id: "", name: "http ingest \(format)", head: Array(body.prefix(65_536))))
        } catch {
            throw Problem(status: error.code == .unknownFormat ? .notFound : .serviceUnavailable, detail: error.detail)
        }
        let verdict = try await submit(body, to: lane, key: key)
        return Response(answer(verdict, all: verdicts == "all"))
    }

    private func submit(_ body: [UInt8], to lane: any Lane, key: String?) async throws -> BatchVerdict {
        var framer = Framer(framing: lane.framing)
        framer.push(body)
        var tickets: [Ticket] = []
        let arrival = clock.now
        while let run = framer.take(limit: Self.batchRecords, isFinal: true) {
            var batch = RawBatch(
                bytes: run.bytes, records: run.records, startOffset: run.startOffset, endOffset: run.endOffset, oversized: run.oversized,
                arrival: arrival)
            batch.originKey = key.map { "\($0)#\(tickets.count)" }
            if tickets.isEmpty {
                guard let ticket = try await Self.mapping({ () throws(IntakeError) in try await lane.tryAccept(batch) }) else {
                    throw Problem(
                        status: .tooManyRequests, detail: "more is coming in than can be stored; nothing of this request was taken",
                        retryAfter: 1)
                }
                tickets.append(ticket)
            } else {
                tickets.append(try await Self.mapping { () throws(IntakeError) in try await lane.accept(batch) })
            }
        }
        if framer.hasPending {
            // JSON that is cut at the end of the body is no record yet and never will be: it is kept as a dead letter.
            let start = Int(framer.pendingOffset)
            var batch = RawBatch(
                bytes: Array(body[start...]), records: [0..<body.count - start], startOffset: UInt64(start), endOffset: UInt64(body.count),
                arrival: arrival)
            batch.originKey = key.map { "\($0)#\(tickets.count)" }
            tickets.append(try await Self.mapping { () throws(IntakeError) in try await lane.accept(batch) })
        }
        var total = BatchVerdict(records: [])
        for ticket in tickets {
            let verdict = try await Self.mapping { () throws(IntakeError) in try await ticket.committed }
            total.records.append(contentsOf: verdict.records)
            total.firstID = total.firstID ?? verdict.firstID
            total.lastID = verdict.lastID ?? total.lastID
        }
        return total
    }

    /// Says what the intake's refusal means to a client.
    private static func mapping<Value: Sendable>(_ body: () async throws(IntakeError) -> Value) async throws(Problem) -> Value {
        do {
            return try await body()
        } catch {
            throw Problem(
                status: error.code == .keyReused ? .conflict : .serviceUnavailable, detail: error.detail,
                retryAfter: error.isTransient ? 5 : nil)
        }
    }

    private func answer(_ verdict: BatchVerdict, all: Bool) -> [UInt8] {
        var stored = 0
        var duplicate = 0
        var filtered = 0
        var dead = 0
        for record in verdict.records {
            switch record {
            case .stored(let count): stored += count
            case .duplicate: duplicate += 1
            case .filtered: filtered += 1
            case .deadLettered: dead += 1
            case .notARecord, .shed, .spilled: break
            }
        }
        var json = JSONText()
        json.object { json in
            json.member("received", stored + duplicate + filtered + dead)
            json.member("stored", stored)
            json.member("duplicate", duplicate)
            json.member("filtered", filtered)
            json.member("dead_lettered", dead)
            json.member("first_id", verdict.firstID?.description)
            json.member("last_id", verdict.lastID?.description)
            json.member("records") { json in
                json.array { json in
                    var shown = 0
                    for (index, record) in verdict.records.enumerated() {
                        guard all || shown < Self.shownVerdicts else { break }
                        if write(record, number: index + 1, all: all, to: &json) { shown += 1 }
                    }
                }
            }
        }
        return json.bytes
    }

    /// Writes what became of a record; without `all` only those that were not stored.
    private func write(_ record: BatchVerdict.Verdict, number: Int, all: Bool, to json: inout JSONText) -> Bool {
        let status: String
        var reason: String?
        switch record {
        case .stored:
            guard all else { return false }
            status = "stored"
        case .notARecord:
            guard all else { return false }
            status = "not_a_record"
        // What comes by HTTP is refused where there is no room.
        case .shed, .spilled: return false
        case .duplicate: status = "duplicate"
        case .filtered: status = "filtered"
        case .deadLettered(let why):
            status = "dead_lettered"
            reason = why
        }
        json.object { json in
            json.member("record", number)
            json.member("status", status)
            if let reason { json.member("reason", reason) }
        }
        return true
    }
}

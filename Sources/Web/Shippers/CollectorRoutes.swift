import FoundationEssentials
import HTTPTypes
import Hummingbird
import Journal
import Model
import Wire

/// Splunk's HTTP Event Collector.
struct CollectorRoutes: Sendable {
    /// The source under which it is booked.
    static let source = "hec"
    /// Longest name of a channel in bytes.
    private static let longestChannel = 200
    /// Most numbers in one question for acknowledgements.
    private static let mostAcks = 100_000

    let bodies: RequestBodies
    let intake: ShipperIntake
    let stamps: AckStamps
    let journal: EventJournal

    func add(to table: inout RouteTable) {
        for operation in [Operation.collector, .collectorEvent, .collectorEventVersioned] {
            table.add(operation) { request, _ in try await take(request, records: events) }
        }
        table.add(.collectorRaw) { request, _ in try await take(request, records: lines) }
        table.add(.collectorAck) { request, _ in try await acks(request) }
        table.add(.collectorHealth) { _, _ in
            if let failure = journal.failure {
                throw CollectorCode.unhealthy.problem("the journal cannot write: \(failure)", status: .serviceUnavailable)
            }
            return Self.answer(.healthy)
        }
    }

    private static func answer(_ code: CollectorCode, ackID: Int? = nil) -> Response {
        var json = JSONText()
        json.object { json in
            json.member("text", code.text)
            json.member("code", code.rawValue)
            if let ackID { json.member("ackId", ackID) }
        }
        return Response(json.bytes)
    }

    /// The channel of a request; nil for none.
    private func channel(_ request: Request) throws(Problem) -> String? {
        guard let channel = request.headers[.collectorChannel] ?? QueryString(request)["channel"] else { return nil }
        guard (1...Self.longestChannel).contains(channel.utf8.count) else {
            throw CollectorCode.channelInvalid.problem("1 to \(Self.longestChannel) bytes")
        }
        return channel
    }

    private func take(_ request: Request, records: ([UInt8], QueryString) throws(Problem) -> [ShippedRecord]) async throws -> Response {
        try intake.check()
        let channel = try channel(request)
        let (body, reserved) = try await bodies.read(request)
        defer { bodies.release(reserved) }
        let taken = try records(body, QueryString(request))
        let outcomes: [ShipperIntake.Outcome]
        do {
            outcomes = try await intake.store(taken, source: Self.source, mayBePart: false)
        } catch {
            guard error.status == .tooManyRequests else { throw error }
            // What Splunk answers with full queues; its clients wait and send again.
            throw CollectorCode.busy.problem(error.detail, status: .serviceUnavailable, retryAfter: error.retryAfter)
        }
        for case .unavailable(let reason) in outcomes {
            throw CollectorCode.failed.problem(
                "\(reason); some of the events may be stored, send all again", status: .serviceUnavailable, retryAfter: 5)
        }
        return Self.answer(.success, ackID: channel.map(stamps.next))
    }

    /// The events of the collector's own form.
    private func events(_ body: [UInt8], _ query: QueryString) throws(Problem) -> [ShippedRecord] {
        try CollectorRequest(body).items.map { item in
            let names = [item.index, item.sourceType].compactMap(\.self)
            let sorted: DocumentSorter.Sorted
            if item.isText {
                let format = intake.sorter.sort(line: item.event, names: names, source: item.source)
                sorted = DocumentSorter.Sorted(format: format ?? DocumentSorter.plainText, record: item.event)
            } else {
                sorted = intake.sorter.sort(item.event, names: names, source: item.source)
            }
            return ShippedRecord(
                sorted: sorted, stream: "hec \(item.source ?? item.sourceType ?? item.index ?? "event")", time: item.time,
                sensorOtherwise: item.host, labels: item.labels)
        }
    }

    /// Records as their format frames them.
    private func lines(_ body: [UInt8], _ query: QueryString) throws(Problem) -> [ShippedRecord] {
        let names = [query["index"], query["sourcetype"]].compactMap(\.self)
        let head = Array(body.prefix(65_536))
        let format = intake.sorter.sort(line: head, names: names, source: query["source"]) ?? DocumentSorter.plainText
        let seconds = query["time"].flatMap { Double($0) }.flatMap { $0 > 0 && $0 < 253_402_300_800 ? $0 : nil }
        let time = seconds.map { Timestamp(microseconds: Int64(($0 * 1_000_000).rounded())) }
        let stream = "hec \(query["source"] ?? query["sourcetype"] ?? "raw")"
        var framer = Framer(framing: intake.sorter.framing(of: format))
        framer.push(body)
        var records: [ShippedRecord] = []
        func add(_ record: [UInt8]) {
            records.append(
                ShippedRecord(
                    sorted: DocumentSorter.Sorted(format: format, record: record), stream: stream, time: time,
                    sensorOtherwise: query["host"]))
        }
        while let run = framer.take(isFinal: true) { for range in run.records { add(Array(run.bytes[range])) } }
        // What is cut at the end of the body never will be whole: it is kept as a dead letter.
        if framer.hasPending { add(Array(body[Int(framer.pendingOffset)...])) }
        guard !records.isEmpty else { throw CollectorCode.noData.problem() }
        return records
    }

    private func acks(_ request: Request) async throws -> Response {
        guard let channel = try channel(request) else { throw CollectorCode.channelMissing.problem() }
        let (body, reserved) = try await bodies.read(request)
        defer { bodies.release(reserved) }
        guard let asked = try? JSONDecoder().decode([String: [Int]].self, from: Data(body)), asked.count == 1, let ids = asked["acks"],
            ids.count <= Self.mostAcks, ids.allSatisfy({ $0 >= 0 })
        else { throw CollectorCode.invalidFormat.problem("send {\"acks\":[…]} with at most \(Self.mostAcks) numbers") }
        var json = JSONText()
        json.object { json in
            json.member("acks") { json in
                json.object { json in
                    for id in Set(ids).sorted() { json.member("\(id)") { $0.value(stamps.isGiven(id, channel)) } }
                }
            }
        }
        return Response(json.bytes)
    }
}

extension HTTPField.Name {
    static let collectorChannel = Self("X-Splunk-Request-Channel").unsafelyUnwrapped
}

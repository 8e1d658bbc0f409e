import Formats
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Journal
import Model
import Pipeline

/// Dead letters: what was not understood, and how it becomes events after all.
struct DeadLetterRoutes: Sendable {
    let pipeline: IngestPipeline
    private var desk: DeadLetterDesk { DeadLetterDesk(pipeline) }

    init(pipeline: IngestPipeline) { self.pipeline = pipeline }

    func add(to table: inout RouteTable) {
        table.add(.deadLetters) { request, _ in
            let query = QueryString(request)
            let limit = try Self.limit(query, 1...1000, standard: 100)
            let (filter, before) = (Self.filter(query), try Self.id(query, "before"))
            let letters = try await pipeline.journal.reading { reader throws(JournalError) in
                try reader.deadLetters(filter, before: before, limit: limit)
            }
            return Response(Self.encode(letters, limit: limit), revalidating: request)
        }
        table.add(.deadLetter) { _, context in
            let id = try Self.id(context)
            guard let letter = try await pipeline.journal.reading({ reader throws(JournalError) in try reader.deadLetter(id) }) else {
                throw Self.gone(id)
            }
            return Response(Self.encode(letter))
        }
        table.add(.retryDeadLetter) { request, context in
            let (id, named) = (try Self.id(context), try format(QueryString(request)))
            return Response(try Self.encode(try await storing { try await desk.retry(id, as: named) }, id))
        }
        table.add(.retryDeadLetters) { request, _ in
            let query = QueryString(request)
            let limit = try Self.limit(query, 1...10_000, standard: 1000)
            let (named, after) = (try format(query), try Self.id(query, "after"))
            return Response(
                Self.encode(try await storing { try await desk.retry(Self.filter(query), as: named, after: after, limit: limit) }))
        }
    }

    // MARK: Parameters

    private static func limit(_ query: QueryString, _ range: ClosedRange<Int>, standard: Int) throws(Problem) -> Int {
        guard let text = query["limit"] else { return standard }
        guard let limit = Int(text), range.contains(limit) else {
            throw Problem(status: .badRequest, detail: "limit is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return limit
    }

    private static func filter(_ query: QueryString) -> DeadLetterFilter {
        DeadLetterFilter(source: query["source"], reason: query["reason"], format: query["format"])
    }

    private static func id(_ query: QueryString, _ name: String) throws(Problem) -> DeadLetterID? {
        guard let text = query[name] else { return nil }
        guard let id = DeadLetterID(text) else {
            throw Problem(status: .badRequest, detail: "\(name): no name of a dead letter; take one from the list")
        }
        return id
    }

    private static func id(_ context: WebContext) throws -> DeadLetterID {
        guard let id = DeadLetterID(try context.parameters.require("id")) else {
            throw Problem(status: .badRequest, detail: "that is no name of a dead letter; take one from GET /api/v1/dead-letters")
        }
        return id
    }

    private func format(_ query: QueryString) throws(Problem) -> String? {
        guard let name = query["as"] else { return nil }
        guard pipeline.formats.entry(named: name) != nil else {
            let near = pipeline.formats.nearest(to: name).map { "; did you mean \($0)?" } ?? ""
            throw Problem(status: .badRequest, detail: "as: there is no format \(name)\(near)")
        }
        return name
    }

    private static func gone(_ id: DeadLetterID) -> Problem {
        Problem(status: .notFound, detail: "\(id) is not kept, or became an event")
    }

    /// Says what the journal's refusal means to a client.
    private func storing<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as JournalError {
            throw Problem(status: .serviceUnavailable, detail: error.detail, retryAfter: error.isTransient ? 5 : nil)
        }
    }

    // MARK: Answers

    private static func members(_ stored: StoredDeadLetter, _ json: inout JSONText) {
        let letter = stored.letter
        json.member("id", stored.id.description)
        json.member("source", letter.source)
        json.member("stream", letter.stream)
        json.member("offset", Int(letter.offset))
        json.member("reason", letter.reason)
        json.member("detail", letter.detail)
        json.member("format", letter.format)
        json.member("sensor", letter.sensor)
        json.member("arrival", letter.arrival.iso8601)
        json.member("length", Int(letter.length))
    }

    private static func encode(_ letters: [StoredDeadLetter], limit: Int) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("dead_letters") { json in
                json.array { json in
                    for letter in letters {
                        json.object { json in
                            members(letter, &json)
                            json.member("sample", String(decoding: letter.letter.bytes.prefix(512), as: UTF8.self))
                        }
                    }
                }
            }
            json.member("next", letters.count == limit ? letters.last?.id.description : nil)
        }
        return json.bytes
    }

    private static func encode(_ stored: StoredDeadLetter) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            members(stored, &json)
            json.member("kept", stored.letter.bytes.count)
            json.member("text", String(decoding: stored.letter.bytes, as: UTF8.self))
            json.member("base64", Data(stored.letter.bytes).base64EncodedString())
        }
        return json.bytes
    }

    private static func encode(_ outcome: DeadLetterDesk.Outcome, _ id: DeadLetterID) throws(Problem) -> [UInt8] {
        let (status, stored, reason): (String, Int, String?) =
            switch outcome {
            case .stored(let count): ("stored", count, nil)
            case .filtered: ("filtered", 0, nil)
            case .notARecord: ("not_a_record", 0, nil)
            case .deadLettered(let reason): ("dead_lettered", 0, reason)
            case .cut(let kept, let length): ("cut", 0, "only \(kept) of its \(length) bytes are kept")
            case .gone: throw gone(id)
            }
        var json = JSONText()
        json.object { json in
            json.member("status", status)
            json.member("stored", stored)
            json.member("reason", reason)
        }
        return json.bytes
    }

    private static func encode(_ summary: DeadLetterDesk.Summary) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("letters", summary.letters)
            json.member("retried", summary.retried)
            json.member("stored", summary.stored)
            json.member("filtered", summary.filtered)
            json.member("cut", summary.cut)
            json.member("gone", summary.gone)
            json.member("dead_lettered") { json in
                json.object { json in
                    for (reason, count) in summary.deadLettered.sorted(by: { $0.key < $1.key }) { json.member(reason, count) }
                }
            }
            json.member("next", summary.next?.description)
        }
        return json.bytes
    }
}

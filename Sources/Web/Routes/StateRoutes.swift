import Followers
import HTTPTypes
import Hummingbird
import Journal
import Model
import Pipeline

/// How Petrel itself is doing: sources, dead letters, health, metrics, replay, sessions.
struct StateRoutes: Sendable {
    let pipeline: IngestPipeline
    let stage: LiveStage
    let hub: StreamHub
    let access: AccessControl
    let about: [UInt8]

    func register(on group: RouterGroup<some RequestContext>) {
        group.get("live/snapshot") { request, _ in
            do {
                let filter = try LiveFilter(
                    families: request.uri.queryParameters["families"].map(String.init),
                    types: request.uri.queryParameters["types"].map(String.init))
                try await stage.catchUp()
                return Response(stage.snapshot(filter).json)
            } catch let error as LiveFilterError {
                throw Problem(status: .badRequest, detail: "\(error)")
            }
        }
        group.get("sources") { _, _ in Response(sources) }
        group.get("dead-letters") { request, _ in
            let limit = request.uri.queryParameters["limit"].flatMap { Int($0) } ?? 100
            guard (1...1000).contains(limit) else { throw Problem(status: .badRequest, detail: "limit is a number from 1 to 1000") }
            let letters = try await pipeline.journal.reading { reader throws(JournalError) in try reader.deadLetters(limit: limit) }
            return Response(Self.encode(letters))
        }
        group.get("about") { _, _ in Response(about) }
        group.post("replay") { request, _ in
            let body = String(buffer: try await request.body.collect(upTo: 4096))
            let done: Bool
            switch try? JSONAction.decode(body) {
            case "restart": done = stage.restartReplay()
            case "stop": done = stage.stopReplay()
            default: throw Problem(status: .badRequest, detail: "send {\"action\":\"restart\"} or {\"action\":\"stop\"}")
            }
            guard done else { throw Problem(status: .conflict, detail: "nothing is being replayed; start with petrel serve --play FILE…") }
            return Response(Array("{}".utf8))
        }
        group.post("session") { request, _ in
            let body = String(buffer: try await request.body.collect(upTo: 4096))
            guard access.needsToken else { return Response(Array("{}".utf8)) }
            guard let token = try? JSONAction.decode(body, key: "token"), let session = access.makeSession(for: token) else {
                throw Problem(status: .unauthorized, detail: "that is not the token of this server")
            }
            var response = Response(Array("{}".utf8))
            response.headers[.setCookie] =
                "\(AccessControl.cookieName)=\(session); HttpOnly; SameSite=Strict; Path=/"
                + (request.headers[.xForwardedProto] == "https" ? "; Secure" : "")
            return response
        }
    }

    private var sources: [UInt8] {
        var json = JSONText()
        let ledgers = pipeline.journal.ledgers
        let statuses = Dictionary(uniqueKeysWithValues: pipeline.sources.map { ($0.name, $0) })
        json.object { json in
            json.member("sources") { json in
                json.array { json in
                    for name in Set(ledgers.keys).union(statuses.keys).sorted() {
                        json.object { json in
                            json.member("name", name)
                            let status = statuses[name]
                            json.member("state", (status?.state ?? .stopped).rawValue)
                            json.member("since", status?.since.iso8601)
                            json.member("detail", status?.detail)
                            json.member("rate") { $0.value(status?.rate ?? 0, digits: 2) }
                            json.member("lag") { $0.value(status?.lag, digits: 1) }
                            json.member("watermark", status?.watermark?.iso8601)
                            json.member("ledger") { $0.value(ledgers[name] ?? Ledger()) }
                        }
                    }
                }
            }
        }
        return json.bytes
    }

    private static func encode(_ letters: [DeadLetter]) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("dead_letters") { json in
                json.array { json in
                    for letter in letters {
                        json.object { json in
                            json.member("source", letter.source)
                            json.member("stream", letter.stream)
                            json.member("offset", Int(letter.offset))
                            json.member("reason", letter.reason)
                            json.member("detail", letter.detail)
                            json.member("arrival", letter.arrival.iso8601)
                            json.member("length", Int(letter.length))
                            json.member("sample", String(decoding: letter.bytes.prefix(512), as: UTF8.self))
                        }
                    }
                }
            }
        }
        return json.bytes
    }

    /// Prometheus text (exposition format 0.0.4).
    var metrics: String {
        var text = ""
        func metric(_ name: String, _ kind: String, _ help: String, _ samples: [(labels: String, value: String)]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
            for sample in samples { text += "\(name)\(sample.labels) \(sample.value)\n" }
        }
        func escaped(_ label: String) -> String {
            label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        }
        let ledgers = pipeline.journal.ledgers.sorted { $0.key < $1.key }
        metric(
            "petrel_events_total", "counter", "Events by source and outcome; received is the sum of the others.",
            ledgers.flatMap { source, ledger in
                [
                    ("received", ledger.received), ("stored", ledger.stored), ("duplicate", ledger.duplicate),
                    ("filtered", ledger.filtered),
                    ("dead_lettered", ledger.deadLettered), ("shed", ledger.shed),
                ].map { ("{source=\"\(escaped(source))\",outcome=\"\($0.0)\"}", "\($0.1)") }
            })
        metric("petrel_journal_events", "gauge", "Events kept.", [("", "\(pipeline.journal.storedCount)")])
        let flight = pipeline.inFlight
        metric("petrel_in_flight_bytes", "gauge", "Raw bytes between sources and journal.", [("", "\(flight.bytes)")])
        metric("petrel_in_flight_limit_bytes", "gauge", "Bound of petrel_in_flight_bytes.", [("", "\(flight.limit)")])
        metric("petrel_streams", "gauge", "Open event streams.", [("", "\(hub.streams)")])
        metric(
            "petrel_source_lag_seconds", "gauge", "Seconds by which the newest event time is behind the clock.",
            pipeline.sources.compactMap { source in source.lag.map { ("{source=\"\(escaped(source.name))\"}", "\($0)") } })
        return text
    }
}

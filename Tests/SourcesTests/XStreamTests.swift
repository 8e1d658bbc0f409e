import Model
import NIOHTTP1
import Synchronization
import TestKit
import Testing

@testable import Sources

@Suite(.timeLimit(.minutes(2))) struct XStreamTests {
    static func post(_ id: Int) -> String { "{\"data\":{\"id\":\"\(id)\",\"text\":\"t\"}}\r\n" }

    static func run(
        _ server: ScriptedServer, keywords: [String] = [], backfill: Int = 0, waits: Int, _ store: RecordingStore
    ) async -> (error: (any Error)?, waits: [Duration], notices: [String]) {
        var stream = HTTPStreamOptions(client: HTTPClientOptions(url: server.url("/stream?f=1")))
        stream.format = "test"
        stream.key = ["data.id"]
        stream.client.token = "secret"
        let options = XStreamOptions(
            stream: stream, rulesURL: server.url("/rules"), keywords: keywords, tag: "petrel:x", backfillMinutes: backfill)
        let wait = ScriptedWait(ending: waits)
        let notices = Mutex<[String]>([])
        let source = XStreamSource(
            options, onNotice: { notice in notices.withLock { $0.append(notice) } }, wait: { try wait.wait($0) }, now: scriptClock)
        let error = await outcome(of: source, into: RecordingIntake(store: store))
        return (error, wait.durations, notices.withLock { $0 })
    }

    @Test func `Posts come once, and losses are waited out as X documents`() async throws {
        let server = try await ScriptedServer { number, _ in
            switch number {
            case 0: .lines("\r\n", Self.post(1), Self.post(2))
            case 1: .lines(Self.post(2) + Self.post(3), end: .cut)
            case 2, 3: .text("over capacity", status: 503)
            case 4: .text("too many", status: 429, headers: [("x-rate-limit-reset", "1700000900")])
            case 5: .text("too many", status: 429)
            case 6: .lines(Self.post(3), "{\"errors\":[{\"title\":\"operational-disconnect\"}]}\r\n")
            default: .text("no", status: 401)
            }
        }
        let store = RecordingStore()
        let run = await Self.run(server, backfill: 2, waits: 99, store)
        #expect(
            run.waits == [
                .milliseconds(250), .milliseconds(250), .seconds(5), .seconds(10), .seconds(900), .seconds(120), .milliseconds(250),
            ])
        #expect("\(run.error ?? EndOfScript())".contains("answers 401"), "what waiting does not mend is left to the operator")
        #expect(store.texts.count == 4 && store.texts[2].contains("\"3\"") && store.duplicates == 2)
        #expect(server.requests.map(\.uri).prefix(2) == ["/stream?f=1", "/stream?f=1&backfill_minutes=2"])
        #expect(server.fields("authorization").allSatisfy { $0 == "Bearer secret" })
        #expect(run.notices.contains { $0.contains("503") && $0.contains("trying again in 5.0 s") })
        try await server.stop()
    }

    @Test func `Rules are made to say what the keywords say, and those of others are left alone`() async throws {
        let rules =
            #"{"data":[{"id":"1","value":"old","tag":"petrel:x"},{"id":"2","value":"\"worm\"","tag":"petrel:x"},{"id":"3","value":"cats","tag":"mine"}]}"#
        let server = try await ScriptedServer { _, request in
            if request.uri == "/rules" { return .text(request.method == "GET" ? rules : "{}", status: request.method == "GET" ? 200 : 201) }
            return .lines(Self.post(1))
        }
        #expect(await Self.run(server, keywords: ["worm"], waits: 1, RecordingStore()).error == nil)
        #expect(
            server.requests.map { "\($0.method) \($0.uri) \($0.body)" } == [
                "GET /rules ", #"POST /rules {"delete":{"ids":["1"]}}"#, "GET /stream?f=1 ",
            ])
        #expect(await Self.run(server, keywords: ["#a\"b"], waits: 1, RecordingStore()).error == nil)
        #expect(
            server.requests.suffix(3).map(\.body) == [
                #"{"delete":{"ids":["1","2"]}}"#, ##"{"add":[{"value":"#a\"b","tag":"petrel:x"}]}"##, "",
            ])
        try await server.stop()
    }

    @Test func `Rules that X refuses are an error that says so`() async throws {
        let server = try await ScriptedServer { number, _ in
            number == 0 ? .text("{\"meta\":{}}") : .text(#"{"errors":[{"title":"UnprocessableEntity"}]}"#, status: 201)
        }
        let error = await Self.run(server, keywords: ["worm"], waits: 9, RecordingStore()).error as? HTTPSourceError
        #expect(error?.code == .configuration && error?.detail.contains("X refused 1 rules (UnprocessableEntity)") == true)
        try await server.stop()
    }
}

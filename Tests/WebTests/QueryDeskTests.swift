import Glibc
import Hummingbird
import Journal
import Logging
import Model
import ServiceLifecycle
import TestKit
import Testing

@testable import Columns
@testable import Web

/// Long questions end when they should. The question of these tests tells one answer so far and goes on until it is stopped.
@Suite(.timeLimit(.minutes(5))) struct QueryDeskTests {
    /// Runs `body` with the port of a server that has the question at `/wait`, and what is told when it was stopped.
    private static func run(
        deadline: Double, _ body: @escaping @Sendable (_ port: Int, _ stopped: AsyncStream<Void>) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        let journal = try EventJournal(folder: folder.file("journal"))
        let store = try await ColumnStore(folder: folder.file("columns"), journal: JournalFeed(journal))
        let desk = QueryDesk(store: store, journal: journal, clock: .system, revision: "0", deadline: deadline)
        let (stops, stopped) = AsyncStream<Void>.makeStream()
        let question = Question<Int>(
            check: { () throws(ColumnError) in },
            ask: { _, _, stop, partial throws(ColumnError) in
                try partial?(Answer(value: 1, upTo: .zero), Timestamp(microseconds: 0))
                while !stop.isStopped { sched_yield() }
                stopped.yield()
                throw ColumnError(.stopped, "stopped")
            })
        let router = Router()
        router.get("wait") { request, _ in
            try await desk.response(request, try desk.query(request), question) { $1.member("count", $0) }
        }
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { listening.yield($0.localAddress?.port ?? 0) }, logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: application)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await port in ports {
                try await body(port, stops)
                break
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        await journal.close()
    }

    private static func read(_ target: String, port: Int, until wanted: String) async throws -> String {
        let client = try RawClient(port: port)
        client.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return String(decoding: await client.read { String(decoding: $0, as: UTF8.self).contains(wanted) }, as: UTF8.self)
    }

    @Test func `A question that is answered in parts ends when the client leaves`() async throws {
        try await Self.run(deadline: 100_000) { port, stopped in
            let text = try await Self.read("/wait?partial=true", port: port, until: "}")
            #expect(
                text.contains("\"count\":1") && text.contains("\"complete\":false")
                    && text.contains("\"coversSince\":\"1970-01-01T00:00:00Z\""))
            // The connection is closed by now; without that the question would go on for a day.
            for await _ in stopped { break }
        }
    }

    @Test func `A question that takes too long is a problem, in the last line where lines were asked for`() async throws {
        try await Self.run(deadline: 0.1) { port, _ in
            let lines = try await Self.read("/wait?partial=true", port: port, until: "\r\n0\r\n")
            #expect(lines.contains("\"complete\":false") && lines.contains("\"status\":503") && !lines.contains("\"complete\":true"))
            let whole = try await Self.read("/wait", port: port, until: "}")
            #expect(whole.hasPrefix("HTTP/1.1 503") && whole.contains("application/problem+json"))
        }
    }
}

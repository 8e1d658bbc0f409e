import Columns
import Dispatch
import Enrichment
import Followers
import Formats
import Foundation
import Glibc
import Journal
import Logging
import Model
import Pipeline
import ServiceLifecycle
import TestKit
import Testing

@testable import Web

/// A blocking connection; its calls run on a thread of their own.
final class RawClient: Sendable {
    private let socket: Int32
    private let queue = DispatchQueue(label: "test.client")

    init(port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(code == 0)
    }

    deinit { close(socket) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Everything that comes until the condition holds or the server closes.
    func read(until isEnough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }) async -> [UInt8] {
        await withCheckedContinuation { continuation in
            queue.async { [socket] in
                var all: [UInt8] = []
                var chunk = [UInt8](repeating: 0, count: 1 << 16)
                while !isEnough(all) {
                    let count = recv(socket, &chunk, chunk.count, 0)
                    guard count > 0 else { break }
                    all.append(contentsOf: chunk[..<count])
                }
                continuation.resume(returning: all)
            }
        }
    }

    /// The data ids of whole server-sent events in an answer.
    static func ids(_ answer: [UInt8]) -> [String] {
        answer.split(separator: 10).filter { $0.starts(with: "id: ".utf8) }.map { String(decoding: $0.dropFirst(4), as: UTF8.self) }
    }
}

/// A server on a port that the system chooses, over a journal of its own.
struct RunningServer: Sendable {
    let port: Int
    let journal: EventJournal
    let pipeline: IngestPipeline
    /// Everything that can be asked.
    let operations: [Web.Operation]

    static func run(
        clock: WallClock = .system, keepingDays: Int? = nil, inFlightBytes: Int = 64 << 20, _ change: (inout WebOptions) -> Void = { _ in },
        _ body: @escaping @Sendable (RunningServer) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        var kept = JournalOptions()
        kept.maximumAgeDays = keepingDays
        let journal = try EventJournal(folder: folder.file("journal"), options: kept, clock: clock)
        let stage = try await LiveStage(journal: journal, rollups: folder.file("rollups.sqlite"), context: LiveContext(version: "test"))
        let pipeline = IngestPipeline(
            journal: journal, formats: .standard, enrichment: try EnrichmentChain(assets: EnrichmentAssets(directory: folder.file("none"))),
            inFlightBytes: inFlightBytes)
        var options = WebOptions()
        options.port = 0
        change(&options)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let columns = try await ColumnStore(folder: folder.file("columns"), journal: JournalFeed(journal))
        let server = try WebServer(
            options: options, pipeline: pipeline, stage: stage, columns: columns,
            notes: try NoteBook(path: folder.file("notes.sqlite"), clock: clock),
            views: try ViewBook(path: folder.file("views.sqlite"), clock: clock), about: Array("{}".utf8), logger: logger
        ) { port in
            listening.yield(port)
        }
        let hub = server.hub
        let follower = LiveFollower(stage: stage, send: { hub.show($0) }, onNotice: { Issue.record("\($0)") })
        let services: [any Service] = [columns, hub, follower, server]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }, logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await port in ports {
                try await body(RunningServer(port: port, journal: journal, pipeline: pipeline, operations: server.routes.operations))
                break
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        await journal.close()
    }

    func append(_ numbers: Range<Int>) async throws {
        var ledger = Ledger()
        ledger.received = Int64(numbers.count)
        ledger.stored = ledger.received
        _ = try await journal.append(JournalAppend(source: "test", events: SampleEvents.batch(numbers), ledger: ledger))
    }

    /// Sends a request and returns status line, headers and body.
    func ask(_ target: String, method: String = "GET", headers: [String] = [], host: String = "localhost", body: String = "") async throws
        -> (
            status: Int, text: String
        )
    {
        let client = try RawClient(port: port)
        let lines = ["\(method) \(target) HTTP/1.1", "Host: \(host)", "Connection: close", "Content-Length: \(body.utf8.count)"] + headers
        client.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
        let text = String(decoding: await client.read(), as: UTF8.self)
        return (Int(text.dropFirst(9).prefix(3)) ?? 0, text)
    }

    /// The entity tag of an answer.
    func tag(_ target: String) async throws -> String {
        let text = try await ask(target).text
        return String(try #require(text.firstMatch(of: #/(?i)\r\netag: (\S+)\r\n/#)).output.1)
    }

    func stream(_ target: String = "/api/v1/stream", headers: String = "") throws -> RawClient {
        let client = try RawClient(port: port)
        client.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n")
        return client
    }
}

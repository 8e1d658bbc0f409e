import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on loopback that answers by a script and keeps what it was asked.
final class ScriptedServer: Sendable {
    /// A request as it came.
    struct Request: Sendable {
        var method: String
        var uri: String
        var headers: HTTPHeaders
        var body: String
    }

    /// An answer.
    struct Reply: Sendable {
        /// What follows the parts.
        enum End: Sendable {
            /// The answer is whole.
            case whole
            /// The connection breaks.
            case cut
            /// Nothing more comes, and the connection stays.
            case silence
        }

        var status = 200
        var headers: [(String, String)] = []
        var parts: [[UInt8]] = []
        var end = End.whole

        static func text(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> Reply {
            Reply(status: status, headers: headers, parts: text.isEmpty ? [] : [Array(text.utf8)])
        }

        static func bytes(_ bytes: [UInt8], headers: [(String, String)] = []) -> Reply { Reply(headers: headers, parts: [bytes]) }

        /// An event stream in parts.
        static func events(_ parts: String..., end: End = .whole) -> Reply {
            Reply(headers: [("Content-Type", "text/event-stream; charset=utf-8")], parts: parts.map { Array($0.utf8) }, end: end)
        }

        /// Lines in parts.
        static func lines(_ parts: String..., end: End = .whole) -> Reply { Reply(parts: parts.map { Array($0.utf8) }, end: end) }
    }

    private let state = Mutex([Request]())
    private let channel: any Channel

    /// Listens on a free port of loopback. The script is given the number of the request, from 0.
    init(_ script: @escaping @Sendable (Int, Request) -> Reply) async throws {
        let answers = Answers()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(answers: answers))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        answers.set { [self] request in
            let number = state.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            return script(number, request)
        }
    }

    /// The address of a path.
    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)\(path)" }

    /// What was asked so far.
    var requests: [Request] { state.withLock { $0 } }

    /// The values of a field of each request so far.
    func fields(_ name: String) -> [String?] { requests.map { $0.headers.first(name: name) } }

    /// Stops listening.
    func stop() async throws { try await channel.close() }
}

/// Finds the answer to a request; set once the server is made.
private final class Answers: Sendable {
    private let script = Mutex<(@Sendable (ScriptedServer.Request) -> ScriptedServer.Reply)?>(nil)

    func set(_ script: @escaping @Sendable (ScriptedServer.Request) -> ScriptedServer.Reply) { self.script.withLock { $0 = script } }

    func reply(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        script.withLock { $0 }?(request) ?? .text("not yet", status: 500)
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answers: Answers
    private var head: HTTPRequestHead?
    private var body = ""

    init(answers: Answers) { self.answers = answers }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = ""
        case .body(let part): body += String(buffer: part)
        case .end:
            guard let head else { return }
            let request = ScriptedServer.Request(method: head.method.rawValue, uri: head.uri, headers: head.headers, body: body)
            write(answers.reply(request), context)
        }
    }

    private func write(_ reply: ScriptedServer.Reply, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders(reply.headers)
        let hasBody = reply.status != 204 && reply.status != 304
        if reply.end == .whole, hasBody { headers.add(name: "Content-Length", value: "\(reply.parts.reduce(0) { $0 + $1.count })") }
        let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        for part in reply.parts {
            // Each part goes out by itself, so that the peer may see it before the next.
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: part)))), promise: nil)
        }
        switch reply.end {
        case .whole: context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .cut: context.close(promise: nil)
        case .silence: break
        }
    }
}

import Followers
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Model
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Takes a connection over when it asks for an event stream, and writes shared buffers straight to its socket.
///
/// Everything else passes by to Hummingbird. The limit of fan-out is one `write()` per connection and flush; so a buffer is encoded and framed
/// once, and nothing but the write is done per connection. Lives on its channel's event loop.
final class EventStreamHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let hub: StreamHub
    private var context: ChannelHandlerContext?
    private var socket: StreamSocket?
    private var isTaken = false
    private var shard: StreamShard?

    /// What the client asked for; set when the connection is taken.
    private(set) var request: StreamRequest?
    /// Which broadcasts are for this program.
    private(set) var key: StreamHub.ProgramKey?
    /// The last event the program knows of.
    var position = EventID.zero
    /// Whether a slice of the backlog is being made for this program.
    var isCatchingUp = false
    /// The newest removed event of which the program was told that it is gone.
    var told = EventID.zero
    /// The last frame the screen knows of.
    var frame: UInt64 = 0
    /// The state of the stage to which the screen's snapshot belongs.
    var generation: UInt64 = 0
    /// What the client was told of last; nil before the first message.
    var kept: KeptRevisions?
    /// Events the screen was not shown because it read too slowly.
    var shed = 0
    /// When something was last written.
    private(set) var lastWrite = NIODeadline.now()
    /// Since when the client has not read.
    private(set) var stalledSince: NIODeadline?

    init(hub: StreamHub) { self.hub = hub }

    /// Whether the connection takes more.
    private(set) var isWritable = true

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
        self.context = nil
        isWritable = false
        socket = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isTaken else { return }
        guard case .head(let head) = unwrapInboundIn(data), let path = hub.access.route(head.path ?? "/"),
            let audience = StreamRequest.audience(of: head, path: path.path, programPath: hub.programPath)
        else {
            context.fireChannelRead(data)
            return
        }
        isTaken = true
        begin(context, head, audience, query: path.query)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Somebody must keep reading, or the end of the connection would go unnoticed.
        if isTaken { context.read() } else { context.fireChannelReadComplete() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isTaken {
            isWritable = context.channel.isWritable
            stalledSince = isWritable ? nil : .now()
            if isWritable { shard?.becameWritable(self) }
        } else {
            context.fireChannelWritabilityChanged()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard isTaken else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        if event is ChannelShouldQuiesceEvent || event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isTaken { context.close(promise: nil) } else { context.fireErrorCaught(error) }
    }

    // MARK: Taking over

    private func begin(_ context: ChannelHandlerContext, _ head: HTTPRequest, _ audience: StreamRequest.Audience, query: Substring) {
        guard hub.access.permitsHost(head.authority) else {
            refuse(context, .misdirectedRequest, AccessControl.foreignHost)
            return
        }
        guard hub.access.permits(head.headerFields) else {
            refuse(context, .unauthorized, "a token is needed: send Authorization: Bearer …, or enter it on the page")
            return
        }
        let request: StreamRequest
        do {
            request = try StreamRequest(audience: audience, query: query, lastEventID: head.headerFields[.lastEventID], now: hub.stage.now)
        } catch {
            refuse(context, .badRequest, error.detail, position: error.position)
            return
        }
        switch audience == .screen ? hub.stage.refusal(of: request.filter) : nil {
        case .replaying:
            refuse(context, .conflict, "a window is on all screens, and a query cannot be asked of it; play it by api/v1/live/replay")
            return
        case .tooManyQueries:
            refuse(context, .serviceUnavailable, "too many different queries are followed; try again later, or without q")
            return
        case nil: break
        }
        guard let shard = hub.shard(for: context.eventLoop) else {
            refuse(context, .serviceUnavailable, "too many streams are open; try again later, or poll api/v1/live/snapshot")
            return
        }
        isWritable = context.channel.isWritable
        self.request = request
        key = StreamHub.ProgramKey(request)
        socket = (try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)).map(StreamSocket.init)
        self.shard = shard
        // Its idle timer would take a quiet stream for a dead connection.
        if let idle = try? context.pipeline.syncOperations.context(handlerType: HTTPConnectionStateHandler.self) {
            context.pipeline.syncOperations.removeHandler(context: idle, promise: nil)
        }
        let type = audience == .programNDJSON ? "application/x-ndjson" : "text/event-stream"
        write(
            ByteBuffer(
                string: "HTTP/1.1 200 OK\r\nContent-Type: \(type); charset=utf-8\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
                    + "X-Content-Type-Options: nosniff\r\nTransfer-Encoding: chunked\r\n\r\n"))
        if audience != .programNDJSON {
            var first = ChunkedText()
            first.raw("retry: 2000\n\n")
            write(first.chunk)
        }
        shard.enter(self, request)
        context.read()
    }

    private func refuse(_ context: ChannelHandlerContext, _ status: HTTPResponse.Status, _ detail: String, position: Int? = nil) {
        let body = Problem(status: status, detail: detail, position: position).json
        var fields = HTTPFields()
        fields[.contentType] = "application/problem+json"
        fields[.contentLength] = "\(body.count)"
        fields[.connection] = "close"
        if status == .serviceUnavailable { fields[.retryAfter] = "5" }
        context.write(wrapOutboundOut(.head(HTTPResponse(status: status, headerFields: fields))), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { [weak self] _ in
            self?.context?.close(promise: nil)
        }
    }

    private func leave() {
        shard?.leave(self)
        shard = nil
    }

    // MARK: Writing

    /// Writes a framed chunk and flushes.
    func write(_ chunk: ByteBuffer) {
        lastWrite = .now()
        socket?.write(chunk)
    }

    /// Closes the connection; the client comes back with its last id.
    func close() { context?.close(promise: nil) }
}

extension HTTPField.Name {
    /// Sent by a browser that comes back to an event stream (WHATWG HTML §9.2.4).
    static let lastEventID = Self("Last-Event-ID").unsafelyUnwrapped
}

import CRabbitMQ
import Glibc

/// A connection to a broker with one channel that consumes one queue. Every call may block, and all must come from one thread.
final class AMQPConnection {
    /// How long connecting, logging in and each call may take.
    private static let patience = 10
    private static let channel: amqp_channel_t = 1
    /// Where Debian keeps the authorities that it trusts; librabbitmq knows none by itself.
    private static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"

    private let options: AMQPSourceOptions
    private let state: amqp_connection_state_t
    private var assembly: AMQPAssembly
    /// Whether the library may be asked to take leave of the broker.
    private var isOpen = false

    /// Connects, logs in and begins to consume.
    init(_ options: AMQPSourceOptions) throws(PeerError) {
        self.options = options
        assembly = AMQPAssembly(limit: options.maxRecordBytes)
        guard let state = amqp_new_connection() else { throw PeerError(.unreachable, "\(options.peer): no memory for a connection") }
        self.state = state
        try connect()
        try logIn()
        try openQueue()
    }

    deinit { amqp_destroy_connection(state) }

    /// The descriptor to wait on for more.
    var descriptor: Int32 { amqp_get_sockfd(state) }

    private func connect() throws(PeerError) {
        guard let socket = options.tls == nil ? amqp_tcp_socket_new(state) : amqp_ssl_socket_new(state) else {
            throw PeerError(.unreachable, "\(options.peer): no memory for a socket")
        }
        if let tls = options.tls {
            let authorities = tls.authorities ?? Self.systemAuthorities
            try check(amqp_ssl_socket_set_cacert(socket, authorities), .misconfigured, "tls_ca \(authorities) cannot be used")
            if let certificate = tls.certificate, let key = tls.key {
                try check(
                    amqp_ssl_socket_set_key(socket, certificate, key), .misconfigured, "tls_certificate and tls_key cannot be used")
            }
            amqp_ssl_socket_set_verify_peer(socket, 1)
            amqp_ssl_socket_set_verify_hostname(socket, 1)
            try check(amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST), .misconfigured, "TLS 1.2 cannot be had")
        }
        var timeout = timeval(tv_sec: Self.patience, tv_usec: 0)
        amqp_set_handshake_timeout(state, &timeout)
        amqp_set_rpc_timeout(state, &timeout)
        try check(
            amqp_socket_open_noblock(socket, options.host, Int32(options.port), &timeout), .unreachable,
            "cannot be reached; check the address, the certificates and that the broker runs")
    }

    private func logIn() throws(PeerError) {
        let reply = rabbitmq_login(
            state, options.virtualHost, 131_072, Int32(options.heartbeatSeconds), "petrel", options.user, options.password)
        try check(reply, .refused, "does not let \(options.user) in to virtual host \(options.virtualHost)")
        isOpen = true
        amqp_channel_open(state, Self.channel)
        try check(amqp_get_rpc_reply(state), .lost, "opens no channel")
    }

    private func openQueue() throws(PeerError) {
        switch options.declaration {
        case .none:
            options.queue.withCString {
                _ = amqp_queue_declare(state, Self.channel, amqp_cstring_bytes($0), 1, 0, 0, 0, amqp_table_t())
            }
            try check(amqp_get_rpc_reply(state), .refused, "has no such queue; make it, or let declare: make it")
        case .durable(let type, let exchange, let routingKeys):
            rabbitmq_declare(state, Self.channel, options.queue, type)
            try check(amqp_get_rpc_reply(state), .refused, "does not declare the queue as durable and \(type)")
            guard let exchange else { break }
            for key in routingKeys {
                options.queue.withCString { queue in
                    exchange.withCString { exchange in
                        key.withCString {
                            _ = amqp_queue_bind(
                                state, Self.channel, amqp_cstring_bytes(queue), amqp_cstring_bytes(exchange), amqp_cstring_bytes($0),
                                amqp_table_t())
                        }
                    }
                }
                try check(amqp_get_rpc_reply(state), .refused, "does not bind the queue to exchange \(exchange) by \(key)")
            }
        }
        amqp_basic_qos(state, Self.channel, 0, UInt16(clamping: options.prefetch), 0)
        try check(amqp_get_rpc_reply(state), .refused, "does not take a prefetch of \(options.prefetch)")
        options.queue.withCString {
            _ = amqp_basic_consume(
                state, Self.channel, amqp_cstring_bytes($0), amqp_bytes_t(), 0, 0, 0, amqp_table_t())
        }
        try check(amqp_get_rpc_reply(state), .refused, "does not let \(options.user) consume from the queue")
    }

    /// The next delivery that has come; nil when there is none at the moment. Sends heartbeats that are due.
    func next() throws(PeerError) -> AMQPDelivery? {
        while true {
            var frame = amqp_frame_t()
            var timeout = timeval(tv_sec: 0, tv_usec: 0)
            let status = amqp_simple_wait_frame_noblock(state, &frame, &timeout)
            if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
            try check(status, .lost, "is lost")
            let delivery = try take(frame)
            amqp_maybe_release_buffers(state)
            if let delivery { return delivery }
        }
    }

    private func take(_ frame: amqp_frame_t) throws(PeerError) -> AMQPDelivery? {
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD: try take(frame.payload.method)
        case AMQP_FRAME_HEADER:
            return try assembly.header(length: frame.payload.properties.body_size, messageID: messageID(frame.payload.properties.decoded))
        case AMQP_FRAME_BODY:
            let part = frame.payload.body_fragment
            return try assembly.body(UnsafeRawBufferPointer(start: part.bytes, count: part.len))
        default: break
        }
        return nil
    }

    private func take(_ method: amqp_method_t) throws(PeerError) {
        switch method.id {
        case 0x003C_003C:  // basic.deliver
            guard let deliver = method.decoded?.assumingMemoryBound(to: amqp_basic_deliver_t.self).pointee else { return }
            try assembly.begin(tag: deliver.delivery_tag, routingKey: Self.text(deliver.routing_key))
        case 0x003C_001E:  // basic.cancel
            throw PeerError(.lost, "\(options.peer) cancelled the consumer: the queue was deleted or moved")
        case 0x0014_0028:  // channel.close
            let close = method.decoded?.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
            throw PeerError(.lost, "\(options.peer) closed the channel: \(Self.text(close?.reply_text))")
        case 0x000A_0032:  // connection.close
            let close = method.decoded?.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
            throw PeerError(.lost, "\(options.peer) closed the connection: \(Self.text(close?.reply_text))")
        default: break
        }
    }

    private func messageID(_ properties: UnsafeMutableRawPointer?) -> String? {
        guard let properties = properties?.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee,
            properties._flags & amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG) != 0, properties.message_id.len > 0
        else { return nil }
        return Self.text(properties.message_id)
    }

    /// Acknowledges everything up to that delivery.
    func acknowledge(upTo tag: UInt64) throws(PeerError) {
        try check(amqp_basic_ack(state, Self.channel, tag, 1), .lost, "is lost")
    }

    /// Tells the broker that we are here, while we do not read.
    func sendHeartbeat() throws(PeerError) {
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_HEARTBEAT)
        try check(amqp_send_frame(state, &frame), .lost, "is lost")
    }

    /// Takes leave; the broker delivers again what is not acknowledged. Does nothing once the library has failed: when it reads on behind
    /// what is no frame, it writes beyond its own buffer.
    func close() {
        guard isOpen else { return }
        isOpen = false
        // A broker that does not answer has lost the connection, and that is what is wanted.
        _ = amqp_connection_close(state, AMQP_REPLY_SUCCESS)
    }

    // MARK: Answers of the library

    private func check(_ status: Int32, _ code: PeerError.Code, _ what: String) throws(PeerError) {
        guard status != AMQP_STATUS_OK.rawValue else { return }
        isOpen = false
        throw PeerError(code, "\(options.peer) \(what): \(String(cString: amqp_error_string2(status)))")
    }

    private func check(_ reply: amqp_rpc_reply_t, _ code: PeerError.Code, _ what: String) throws(PeerError) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            var text = "no reason given"
            if reply.reply.id == 0x000A_0032 {
                text = Self.text(reply.reply.decoded?.assumingMemoryBound(to: amqp_connection_close_t.self).pointee.reply_text)
            } else if reply.reply.id == 0x0014_0028 {
                text = Self.text(reply.reply.decoded?.assumingMemoryBound(to: amqp_channel_close_t.self).pointee.reply_text)
            }
            throw PeerError(code, "\(options.peer) \(what): \(text)")
        default:
            isOpen = false
            throw PeerError(code, "\(options.peer) \(what): \(String(cString: amqp_error_string2(reply.library_error)))")
        }
    }

    private static func text(_ bytes: amqp_bytes_t?) -> String {
        guard let bytes, let start = bytes.bytes else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: bytes.len), as: UTF8.self)
    }
}

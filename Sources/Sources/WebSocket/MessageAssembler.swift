import NIOCore
import Wire

/// What a server sent, put together.
enum WebSocketInput: Equatable {
    /// A whole message. Of one longer than the limit `bytes` is the beginning; `length` counts all of it.
    case message(bytes: [UInt8], length: UInt64)
    case ping([UInt8])
    case pong
    /// A close frame; the code is 1005 where it states none.
    case close(code: UInt16, reason: String)
}

/// Makes messages of the bytes of a server: checks frames, joins fragments, inflates, and holds texts against UTF-8.
///
/// Binary messages are taken as text that need not be UTF-8. A message that is not valid is handed on before the error, so that it is
/// kept and a resumed feed does not end at it for ever.
struct MessageAssembler {
    private enum State {
        case head
        case data(left: UInt64, isFinal: Bool)
        case control(FrameHead)
    }

    private var state = State.head
    private var message: MessageBuffer
    private var isInMessage = false
    private var isText = false
    private var isCompressed = false
    private let inflater: MessageInflater?

    /// An assembler that keeps `limit` bytes of a message; without an inflater no message may be compressed.
    init(limit: Int, inflater: MessageInflater?) {
        message = MessageBuffer(limit: limit)
        self.inflater = inflater
    }

    /// Takes all it can from the bytes and appends what they say; what is whole before an error is appended too.
    mutating func read(_ bytes: inout ByteBuffer, into inputs: inout [WebSocketInput]) throws(WebSocketError) {
        while true {
            switch state {
            case .head:
                guard let head = try FrameHead.read(from: &bytes) else { return }
                try begin(head)
            case .data(let left, let isFinal):
                let count = Int(min(left, UInt64(bytes.readableBytes)))
                try append(&bytes, count)
                guard left == UInt64(count) else {
                    state = .data(left: left - UInt64(count), isFinal: isFinal)
                    return
                }
                state = .head
                if isFinal { try finish(&inputs) }
            case .control(let head):
                guard let payload = bytes.readBytes(length: Int(head.length)) else { return }
                state = .head
                inputs.append(try Self.control(head, payload))
                // After a close frame nothing counts.
                if head.opcode == .close { return }
            }
        }
    }

    private mutating func begin(_ head: FrameHead) throws(WebSocketError) {
        if head.opcode.isControl {
            state = .control(head)
            return
        }
        if head.opcode == .continuation {
            guard isInMessage else { throw Self.violation("continued a message that had not begun") }
            guard !head.isCompressed else { throw Self.violation("set a reserved bit") }
        } else {
            guard !isInMessage else { throw Self.violation("began a message inside another") }
            guard !head.isCompressed || inflater != nil else { throw Self.violation("set a reserved bit") }
            isInMessage = true
            isText = head.opcode == .text
            isCompressed = head.isCompressed
        }
        state = .data(left: head.length, isFinal: head.isFinal)
    }

    private mutating func append(_ bytes: inout ByteBuffer, _ count: Int) throws(WebSocketError) {
        guard count > 0 else { return }
        var failure: WebSocketError?
        bytes.withUnsafeReadableBytes { readable in
            let piece = UnsafeRawBufferPointer(rebasing: readable.prefix(count))
            do throws(WebSocketError) {
                if isCompressed, let inflater {
                    try inflater.inflate(piece, into: &message)
                } else {
                    try message.append(piece)
                }
            } catch { failure = error }
        }
        bytes.moveReaderIndex(forwardBy: count)
        if let failure { throw failure }
    }

    private mutating func finish(_ inputs: inout [WebSocketInput]) throws(WebSocketError) {
        if isCompressed, let inflater { try inflater.finish(&message) }
        isInMessage = false
        let (isComplete, length) = (message.isComplete, message.length)
        let bytes = message.take()
        let isValid = !isText || !isComplete || UTF8Sequence.isValid(bytes.span)
        inputs.append(.message(bytes: bytes, length: length))
        if !isValid { throw WebSocketError(.invalidData, "the server sent a text that is not UTF-8; it is kept, the connection is not") }
    }

    private static func control(_ head: FrameHead, _ payload: [UInt8]) throws(WebSocketError) -> WebSocketInput {
        switch head.opcode {
        case .ping: return .ping(payload)
        case .close: break
        default: return .pong
        }
        guard !payload.isEmpty else { return .close(code: 1005, reason: "") }
        guard payload.count > 1 else { throw violation("closed with half a code") }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: throw violation("closed with the code \(code), which may not be sent")
        }
        let reason = Array(payload.dropFirst(2))
        guard UTF8Sequence.isValid(reason.span) else {
            throw WebSocketError(.invalidData, "the server closed with a reason that is not UTF-8")
        }
        return .close(code: code, reason: String(decoding: reason, as: UTF8.self))
    }

    private static func violation(_ what: String) -> WebSocketError {
        WebSocketError(.protocolViolation, "the server \(what) (RFC 6455)")
    }
}

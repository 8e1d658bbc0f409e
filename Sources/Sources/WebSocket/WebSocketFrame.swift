import NIOCore

/// What a frame is (RFC 6455, section 11.8).
enum FrameOpcode: UInt8 {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    /// Control frames may stand between the fragments of a message.
    var isControl: Bool { rawValue >= 8 }
}

/// The head of a frame from a server, checked (RFC 6455, section 5.2).
struct FrameHead: Equatable {
    var opcode: FrameOpcode
    var isFinal: Bool
    /// Reserved bit 1: with permessage-deflate the message is compressed.
    var isCompressed: Bool
    var length: UInt64

    /// Takes the head off the bytes; nil, and the bytes untouched, until it is complete.
    static func read(from bytes: inout ByteBuffer) throws(WebSocketError) -> FrameHead? {
        let start = bytes.readerIndex
        guard let first = bytes.readInteger(as: UInt8.self), let second = bytes.readInteger(as: UInt8.self) else {
            bytes.moveReaderIndex(to: start)
            return nil
        }
        guard let opcode = FrameOpcode(rawValue: first & 0x0F) else { throw violation("used the reserved opcode \(first & 0x0F)") }
        guard first & 0x30 == 0 else { throw violation("set a reserved bit") }
        guard second & 0x80 == 0 else { throw violation("masked a frame, which only clients may") }
        let isFinal = first & 0x80 != 0
        var length = UInt64(second & 0x7F)
        if opcode.isControl {
            guard isFinal else { throw violation("fragmented a control frame") }
            guard length <= 125 else { throw violation("sent a control frame of more than 125 bytes") }
            guard first & 0x40 == 0 else { throw violation("compressed a control frame") }
        }
        if length == 126 {
            guard let long = bytes.readInteger(as: UInt16.self) else {
                bytes.moveReaderIndex(to: start)
                return nil
            }
            length = UInt64(long)
            guard length > 125 else { throw violation("wrote a length in more bytes than it needs") }
        } else if length == 127 {
            guard let long = bytes.readInteger(as: UInt64.self) else {
                bytes.moveReaderIndex(to: start)
                return nil
            }
            length = long
            guard length > UInt64(UInt16.max), length <= UInt64(Int64.max) else {
                throw violation("stated a frame length of \(length) bytes in eight bytes")
            }
        }
        return FrameHead(opcode: opcode, isFinal: isFinal, isCompressed: first & 0x40 != 0, length: length)
    }

    /// A whole frame of a client: final, masked, not compressed.
    static func frame(_ opcode: FrameOpcode, _ payload: [UInt8], mask: UInt32, allocator: ByteBufferAllocator) -> ByteBuffer {
        var frame = allocator.buffer(capacity: payload.count + 14)
        frame.writeInteger(0x80 | opcode.rawValue)
        switch payload.count {
        case ...125: frame.writeInteger(0x80 | UInt8(payload.count))
        case ...Int(UInt16.max):
            frame.writeInteger(0x80 | UInt8(126))
            frame.writeInteger(UInt16(payload.count))
        default:
            frame.writeInteger(0x80 | UInt8(127))
            frame.writeInteger(UInt64(payload.count))
        }
        frame.writeInteger(mask)
        let key = [
            UInt8(truncatingIfNeeded: mask >> 24), UInt8(truncatingIfNeeded: mask >> 16), UInt8(truncatingIfNeeded: mask >> 8),
            UInt8(truncatingIfNeeded: mask),
        ]
        frame.writeBytes(payload.enumerated().map { index, byte in byte ^ key[index & 3] })
        return frame
    }

    private static func violation(_ what: String) -> WebSocketError {
        WebSocketError(.protocolViolation, "the server \(what) (RFC 6455); nothing it sends can be trusted from there on")
    }
}

import NIOCore

/// A frame of AMQP 0-9-1.
struct AMQPFrame {
    /// The kinds of frames.
    enum Kind: UInt8 {
        case method = 1
        case header, body
        case heartbeat = 8
    }

    static let end: UInt8 = 0xCE
    var kind: Kind
    var channel: UInt16
    var payload: ByteBuffer

    /// A method of a class, by the numbers of the specification, with its arguments.
    static func method(_ classID: UInt16, _ id: UInt16, on channel: UInt16 = 1, _ write: (inout ByteBuffer) -> Void = { _ in }) -> AMQPFrame
    {
        var payload = ByteBuffer()
        payload.writeMultipleIntegers(classID, id)
        write(&payload)
        return AMQPFrame(kind: .method, channel: channel, payload: payload)
    }

    /// The header of a message: its length, and its `message-id` if it has one.
    static func header(length: Int, messageID: String?) -> AMQPFrame {
        var payload = ByteBuffer()
        payload.writeMultipleIntegers(UInt16(60), UInt16(0), UInt64(length), UInt16(messageID == nil ? 0 : 1 << 7))
        if let messageID { payload.writeShortText(messageID) }
        return AMQPFrame(kind: .header, channel: 1, payload: payload)
    }

    static let heartbeat = AMQPFrame(kind: .heartbeat, channel: 0, payload: ByteBuffer())

    /// The bytes on the wire.
    var bytes: ByteBuffer {
        var out = ByteBuffer()
        out.writeMultipleIntegers(kind.rawValue, channel, UInt32(payload.readableBytes))
        out.writeImmutableBuffer(payload)
        out.writeInteger(Self.end)
        return out
    }

    /// Takes the frame that the bytes begin with; nil while it is not whole.
    static func take(from bytes: inout ByteBuffer) throws -> AMQPFrame? {
        guard let length = bytes.getInteger(at: bytes.readerIndex + 3, as: UInt32.self), bytes.readableBytes >= Int(length) + 8 else {
            return nil
        }
        guard let (type, channel, _) = bytes.readMultipleIntegers(as: (UInt8, UInt16, UInt32).self), let kind = Kind(rawValue: type),
            let payload = bytes.readSlice(length: Int(length)), bytes.readInteger(as: UInt8.self) == end
        else { throw AMQPBrokerError.notAMQP }
        return AMQPFrame(kind: kind, channel: channel, payload: payload)
    }
}

/// What the peer cannot make sense of.
enum AMQPBrokerError: Error { case notAMQP }

extension ByteBuffer {
    mutating func writeShortText(_ text: String) {
        writeInteger(UInt8(text.utf8.count))
        writeString(text)
    }

    mutating func writeLongText(_ text: String) {
        writeInteger(UInt32(text.utf8.count))
        writeString(text)
    }

    mutating func readShortText() -> String? { readInteger(as: UInt8.self).flatMap { readString(length: Int($0)) } }

    mutating func readLongText() -> String? { readInteger(as: UInt32.self).flatMap { readString(length: Int($0)) } }

    /// Skips a table; nil where the bytes end too early.
    mutating func skipTable() -> Int? {
        guard let length = readInteger(as: UInt32.self), readSlice(length: Int(length)) != nil else { return nil }
        return Int(length)
    }
}

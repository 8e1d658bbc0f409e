import CZlib

/// Inflates the messages of permessage-deflate (RFC 7692) piece by piece.
///
/// Memory is a window of 32 KiB, a scratch buffer of 16 KiB and what the message keeps, whatever the ratio.
final class MessageInflater {
    /// What a sender takes off the end of each message (RFC 7692, section 7.2.1).
    private static let tail: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]

    private var stream = z_stream()
    private var scratch = [UInt8](repeating: 0, count: 16 << 10)
    /// Whether each message begins with an empty window (`server_no_context_takeover`).
    private let forgets: Bool

    /// Nil when memory is short.
    init?(forgets: Bool) {
        self.forgets = forgets
        // Negative: raw deflate. 15 bits read every smaller window too.
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    }

    deinit { inflateEnd(&stream) }

    /// Inflates a piece of a message.
    func inflate(_ input: UnsafeRawBufferPointer, into message: inout MessageBuffer) throws(WebSocketError) {
        guard let base = input.baseAddress, !input.isEmpty else { return }
        stream.next_in = UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(clamping: input.count)
        repeat {
            var status = Z_OK
            var failure: WebSocketError?
            scratch.withUnsafeMutableBufferPointer { room in
                stream.next_out = room.baseAddress
                stream.avail_out = UInt32(room.count)
                status = CZlib.inflate(&stream, Z_SYNC_FLUSH)
                let made = UnsafeRawBufferPointer(room).prefix(room.count - Int(stream.avail_out))
                do throws(WebSocketError) { try message.append(UnsafeRawBufferPointer(rebasing: made)) } catch { failure = error }
            }
            if let failure { throw failure }
            switch status {
            case Z_OK: break
            case Z_BUF_ERROR: return
            case Z_STREAM_END: try restart()
            default:
                let reason = stream.msg.map { String(cString: $0) } ?? "zlib error \(status)"
                throw WebSocketError(.invalidData, "a compressed message cannot be inflated: \(reason); compress: false does without")
            }
        } while stream.avail_in > 0 || stream.avail_out == 0
    }

    /// Inflates what the end of a message leaves out, and is ready for the next.
    func finish(_ message: inout MessageBuffer) throws(WebSocketError) {
        var failure: WebSocketError?
        Self.tail.withUnsafeBytes { tail in
            do throws(WebSocketError) { try inflate(tail, into: &message) } catch { failure = error }
        }
        if let failure { throw failure }
        if forgets { inflateReset(&stream) }
    }

    /// Goes on behind a block that was marked as the last one (RFC 7692, section 7.2.3.5), with the window as it was.
    private func restart() throws(WebSocketError) {
        var window = [UInt8](repeating: 0, count: 32 << 10)
        var count = UInt32(window.count)
        guard inflateGetDictionary(&stream, &window, &count) == Z_OK, inflateReset(&stream) == Z_OK,
            inflateSetDictionary(&stream, window, count) == Z_OK
        else { throw WebSocketError(.invalidData, "a compressed message ends in the middle of its stream") }
    }
}

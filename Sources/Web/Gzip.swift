import CZlib
import HTTPTypes

/// Undoes gzip (RFC 1952) for request bodies.
enum Gzip {
    /// The plain bytes; throws when the input is damaged, or grows beyond the limit (a bomb).
    static func decompress(_ input: [UInt8], limit: Int) throws(Problem) -> [UInt8] {
        var stream = z_stream()
        // 15 + 16: largest window, gzip wrapper only.
        guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw Problem(status: .internalServerError, detail: "zlib cannot start")
        }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        var input = input
        var code = Z_OK
        let size = input.count
        let failure: Problem? = input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(size)
            repeat {
                let room = chunk.count
                let produced = chunk.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(room)
                    code = inflate(&stream, Z_NO_FLUSH)
                    return room - Int(stream.avail_out)
                }
                guard code == Z_OK || code == Z_STREAM_END else {
                    return Problem(status: .badRequest, detail: "the body is not gzip, or damaged at byte \(size - Int(stream.avail_in))")
                }
                output.append(contentsOf: chunk[..<produced])
                if output.count > limit {
                    return Problem(
                        status: .contentTooLarge, detail: "the body is larger than \(limit) bytes when decompressed; send it in parts")
                }
                if code == Z_STREAM_END, stream.avail_in > 0 { inflateReset(&stream) }
            } while stream.avail_in > 0 || code == Z_OK && stream.avail_out == 0
            return code == Z_STREAM_END ? nil : Problem(status: .badRequest, detail: "the gzip body is cut")
        }
        if let failure { throw failure }
        return output
    }
}

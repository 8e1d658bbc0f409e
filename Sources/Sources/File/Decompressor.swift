import CLzma
import CZlib
import CZstd

/// How a file is compressed, told by its first bytes.
enum Compression: String, Sendable {
    case none, gzip, zstd, xz

    /// The compression whose magic the bytes begin with.
    init(magic bytes: some Collection<UInt8>) {
        if bytes.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            self = .zstd
        } else if bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) {
            self = .xz
        } else {
            self = .none
        }
    }

    /// A decoder for it; nil for ``none``, or when memory is short.
    func makeDecompressor() -> (any Decompressor)? {
        switch self {
        case .none: nil
        case .gzip: GzipDecompressor()
        case .zstd: ZstdDecompressor()
        case .xz: XzDecompressor()
        }
    }
}

/// What one step of a decoder did.
struct DecompressionStep {
    /// Bytes read from the input.
    var consumed: Int
    /// Bytes written to the output.
    var produced: Int
    /// What is wrong with the data, if anything.
    var fault: String?
}

/// Decodes a compressed stream bit by bit. Concatenated members, frames or streams count as one.
protocol Decompressor: AnyObject {
    /// Whether the data may end here.
    var isAtBoundary: Bool { get }

    /// Decodes from input to output; `isEnd` says that no input follows.
    func step(_ input: UnsafeMutableBufferPointer<UInt8>, _ output: UnsafeMutableBufferPointer<UInt8>, isEnd: Bool) -> DecompressionStep
}

/// gzip (RFC 1952) with any number of members; zero bytes may pad the end, as tapes do.
final class GzipDecompressor: Decompressor {
    private var stream = z_stream()
    private(set) var isAtBoundary = false

    init?() {
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    }

    deinit { inflateEnd(&stream) }

    func step(_ input: UnsafeMutableBufferPointer<UInt8>, _ output: UnsafeMutableBufferPointer<UInt8>, isEnd: Bool) -> DecompressionStep {
        if isAtBoundary {
            let padding = input.prefix { $0 == 0 }.count
            if padding > 0 { return DecompressionStep(consumed: padding, produced: 0) }
            guard !input.isEmpty else { return DecompressionStep(consumed: 0, produced: 0) }
            if input[0] != 0x1F { return DecompressionStep(consumed: 0, produced: 0, fault: "other bytes follow the last gzip member") }
            inflateReset(&stream)
            isAtBoundary = false
        }
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        let status = inflate(&stream, Z_NO_FLUSH)
        var step = DecompressionStep(consumed: input.count - Int(stream.avail_in), produced: output.count - Int(stream.avail_out))
        if status == Z_STREAM_END {
            isAtBoundary = true
        } else if status != Z_OK, status != Z_BUF_ERROR {
            step.fault = stream.msg.map { String(cString: $0) } ?? "zlib error \(status)"
        }
        return step
    }
}

/// Zstandard (RFC 8878) with any number of frames; windows up to 128 MiB.
final class ZstdDecompressor: Decompressor {
    private let stream: OpaquePointer
    private(set) var isAtBoundary = false

    init?() {
        guard let stream = ZSTD_createDStream() else { return nil }
        self.stream = stream
        ZSTD_initDStream(stream)
    }

    deinit { ZSTD_freeDStream(stream) }

    func step(_ input: UnsafeMutableBufferPointer<UInt8>, _ output: UnsafeMutableBufferPointer<UInt8>, isEnd: Bool) -> DecompressionStep {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        if input.isEmpty, isAtBoundary { return DecompressionStep(consumed: 0, produced: 0) }
        let status = ZSTD_decompressStream(stream, &target, &source)
        var step = DecompressionStep(consumed: source.pos, produced: target.pos)
        if ZSTD_isError(status) != 0 {
            step.fault = String(cString: ZSTD_getErrorName(status))
        } else {
            isAtBoundary = status == 0
        }
        return step
    }
}

/// xz with any number of streams; decoder memory up to 256 MiB, which covers every preset.
final class XzDecompressor: Decompressor {
    /// `LZMA_CONCATENATED`, a macro with a cast that Swift does not import.
    private static let concatenated: UInt32 = 0x08

    private var stream = lzma_stream()
    private(set) var isAtBoundary = false

    init?() {
        guard lzma_stream_decoder(&stream, 256 << 20, Self.concatenated) == LZMA_OK else { return nil }
    }

    deinit { lzma_end(&stream) }

    func step(_ input: UnsafeMutableBufferPointer<UInt8>, _ output: UnsafeMutableBufferPointer<UInt8>, isEnd: Bool) -> DecompressionStep {
        guard !isAtBoundary else { return DecompressionStep(consumed: 0, produced: 0) }
        stream.next_in = UnsafePointer(input.baseAddress)
        stream.avail_in = input.count
        stream.next_out = output.baseAddress
        stream.avail_out = output.count
        let status = lzma_code(&stream, isEnd ? LZMA_FINISH : LZMA_RUN)
        var step = DecompressionStep(consumed: input.count - stream.avail_in, produced: output.count - stream.avail_out)
        if status == LZMA_STREAM_END {
            isAtBoundary = true
        } else if status == LZMA_MEMLIMIT_ERROR {
            step.fault = "needs more than 256 MiB to decode"
        } else if status != LZMA_OK, status != LZMA_BUF_ERROR {
            step.fault = "damaged xz data (lzma error \(status.rawValue))"
        }
        return step
    }
}

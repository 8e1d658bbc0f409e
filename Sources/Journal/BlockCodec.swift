internal import CZstd
import Model

/// Packs a run of events into the two compressed blobs of a block, and back.
///
/// Rows blob: LEB128 lengths of all rows, then the rows. Raw blob: LEB128 lengths of all raw records, then the records. Each is two zstd
/// frames (RFC 8878) with size and checksum, so that a damaged block is noticed when it is read.
final class BlockCodec {
    private let compressor: OpaquePointer
    private let decompressor: OpaquePointer

    /// Lengths before, and blobs after they are compressed. Kept from block to block: fresh memory costs as much as compressing into it.
    private let lengths = ScratchBuffer()
    private let packed = ScratchBuffer()
    private static let keptBytes = 32 << 20

    /// Largest size of a decompressed blob; a header that claims more is damage.
    static let maximumBytes = 1 << 30

    init(level: Int32 = 1) throws(JournalError) {
        guard let compressor = ZSTD_createCCtx() else { throw JournalError(.io, "zstd: out of memory") }
        guard let decompressor = ZSTD_createDCtx() else {
            ZSTD_freeCCtx(compressor)
            throw JournalError(.io, "zstd: out of memory")
        }
        ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, level)
        ZSTD_CCtx_setParameter(compressor, ZSTD_c_checksumFlag, 1)
        // Log lines repeat long runs: matches of seven bytes instead of six cost less time and no room.
        if level < 0 { ZSTD_CCtx_setParameter(compressor, ZSTD_c_minMatch, 7) }
        self.compressor = compressor
        self.decompressor = decompressor
    }

    deinit {
        ZSTD_freeCCtx(compressor)
        ZSTD_freeDCtx(decompressor)
    }

    /// The two blobs of a batch, one behind the other, and how long the first one is.
    func encode(_ batch: EventBatch) throws(JournalError) -> (bytes: [UInt8], rowBytes: Int) {
        defer {
            lengths.shrink(to: Self.keptBytes)
            packed.shrink(to: Self.keptBytes)
        }
        packed.removeAll()
        try compress(batch.rowEnds, batch.bytes)
        let rowBytes = packed.count
        try compress(batch.rawEnds, batch.rawBytes)
        return (Array(packed.bytes), rowBytes)
    }

    /// The batch of two blobs, with empty raw records where their blob is nil; `where` names the block in errors.
    func decode(rows: [UInt8], raw: [UInt8]?, count: Int, where place: String) throws(JournalError) -> EventBatch {
        let (rowEnds, bytes) = try decompress(rows, count: count, where: place)
        let none = ([Int](repeating: 0, count: count), [UInt8]())
        let (rawEnds, rawBytes) = if let raw { try decompress(raw, count: count, where: place) } else { none }
        guard let batch = EventBatch(bytes: bytes, rowEnds: rowEnds, rawBytes: rawBytes, rawEnds: rawEnds) else {
            throw JournalError(.damaged, "\(place): rows do not fit their lengths")
        }
        return batch
    }

    /// Appends the two frames of a blob to ``packed``: the lengths, then the bytes as they lie in the batch.
    private func compress(_ ends: [Int], _ bytes: [UInt8]) throws(JournalError) {
        lengths.removeAll()
        lengths.reserve(LEB128.maximumBytes * ends.count)
        var last = 0
        for end in ends {
            lengths.append(leb128: UInt64(end - last))
            last = end
        }
        try compress(lengths.bytes)
        let failure = bytes.withUnsafeBytes { bytes in Result { () throws(JournalError) in try compress(bytes) } }
        try failure.get()
    }

    private func compress(_ source: UnsafeRawBufferPointer) throws(JournalError) {
        packed.reserve(ZSTD_compressBound(source.count))
        let room = packed.room
        let size = ZSTD_compress2(compressor, room.baseAddress, room.count, source.baseAddress, source.count)
        if ZSTD_isError(size) != 0 { throw JournalError(.io, "zstd: \(String(cString: ZSTD_getErrorName(size)))") }
        packed.grow(by: size)
    }

    private func decompress(_ blob: [UInt8], count: Int, where place: String) throws(JournalError) -> ([Int], [UInt8]) {
        let first = try frame(blob[...], where: place)
        var at = 0
        var ends: [Int] = []
        ends.reserveCapacity(count)
        var total = 0
        for _ in 0..<count {
            guard let length = LEB128.read(first.bytes.span, &at), length <= UInt64(Self.maximumBytes) else {
                throw JournalError(.damaged, "\(place): lengths are cut")
            }
            total += Int(length)
            ends.append(total)
        }
        // Blocks of the first version have both in one frame.
        if first.end == blob.count { return (ends, Array(first.bytes[at...])) }
        let second = try frame(blob[first.end...], where: place)
        guard at == first.bytes.count, second.end == blob.count else { throw JournalError(.damaged, "\(place): lengths are too many") }
        return (ends, second.bytes)
    }

    /// The content of the frame that a slice begins with, and where the frame ends in its blob.
    private func frame(_ blob: ArraySlice<UInt8>, where place: String) throws(JournalError) -> (bytes: [UInt8], end: Int) {
        var problem: String?
        var end = blob.startIndex
        let bytes = blob.withUnsafeBytes { source in
            let length = ZSTD_findFrameCompressedSize(source.baseAddress, source.count)
            let size = ZSTD_getFrameContentSize(source.baseAddress, source.count)
            guard ZSTD_isError(length) == 0, size <= UInt64(Self.maximumBytes) else {
                problem = "not a zstd frame"
                return [UInt8]()
            }
            end += length
            return [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, filled in
                let written = ZSTD_decompressDCtx(decompressor, buffer.baseAddress, buffer.count, source.baseAddress, length)
                if ZSTD_isError(written) != 0 {
                    problem = "zstd: \(String(cString: ZSTD_getErrorName(written)))"
                } else {
                    filled = written
                }
            }
        }
        if let problem { throw JournalError(.damaged, "\(place): \(problem)") }
        return (bytes, end)
    }
}

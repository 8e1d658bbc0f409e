internal import CZstd
import Model

/// Packs a run of events into the two compressed blobs of a block, and back.
///
/// Rows blob: LEB128 lengths of all rows, then the rows. Raw blob: LEB128 lengths of all raw records, then the records. Each is one zstd
/// frame (RFC 8878) with its size and checksum, so that a damaged block is noticed when it is read.
final class BlockCodec {
    private let compressor: OpaquePointer
    private let decompressor: OpaquePointer

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
        self.compressor = compressor
        self.decompressor = decompressor
    }

    deinit {
        ZSTD_freeCCtx(compressor)
        ZSTD_freeDCtx(decompressor)
    }

    /// The two blobs of a batch.
    func encode(_ batch: EventBatch) throws(JournalError) -> (rows: [UInt8], raw: [UInt8]) {
        (try compress(batch.rowEnds, batch.bytes), try compress(batch.rawEnds, batch.rawBytes))
    }

    /// The batch of two blobs; `where` names the block in errors.
    func decode(rows: [UInt8], raw: [UInt8], count: Int, where place: String) throws(JournalError) -> EventBatch {
        let (rowEnds, bytes) = try decompress(rows, count: count, where: place)
        let (rawEnds, rawBytes) = try decompress(raw, count: count, where: place)
        guard let batch = EventBatch(bytes: bytes, rowEnds: rowEnds, rawBytes: rawBytes, rawEnds: rawEnds) else {
            throw JournalError(.damaged, "\(place): rows do not fit their lengths")
        }
        return batch
    }

    private func compress(_ ends: [Int], _ bytes: [UInt8]) throws(JournalError) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count + 2 * ends.count + 16)
        var last = 0
        for end in ends {
            var length = UInt64(end - last)
            last = end
            while length >= 0x80 {
                plain.append(UInt8(truncatingIfNeeded: length) | 0x80)
                length >>= 7
            }
            plain.append(UInt8(truncatingIfNeeded: length))
        }
        plain.append(contentsOf: bytes)
        var failure: Int?
        let compressed = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(plain.count)) { buffer, count in
            let size = ZSTD_compress2(compressor, buffer.baseAddress, buffer.count, plain, plain.count)
            if ZSTD_isError(size) != 0 { failure = size } else { count = size }
        }
        if let failure { throw JournalError(.io, "zstd: \(String(cString: ZSTD_getErrorName(failure)))") }
        return compressed
    }

    private func decompress(_ blob: [UInt8], count: Int, where place: String) throws(JournalError) -> ([Int], [UInt8]) {
        let size = ZSTD_getFrameContentSize(blob, blob.count)
        guard size <= UInt64(Self.maximumBytes) else { throw JournalError(.damaged, "\(place): not a zstd frame") }
        var failure: Int?
        let plain = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, filled in
            let written = ZSTD_decompressDCtx(decompressor, buffer.baseAddress, buffer.count, blob, blob.count)
            if ZSTD_isError(written) != 0 { failure = written } else { filled = written }
        }
        if let failure { throw JournalError(.damaged, "\(place): zstd: \(String(cString: ZSTD_getErrorName(failure)))") }
        var at = 0
        var ends: [Int] = []
        ends.reserveCapacity(count)
        var total = 0
        for _ in 0..<count {
            var length = 0
            var shift = 0
            while true {
                guard at < plain.count, shift < 56 else { throw JournalError(.damaged, "\(place): lengths are cut") }
                let byte = plain[at]
                at += 1
                length |= Int(byte & 0x7f) << shift
                if byte < 0x80 { break }
                shift += 7
            }
            total += length
            ends.append(total)
        }
        return (ends, Array(plain[at...]))
    }
}

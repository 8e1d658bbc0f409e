internal import Foundation
import KQL
import Model

/// The file of the words of a sealed segment: written once, then mapped; lies beside the segment's and can be deleted at any time.
///
/// Layout (little-endian, not aligned): tables (blocks, words, postings of a ``WordTable``), the directory (56 bytes a table), an end of 64
/// bytes: magic, revision of the layout and of what a word is, the segment's seed and rows, where the directory begins, the size of the
/// file, a checksum of directory and end, a sum of the fields. It is not synced: a file that was cut by a power failure is noticed and made again.
enum TextIndexFile {
    static let magic: UInt64 = 0x3144_524F_5752_5450  // "PTRWORD1"
    /// Grows when the layout changes; other revisions are made again.
    static let revision: UInt32 = 1
    static let endBytes = 64
    static let entryBytes = 56
    /// Where in the end its checksum is.
    static let checksumAt = 48

    /// A table in the directory.
    struct Entry {
        var field: UInt32
        var values: UInt32
        var firstValue: UInt64
        var offset: UInt64
        var blockBytes: UInt64
        var wordBytes: UInt64
        var postingBytes: UInt64
        var checksum: UInt64

        /// Bytes of the table; nil where the numbers make no sense.
        var bytes: UInt64? {
            let (first, isOver) = blockBytes.addingReportingOverflow(wordBytes)
            let (sum, isOverToo) = first.addingReportingOverflow(postingBytes)
            return isOver || isOverToo ? nil : sum
        }
    }

    /// The segment that a file belongs to: files of one that was made again do not fit.
    struct Identity: Equatable {
        let seed: UInt64
        let rows: Int
        /// The numbers of the fields whose words are in it, in order; a file of a program with other text fields does not fit either.
        let fields: [Int]

        /// Stands for the fields.
        var fieldSum: UInt64 { fields.map { UInt32($0).littleEndian }.withUnsafeBytes { checksum($0) } }

        /// The fields of events that are searched by words.
        static let textFields = Field.definitions.filter { $0.1.type == .text }.map { Int($0.0.rawValue) }.sorted()
    }

    /// Where the words of a segment's file are.
    static func path(ofSegment path: String) -> String { (path.hasSuffix(".columns") ? String(path.dropLast(8)) : path) + ".words" }

    /// A checksum of the bytes (the keyed hash with a fixed key).
    static func checksum(_ bytes: UnsafeRawBufferPointer, behind before: UInt64 = 0x5045_5452_454C_0002) -> UInt64 {
        ValueHash.hash(bytes, seed: before)
    }

    /// Writes the words of a segment to a file of that path, at once under its name.
    static func write(_ view: SegmentView, _ identity: Identity, to path: String, stop: QueryStop) throws(ColumnError) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw ColumnError.io(temporary, errno) }
        do throws(ColumnError) {
            try write(view, identity, stop: stop) { bytes throws(ColumnError) in try put(bytes, descriptor, temporary) }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        // What a full disk refuses is told at the latest now.
        guard close(descriptor) == 0, rename(temporary, path) == 0 else {
            let number = errno
            unlink(temporary)
            throw ColumnError.io(path, number)
        }
    }

    /// Gives the bytes of a file to `sink`, piece by piece.
    ///
    /// - Parameter mostPairs: words of all values beyond which another table begins.
    static func write(
        _ view: SegmentView, _ identity: Identity, stop: QueryStop, mostPairs: Int = WordTableBuilder.mostPairs,
        to sink: (UnsafeRawBufferPointer) throws(ColumnError) -> Void
    ) throws(ColumnError) {
        let builder = WordTableBuilder(mostPairs: mostPairs)
        var entries: [Entry] = []
        var offset: UInt64 = 0
        for field in identity.fields {
            guard let dictionary = view.column(at: field)?.dictionary else { continue }
            var first = 0
            for index in 0..<dictionary.count {
                builder.add(dictionary.value(index))
                if index & 255 == 0 { try stop.check() }
                guard builder.isFull || index + 1 == dictionary.count else { continue }
                let table = builder.finish()
                var entry = Entry(
                    field: UInt32(field), values: UInt32(index + 1 - first), firstValue: UInt64(first), offset: offset,
                    blockBytes: UInt64(table.blocks.count), wordBytes: UInt64(table.words.count),
                    postingBytes: UInt64(table.postings.count),
                    checksum: 0)
                let parts = [
                    UnsafeRawBufferPointer(start: table.blocks.base, count: table.blocks.count),
                    UnsafeRawBufferPointer(start: table.words.base, count: table.words.count),
                    UnsafeRawBufferPointer(start: table.postings.base, count: table.postings.count),
                ]
                entry.checksum = checksum(ofParts: parts)
                for part in parts { try sink(part) }
                // The pointers into the table are used until here.
                withExtendedLifetime(table) {}
                offset += entry.bytes ?? 0
                entries.append(entry)
                first = index + 1
            }
        }
        try finish(identity, entries, offset, to: sink)
    }

    /// The checksum of a table: each part's goes on from that of the one before.
    static func checksum(ofParts parts: [UnsafeRawBufferPointer]) -> UInt64 {
        parts.reduce(0x5045_5452_454C_0003) { checksum($1, behind: $0) }
    }

    private static func finish(
        _ identity: Identity, _ entries: [Entry], _ offset: UInt64, to sink: (UnsafeRawBufferPointer) throws(ColumnError) -> Void
    ) throws(ColumnError) {
        let size = entries.count * entryBytes + endBytes
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
        defer { bytes.deallocate() }
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        for (index, entry) in entries.enumerated() { bytes.storeBytes(of: entry, toByteOffset: index * entryBytes, as: Entry.self) }
        let end = entries.count * entryBytes
        bytes.storeBytes(of: magic, toByteOffset: end, as: UInt64.self)
        bytes.storeBytes(of: revision, toByteOffset: end + 8, as: UInt32.self)
        bytes.storeBytes(of: Words.revision, toByteOffset: end + 12, as: UInt32.self)
        bytes.storeBytes(of: identity.seed, toByteOffset: end + 16, as: UInt64.self)
        bytes.storeBytes(of: UInt64(identity.rows), toByteOffset: end + 24, as: UInt64.self)
        bytes.storeBytes(of: offset, toByteOffset: end + 32, as: UInt64.self)
        bytes.storeBytes(of: offset + UInt64(size), toByteOffset: end + 40, as: UInt64.self)
        bytes.storeBytes(of: identity.fieldSum, toByteOffset: end + 56, as: UInt64.self)
        bytes.storeBytes(of: checksum(UnsafeRawBufferPointer(bytes)), toByteOffset: end + checksumAt, as: UInt64.self)
        try sink(UnsafeRawBufferPointer(bytes))
    }

    private static func put(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32, _ path: String) throws(ColumnError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw ColumnError.io(path, errno) }
            done += written
        }
    }
}

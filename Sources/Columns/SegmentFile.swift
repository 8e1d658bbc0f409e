internal import Foundation
import Model

/// The file of a sealed segment: written once, then mapped.
///
/// Layout (little-endian, every part aligned to 64 bytes): a head of 128 bytes (magic, revision, rows, seed, first and last id, earliest
/// and latest time, entries of the directory, its checksum), the directory (56 bytes a part: kind, field, width, a count, offset,
/// bytes, checksum), the parts. A part's checksum is tested when its column is first used, so that opening a store reads only heads.
enum SegmentFile {
    static let magic: UInt64 = 0x314C_4F43_5254_4550  // "PETRCOL1"
    /// Grows when the layout or the meaning of a column changes; other revisions are made again.
    static let revision: UInt32 = 2
    static let headBytes = 128
    static let entryBytes = 56

    enum Kind: UInt32 {
        case times, zoneTimes, runs
        case codes, ends, values, offsets, counts, slots
    }

    /// A part in the directory.
    struct Entry {
        var kind: UInt32
        var field: UInt32
        /// Bytes of a code, for codes; of a value, for values; otherwise 0.
        var width: UInt64
        /// Distinct values, for values; slots, for slots; otherwise elements.
        var count: UInt64
        var offset: UInt64
        var bytes: UInt64
        var checksum: UInt64
        var reserved: UInt64 = 0
    }

    /// A checksum of the bytes (the keyed hash with a fixed key).
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 { ValueHash.hash(bytes, seed: 0x5045_5452_454C_0001) }

    /// Writes the segment to a file of that path, durably and at once under its name.
    static func write(_ builder: SegmentBuilder, to path: String) throws(ColumnError) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw ColumnError.io(temporary, errno) }
        do throws(ColumnError) {
            try write(builder, to: descriptor, temporary)
            if fsync(descriptor) != 0 { throw ColumnError.io(temporary, errno) }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        close(descriptor)
        if rename(temporary, path) != 0 { throw ColumnError.io(path, errno) }
    }

    private static func write(_ builder: SegmentBuilder, to descriptor: Int32, _ path: String) throws(ColumnError) {
        var entries: [Entry] = []
        var parts: [(pointer: UnsafeRawPointer, bytes: Int)] = []
        var narrowed: [UnsafeMutableRawPointer] = []
        defer { for pointer in narrowed { pointer.deallocate() } }
        func add(_ kind: Kind, field: Int = 0, width: Int = 0, count: Int, _ pointer: UnsafeRawPointer, bytes: Int) {
            entries.append(
                Entry(
                    kind: kind.rawValue, field: UInt32(field), width: UInt64(width), count: UInt64(count), offset: 0, bytes: UInt64(bytes),
                    checksum: checksum(UnsafeRawBufferPointer(start: pointer, count: bytes))))
            parts.append((pointer, bytes))
        }
        let view = builder.view
        add(.times, count: view.rows, view.times, bytes: view.rows * 8)
        add(.zoneTimes, count: view.zoneCount, view.zoneTimes, bytes: view.zoneCount * 16)
        add(.runs, count: view.runCount, view.runs, bytes: view.runCount * 16)
        for (number, column) in view.columns.enumerated() {
            guard let column else { continue }
            let dictionary = column.dictionary
            let codeCount = builder.codeCount(number)
            let width: ColumnView.Width = dictionary.count < 256 ? .one : dictionary.count < 65_536 ? .two : .four
            let codes = narrow(column.codes, codeCount, to: width)
            narrowed.append(codes)
            add(.codes, field: number, width: Int(width.rawValue), count: codeCount, codes, bytes: codeCount * Int(width.rawValue))
            if let ends = column.ends { add(.ends, field: number, count: view.rows, ends, bytes: view.rows * 4) }
            if let start = dictionary.bytes.baseAddress {
                add(.values, field: number, width: dictionary.width, count: dictionary.count, start, bytes: dictionary.bytes.count)
            }
            if let offsets = dictionary.offsets {
                add(.offsets, field: number, count: dictionary.count + 1, offsets, bytes: (dictionary.count + 1) * 4)
            }
            add(.counts, field: number, count: dictionary.count, dictionary.counts, bytes: dictionary.count * 4)
            add(.slots, field: number, count: dictionary.slotCount, dictionary.slots, bytes: dictionary.slotCount * 4)
        }
        var offset = aligned(headBytes + entries.count * entryBytes)
        for index in entries.indices {
            entries[index].offset = UInt64(offset)
            offset = aligned(offset + parts[index].bytes)
        }
        let directoryEnd = headBytes + entries.count * entryBytes
        let head = UnsafeMutableRawBufferPointer.allocate(byteCount: directoryEnd, alignment: 64)
        defer { head.deallocate() }
        head.initializeMemory(as: UInt8.self, repeating: 0)
        for (index, entry) in entries.enumerated() {
            head.storeBytes(of: entry, toByteOffset: headBytes + index * entryBytes, as: Entry.self)
        }
        head.storeBytes(of: magic, toByteOffset: 0, as: UInt64.self)
        head.storeBytes(of: revision, toByteOffset: 8, as: UInt32.self)
        head.storeBytes(of: UInt32(entries.count), toByteOffset: 12, as: UInt32.self)
        head.storeBytes(of: UInt64(view.rows), toByteOffset: 16, as: UInt64.self)
        head.storeBytes(of: builder.seed, toByteOffset: 24, as: UInt64.self)
        head.storeBytes(of: view.id(0), toByteOffset: 32, as: Int64.self)
        head.storeBytes(of: builder.lastID.value, toByteOffset: 40, as: Int64.self)
        head.storeBytes(of: view.minTime, toByteOffset: 48, as: Int64.self)
        head.storeBytes(of: view.maxTime, toByteOffset: 56, as: Int64.self)
        head.storeBytes(of: UInt64(offset), toByteOffset: 64, as: UInt64.self)
        head.storeBytes(of: checksum(UnsafeRawBufferPointer(head)), toByteOffset: 72, as: UInt64.self)
        try put(UnsafeRawBufferPointer(head), at: 0, descriptor, path)
        for (entry, part) in zip(entries, parts) {
            try put(UnsafeRawBufferPointer(start: part.pointer, count: part.bytes), at: Int(entry.offset), descriptor, path)
        }
        if ftruncate(descriptor, off_t(offset)) != 0 { throw ColumnError.io(path, errno) }
    }

    private static func aligned(_ offset: Int) -> Int { (offset + 63) & ~63 }

    private static func put(_ bytes: UnsafeRawBufferPointer, at offset: Int, _ descriptor: Int32, _ path: String) throws(ColumnError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw ColumnError.io(path, errno) }
            done += written
        }
    }

    private static func narrow(_ codes: UnsafeRawPointer, _ count: Int, to width: ColumnView.Width) -> UnsafeMutableRawPointer {
        let wide = codes.assumingMemoryBound(to: UInt32.self)
        let out = UnsafeMutableRawPointer.allocate(byteCount: max(count * Int(width.rawValue), 1), alignment: 64)
        switch width {
        case .one: for i in 0..<count { out.storeBytes(of: UInt8(truncatingIfNeeded: wide[i]), toByteOffset: i, as: UInt8.self) }
        case .two: for i in 0..<count { out.storeBytes(of: UInt16(truncatingIfNeeded: wide[i]), toByteOffset: i * 2, as: UInt16.self) }
        case .four: out.copyMemory(from: codes, byteCount: count * 4)
        }
        return out
    }
}

import KQL
internal import Synchronization

/// The words of a segment's texts. What it cannot answer is looked for in the texts themselves, so that answers never depend on it.
final class TextIndex: @unchecked Sendable {
    private let bytes: IndexBytes
    private let entries: [TextIndexFile.Entry]
    /// The tables of fields whose checksums hold.
    private struct Checked: @unchecked Sendable { var tables: [Int: [WordTable]] = [:] }

    private let checked = Mutex(Checked())
    private let hasFailed = Atomic(false)

    /// Bytes of the file.
    var byteCount: Int { bytes.all.count }

    /// Whether a part of it was found to be damaged; it answers nothing then.
    var isDamaged: Bool { hasFailed.load(ordering: .relaxed) }

    /// Checks the end and the directory; nil when they are cut, damaged, of another revision or of another segment.
    init?(_ bytes: IndexBytes, of identity: TextIndexFile.Identity) {
        let all = bytes.all
        let end = all.count - TextIndexFile.endBytes
        guard end >= 0, all.loadUnaligned(fromByteOffset: end, as: UInt64.self) == TextIndexFile.magic,
            all.loadUnaligned(fromByteOffset: end + 8, as: UInt32.self) == TextIndexFile.revision,
            all.loadUnaligned(fromByteOffset: end + 12, as: UInt32.self) == Words.revision,
            all.loadUnaligned(fromByteOffset: end + 16, as: UInt64.self) == identity.seed,
            all.loadUnaligned(fromByteOffset: end + 24, as: UInt64.self) == UInt64(identity.rows),
            all.loadUnaligned(fromByteOffset: end + 40, as: UInt64.self) == UInt64(all.count),
            all.loadUnaligned(fromByteOffset: end + 56, as: UInt64.self) == identity.fieldSum,
            let directory = Int(exactly: all.loadUnaligned(fromByteOffset: end + 32, as: UInt64.self)), directory <= end,
            (end - directory) % TextIndexFile.entryBytes == 0
        else { return nil }
        var copy = Array(all[directory...])
        let checksumAt = copy.count - TextIndexFile.endBytes + TextIndexFile.checksumAt
        let sum = copy[checksumAt..<checksumAt + 8].withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        copy.replaceSubrange(checksumAt..<checksumAt + 8, with: repeatElement(0, count: 8))
        guard copy.withUnsafeBytes({ TextIndexFile.checksum($0) }) == sum else { return nil }
        entries = stride(from: directory, to: end, by: TextIndexFile.entryBytes).map {
            all.loadUnaligned(fromByteOffset: $0, as: TextIndexFile.Entry.self)
        }
        for entry in entries {
            guard let size = entry.bytes, entry.offset <= UInt64(directory), size <= UInt64(directory) - entry.offset else { return nil }
        }
        self.bytes = bytes
    }

    /// The words of columns, in memory.
    ///
    /// - Parameter mostPairs: words of all values beyond which another table begins.
    convenience init?(inMemory view: SegmentView, fields: [Int], mostPairs: Int = WordTableBuilder.mostPairs) {
        let identity = TextIndexFile.Identity(seed: 0, rows: view.rows, fields: fields)
        var bytes: [UInt8] = []
        do throws(ColumnError) {
            try TextIndexFile.write(view, identity, stop: QueryStop(), mostPairs: mostPairs) { bytes += $0 }
        } catch {
            return nil
        }
        self.init(bytes.withUnsafeBytes { IndexBytes(copying: $0) }, of: identity)
    }

    /// The tables of a column; nil when it has none that cover so many values, or when they are damaged.
    func tables(ofField field: Int, values count: Int? = nil) -> [WordTable]? {
        if isDamaged { return nil }
        let tables = checked.withLock { checked -> Checked? in
            if let known = checked.tables[field] { return Checked(tables: [field: known]) }
            guard let tables = checkedTables(field) else { return nil }
            checked.tables[field] = tables
            return Checked(tables: [field: tables])
        }
        guard let tables = tables?.tables[field] else {
            hasFailed.store(true, ordering: .relaxed)
            return nil
        }
        if let count, (tables.last?.values.upperBound ?? 0) != count { return nil }
        return tables
    }

    /// The tables of a column in order, without a gap between them; nil when one is damaged.
    private func checkedTables(_ field: Int) -> [WordTable]? {
        var tables: [WordTable] = []
        for entry in entries where entry.field == UInt32(field) {
            let start = Int(entry.offset)
            let words = start + Int(entry.blockBytes)
            let postings = words + Int(entry.wordBytes)
            let parts = [start..<words, words..<postings, postings..<postings + Int(entry.postingBytes)].map {
                UnsafeRawBufferPointer(rebasing: bytes.all[$0])
            }
            let first = tables.last?.values.upperBound ?? 0
            guard entry.firstValue == UInt64(first), first & 63 == 0, TextIndexFile.checksum(ofParts: parts) == entry.checksum else {
                return nil
            }
            tables.append(
                WordTable(values: first..<first + Int(entry.values), blocks: parts[0], words: parts[1], postings: parts[2]))
        }
        return tables
    }
}

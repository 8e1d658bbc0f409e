internal import Foundation
import Journal
import Model
internal import Synchronization

/// A sealed segment, mapped from its file.
final class MappedSegment: @unchecked Sendable {
    let path: String
    let firstID: EventID
    let lastID: EventID
    let rows: Int
    let minTime: Int64
    let maxTime: Int64
    private let base: UnsafeRawPointer
    let byteCount: Int
    private let seed: UInt64
    private let entries: [SegmentFile.Entry]
    /// Its words.
    let text: TextSlot
    /// Told when a part is found to be damaged.
    private let onDamage: @Sendable (MappedSegment) -> Void
    /// What has been looked at and found whole.
    private struct Loaded {
        var columns: [ColumnView?]
        var isLoaded: [Bool]
        var frame: SegmentView?
        /// The rows that were hidden by what had been removed then.
        var hidden: (removals: Removals, rows: HiddenRows?)?
    }

    private let loaded: Mutex<LoadedBox>
    private struct LoadedBox: @unchecked Sendable { var value: Loaded }

    /// Maps the file and checks its head; a part is checked when it is first used, and `onDamage` is told of each that is damaged.
    init(path: String, onDamage: @escaping @Sendable (MappedSegment) -> Void = { _ in }) throws(ColumnError) {
        self.path = path
        self.onDamage = onDamage
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ColumnError.io(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ColumnError.io(path, errno) }
        let size = Int(status.st_size)
        func damaged(_ what: String) -> ColumnError { ColumnError(.damaged, "\(path): \(what)") }
        guard size >= SegmentFile.headBytes else { throw damaged("cut") }
        guard let start = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED else {
            throw ColumnError.io(path, errno)
        }
        let head = UnsafeRawBufferPointer(start: start, count: size)
        var problem: String?
        let count = Int(head.load(fromByteOffset: 12, as: UInt32.self))
        let directoryEnd = SegmentFile.headBytes + count * SegmentFile.entryBytes
        if head.load(as: UInt64.self) != SegmentFile.magic {
            problem = "not a segment"
        } else if head.load(fromByteOffset: 8, as: UInt32.self) != SegmentFile.revision {
            problem = "of another revision"
        } else if head.load(fromByteOffset: 64, as: UInt64.self) != UInt64(size) || directoryEnd > size {
            problem = "cut"
        } else {
            var copy = Array(head[..<directoryEnd])
            for at in 72..<80 { copy[at] = 0 }
            let sum = copy.withUnsafeBytes { SegmentFile.checksum($0) }
            if sum != head.load(fromByteOffset: 72, as: UInt64.self) { problem = "its head is damaged" }
        }
        var entries: [SegmentFile.Entry] = []
        if problem == nil {
            entries = (0..<count).map {
                head.loadUnaligned(fromByteOffset: SegmentFile.headBytes + $0 * SegmentFile.entryBytes, as: SegmentFile.Entry.self)
            }
            if entries.contains(where: { $0.offset > UInt64(size) || $0.bytes > UInt64(size) - $0.offset }) {
                problem = "a part lies outside"
            }
        }
        if let problem {
            munmap(start, size)
            throw damaged(problem)
        }
        base = UnsafeRawPointer(start)
        byteCount = size
        rows = Int(head.load(fromByteOffset: 16, as: UInt64.self))
        seed = head.load(fromByteOffset: 24, as: UInt64.self)
        firstID = EventID(head.load(fromByteOffset: 32, as: Int64.self))
        lastID = EventID(head.load(fromByteOffset: 40, as: Int64.self))
        minTime = head.load(fromByteOffset: 48, as: Int64.self)
        maxTime = head.load(fromByteOffset: 56, as: Int64.self)
        self.entries = entries
        text = TextSlot(ofSegment: path, TextIndexFile.Identity(seed: seed, rows: rows, fields: TextIndexFile.Identity.textFields))
        let fields = Int(Field.allCases.map(\.rawValue).max() ?? 0) + 1
        loaded = Mutex(
            LoadedBox(
                value: Loaded(
                    columns: [ColumnView?](repeating: nil, count: fields), isLoaded: [Bool](repeating: false, count: fields), frame: nil,
                    hidden: nil)))
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: base), byteCount) }

    /// The segment with the columns of those fields; checks what is used for the first time.
    func view(of fields: [Field]) throws(ColumnError) -> SegmentView {
        do throws(ColumnError) {
            return try checkedView(of: fields)
        } catch {
            if error.code == .damaged { onDamage(self) }
            throw error
        }
    }

    private func checkedView(of fields: [Field]) throws(ColumnError) -> SegmentView {
        try loaded.withLock { box throws(ColumnError) in
            var loaded = box.value
            if loaded.frame == nil { loaded.frame = try frame() }
            for field in fields where !loaded.isLoaded[Int(field.rawValue)] {
                loaded.columns[Int(field.rawValue)] = try column(field)
                loaded.isLoaded[Int(field.rawValue)] = true
            }
            box.value = loaded
            guard let frame = loaded.frame else { throw damaged("without times") }
            return SegmentView(
                rows: rows, times: frame.times, zoneTimes: frame.zoneTimes, runs: frame.runs, runCount: frame.runCount,
                columns: loaded.columns, minTime: minTime, maxTime: maxTime, text: text.index)
        }
    }

    /// The rows that the journal no longer has; nil when it has all. They are found once for each change.
    func hidden(by liveness: Liveness) throws(ColumnError) -> HiddenRows? {
        if liveness.isWhole(from: firstID) { return nil }
        if let known = loaded.withLock({ $0.value.hidden }), known.removals == liveness.removals { return known.rows }
        let rows = liveness.hidden(in: try view(of: [.eventFamily]))
        loaded.withLock { $0.value.hidden = (liveness.removals, rows) }
        return rows
    }

    /// The fields that any row has, beside the time.
    var fields: [Field] {
        entries.filter { $0.kind == SegmentFile.Kind.codes.rawValue }.compactMap { Field(rawValue: UInt16(truncatingIfNeeded: $0.field)) }
    }

    private func damaged(_ what: String) -> ColumnError { ColumnError(.damaged, "\(path): \(what)") }

    private func frame() throws(ColumnError) -> SegmentView {
        let zones = (rows + SegmentView.zoneRows - 1) / SegmentView.zoneRows
        guard let times = try part(.times, 0), let zoneTimes = try part(.zoneTimes, 0), let runs = try part(.runs, 0),
            times.count == rows * 8, zoneTimes.count == zones * 16, runs.count >= 16, runs.count % 16 == 0
        else { throw damaged("its times are damaged") }
        return SegmentView(
            rows: rows, times: Self.pointer(times), zoneTimes: Self.pointer(zoneTimes), runs: Self.pointer(runs), runCount: runs.count / 16,
            columns: [], minTime: minTime, maxTime: maxTime)
    }

    private func column(_ field: Field) throws(ColumnError) -> ColumnView? {
        guard let codes = entry(.codes, field.rawValue) else { return nil }
        guard let width = ColumnView.Width(rawValue: UInt8(truncatingIfNeeded: codes.width)),
            let codeBytes = try part(.codes, field.rawValue),
            let counts = try part(.counts, field.rawValue), let slots = try part(.slots, field.rawValue)
        else { throw damaged("\(field.name) is damaged") }
        let values = entry(.values, field.rawValue)
        let count = Int(counts.count / 4)
        let dictionary = DictionaryView(
            count: count, width: Int(values?.width ?? 0), seed: seed,
            bytes: try part(.values, field.rawValue) ?? UnsafeRawBufferPointer(start: nil, count: 0),
            offsets: try part(.offsets, field.rawValue).map { Self.pointer($0) }, counts: Self.pointer(counts), slots: Self.pointer(slots),
            slotCount: slots.count / 4)
        return ColumnView(
            dictionary: dictionary, width: width, codes: codeBytes.baseAddress ?? base,
            ends: try part(.ends, field.rawValue).map { Self.pointer($0) })
    }

    private func entry(_ kind: SegmentFile.Kind, _ field: UInt16) -> SegmentFile.Entry? {
        entries.first { $0.kind == kind.rawValue && $0.field == UInt32(field) }
    }

    /// The bytes of a part, whose checksum holds.
    private func part(_ kind: SegmentFile.Kind, _ field: UInt16) throws(ColumnError) -> UnsafeRawBufferPointer? {
        guard let entry = entry(kind, field) else { return nil }
        let bytes = UnsafeRawBufferPointer(start: base + Int(entry.offset), count: Int(entry.bytes))
        guard SegmentFile.checksum(bytes) == entry.checksum else { throw damaged("\(kind) of field \(field) is damaged") }
        return bytes
    }

    private static func pointer<Element>(_ bytes: UnsafeRawBufferPointer) -> UnsafePointer<Element> {
        // The mapping is aligned to pages and every part to 64 bytes.
        UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped).assumingMemoryBound(to: Element.self)
    }
}

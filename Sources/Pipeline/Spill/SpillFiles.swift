import Glibc
import Model
import Sources

/// The files of one source's queue on disk: entries one behind the other, each with its number, its length and a hash.
///
/// An entry is durable when ``append(_:)`` returns. What a kill has cut off at the end of the last file is cut away at the next start: nobody
/// was told that it is durable. Used by one thread at a time.
final class SpillFiles {
    /// An entry by its place.
    struct Place {
        var number: UInt64
        var file: UInt64
        var offset: Int64
        var length: Int
    }

    /// A file is followed by another when it has grown beyond this.
    private static let fileBytes: Int64 = 16 << 20
    private static let headBytes = 24

    private let folder: String
    private(set) var places: [Place] = []
    private var sizes: [UInt64: Int64] = [:]
    private var last: (number: UInt64, descriptor: Int32)?
    private var nextNumber: UInt64 = 1

    /// Opens the folder and calls `visit` with every entry behind `committed`, in order. What is committed is removed.
    init(folder: String, committed: UInt64, visit: (Place, SpillEntry) -> Void) throws(IntakeError) {
        self.folder = folder
        nextNumber = committed + 1
        for file in try Self.list(folder) {
            let bytes = try Self.read("\(folder)/\(Self.name(file))", at: 0, count: nil)
            var at = 0
            while let (number, payload) = Self.entry(bytes, at: at) {
                let place = Place(number: number, file: file, offset: Int64(at), length: payload.count)
                at = payload.upperBound
                nextNumber = max(nextNumber, number + 1)
                guard number > committed else { continue }
                guard let entry = SpillEntry(Array(bytes[payload])) else {
                    throw IntakeError(
                        .journalUnavailable,
                        "\(folder)/\(Self.name(file)), byte \(place.offset): written by another version; start that one, or move the folder away"
                    )
                }
                places.append(place)
                visit(place, entry)
            }
            if at < bytes.count, truncate("\(folder)/\(Self.name(file))", off_t(at)) != 0 { throw Self.failure(folder, "cut") }
            sizes[file] = Int64(at)
        }
        try removeEmpty()
    }

    deinit { if let last { close(last.descriptor) } }

    /// Bytes on disk.
    var bytes: Int64 { sizes.values.reduce(0, +) }

    /// Writes an entry and flushes it; returns its place.
    func append(_ entry: SpillEntry) throws(IntakeError) -> Place {
        let payload = entry.bytes
        let number = nextNumber
        var head = SpillWriter()
        head.number(number)
        head.number(UInt64(payload.count))
        head.number(fnv1a64(payload))
        if let open = last, sizes[open.number] ?? 0 >= Self.fileBytes {
            close(open.descriptor)
            last = nil
        }
        if last == nil { last = try open(numbered: number) }
        guard let target = last else { throw Self.failure(folder, "write into") }
        let start = sizes[target.number] ?? 0
        var rest = (head.bytes + payload)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(target.descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw undo(target.descriptor, to: start) }
            rest = rest.dropFirst(count)
        }
        guard fdatasync(target.descriptor) == 0 else { throw undo(target.descriptor, to: start) }
        nextNumber += 1
        sizes[target.number] = start + Int64(Self.headBytes + payload.count)
        let place = Place(number: number, file: target.number, offset: start, length: payload.count)
        places.append(place)
        return place
    }

    /// Reads the entry at a place.
    func read(_ place: Place) throws(IntakeError) -> SpillEntry {
        let path = "\(folder)/\(Self.name(place.file))"
        let bytes = try Self.read(path, at: off_t(place.offset), count: Self.headBytes + place.length)
        guard let (number, payload) = Self.entry(bytes, at: 0), number == place.number, let entry = SpillEntry(Array(bytes[payload])) else {
            throw IntakeError(.journalUnavailable, "\(path): damaged at byte \(place.offset); move the folder away to go on without it")
        }
        return entry
    }

    /// Forgets the entries up to that number, and removes files of which nothing is left.
    func remove(through number: UInt64) throws(IntakeError) {
        places.removeAll { $0.number <= number }
        try removeEmpty()
    }

    /// Forgets the entries of those numbers.
    func remove(_ numbers: Set<UInt64>) throws(IntakeError) {
        places.removeAll { numbers.contains($0.number) }
        try removeEmpty()
    }

    private func removeEmpty() throws(IntakeError) {
        let used = Set(places.map(\.file))
        for file in sizes.keys.sorted() where !used.contains(file) {
            if last?.number == file {
                close(last?.descriptor ?? -1)
                last = nil
            }
            guard unlink("\(folder)/\(Self.name(file))") == 0 || errno == ENOENT else { throw Self.failure(folder, "remove a file of") }
            sizes[file] = nil
        }
    }

    // MARK: Files

    private func open(numbered number: UInt64) throws(IntakeError) -> (number: UInt64, descriptor: Int32) {
        var made = folder.hasPrefix("/") ? "" : "."
        for part in folder.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o750) != 0, errno != EEXIST { throw Self.failure(made, "make") }
        }
        let descriptor = Glibc.open("\(folder)/\(Self.name(number))", O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Self.failure(folder, "write a file into") }
        // The name must outlive a power cut as the content does.
        let directory = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
        sizes[number] = 0
        return (number, descriptor)
    }

    /// Cuts off what was written in part; a reader would stop there.
    private func undo(_ descriptor: Int32, to size: Int64) -> IntakeError {
        let failure = Self.failure(folder, "write into")
        ftruncate(descriptor, off_t(size))
        return failure
    }

    private static func failure(_ folder: String, _ verb: String) -> IntakeError {
        IntakeError(.journalUnavailable, "cannot \(verb) \(folder): \(String(cString: strerror(errno)))")
    }

    private static func name(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + ".spill"
    }

    /// The numbers of the files in a folder, in order.
    static func list(_ folder: String) throws(IntakeError) -> [UInt64] {
        guard let directory = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw failure(folder, "read")
        }
        defer { closedir(directory) }
        var numbers: [UInt64] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".spill"), let number = UInt64(name.dropLast(6)) { numbers.append(number) }
        }
        return numbers.sorted()
    }

    /// Bytes of a file from there on; all of them without a count.
    private static func read(_ path: String, at offset: off_t, count: Int?) throws(IntakeError) -> [UInt8] {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "open") }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw failure(path, "read") }
        let wanted = count ?? Int(info.st_size)
        var bytes = [UInt8](repeating: 0, count: wanted)
        var done = 0
        while done < wanted {
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress.map { $0 + done }, wanted - done, offset + off_t(done))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw failure(path, "read") }
            if got == 0 { break }
            done += got
        }
        return Array(bytes[..<done])
    }

    /// The number and the payload of the entry at a place; nil where none is whole.
    private static func entry(_ bytes: [UInt8], at offset: Int) -> (number: UInt64, payload: Range<Int>)? {
        guard bytes.count - offset >= headBytes else { return nil }
        var reader = SpillReader(Array(bytes[offset..<offset + headBytes]))
        guard let number = reader.number(), let length = reader.number(), let hash = reader.number(),
            length <= UInt64(bytes.count - offset - headBytes)
        else { return nil }
        let payload = offset + headBytes..<offset + headBytes + Int(length)
        return fnv1a64(Array(bytes[payload])) == hash ? (number, payload) : nil
    }
}

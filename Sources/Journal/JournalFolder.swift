internal import Glibc
import Model

/// The name of a journal file: the UTC day of its commits and a number within the day, e.g. `2026-11-21.0000.sqlite`.
struct JournalFileName: Hashable, Comparable, Sendable {
    let day: CivilDate
    let number: Int

    init(day: CivilDate, number: Int) {
        self.day = day
        self.number = number
    }

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2] == "sqlite", let number = Int(parts[1]) else { return nil }
        let date = parts[0].split(separator: "-").compactMap { Int($0) }
        guard date.count == 3 else { return nil }
        day = CivilDate(year: date[0], month: date[1], day: date[2])
        self.number = number
        guard day.isValid else { return nil }
    }

    /// The name with its ending.
    var text: String { stem + ".sqlite" }

    /// The name without its ending.
    var stem: String {
        var out: [UInt8] = []
        out.appendDecimal(day.year, width: 4)
        out.append(UInt8(ascii: "-"))
        out.appendDecimal(day.month, width: 2)
        out.append(UInt8(ascii: "-"))
        out.appendDecimal(day.day, width: 2)
        out.append(UInt8(ascii: "."))
        out.appendDecimal(number, width: 4)
        return String(decoding: out, as: UTF8.self)
    }

    static func < (a: Self, b: Self) -> Bool { (a.day, a.number) < (b.day, b.number) }
}

/// The folder in which the journal's files lie.
struct JournalFolder: Sendable {
    let path: String

    func path(of name: JournalFileName) -> String { "\(path)/\(name.text)" }

    /// Makes the folder and those above it.
    func create() throws(JournalError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o750) != 0, errno != EEXIST {
                throw JournalError(.io, "\(made): \(String(cString: strerror(errno))); cannot make the journal's folder")
            }
        }
    }

    /// The journal files, oldest first.
    func list() throws(JournalError) -> [JournalFileName] { try entries().compactMap { JournalFileName($0) }.sorted() }

    /// The names of all files.
    private func entries() throws(JournalError) -> [String] {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return [] }
            throw JournalError(.io, "\(path): \(String(cString: strerror(errno)))")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }

    /// The paths of all that belongs to each journal file (its write-ahead log, its large blocks), also where the file itself is gone.
    func contents() throws(JournalError) -> [JournalFileName: [String]] {
        var found: [JournalFileName: [String]] = [:]
        for entry in try entries() {
            let parts = entry.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, let name = JournalFileName("\(parts[0]).\(parts[1]).sqlite") else { continue }
            let tail = parts[2]
            if tail == "sqlite" || tail == "sqlite-wal" || tail == "sqlite-shm" || tail.hasSuffix("blocks") {
                found[name, default: []].append("\(path)/\(entry)")
            }
        }
        return found
    }

    /// Bytes on disk of paths.
    static func size(of paths: [String]) -> Int64 {
        paths.reduce(0) { total, path in
            var info = stat()
            return stat(path, &info) == 0 ? total + Int64(info.st_size) : total
        }
    }

    /// Bytes on disk of a file with its write-ahead log and all its blocks.
    func size(of name: JournalFileName) throws(JournalError) -> Int64 { Self.size(of: try contents()[name] ?? []) }

    /// Unlinks a file with its write-ahead log and all its blocks: the file itself first, because without it the others mean nothing.
    func remove(_ name: JournalFileName) throws(JournalError) {
        let path = path(of: name)
        try Self.unlink([path, path + "-wal", path + "-shm"] + (contents()[name] ?? []).filter { $0.hasSuffix("blocks") })
    }

    /// Unlinks files; those that are not there are no error.
    static func unlink(_ paths: [String]) throws(JournalError) {
        for path in paths where Glibc.unlink(path) != 0 && errno != ENOENT {
            throw JournalError(.io, "\(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Whether there is a file.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes durable which files are in the folder of a path.
    static func flush(folderOf path: String) throws(JournalError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalError(.io, "\(folder): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw JournalError(.io, "\(folder): \(String(cString: strerror(errno)))") }
    }
}

/// The right to write a journal, held by one process at a time (`flock` on a file beside it; the kernel gives it back on any exit).
final class JournalLock {
    private var descriptor: Int32

    init(folder: JournalFolder) throws(JournalError) {
        let path = folder.path + "/lock"
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw JournalError(.io, "\(path): \(String(cString: strerror(errno)))") }
        // A throw from here on runs `deinit`, which closes the file.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw JournalError(
                .inUse, "\(folder.path): another petrel writes this journal; stop it, send to its /api/v1/ingest, or choose another --data")
        }
    }

    deinit { release() }

    /// Gives the right back.
    func release() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }
}

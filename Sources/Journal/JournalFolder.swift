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

    var text: String {
        var out: [UInt8] = []
        out.appendDecimal(day.year, width: 4)
        out.append(UInt8(ascii: "-"))
        out.appendDecimal(day.month, width: 2)
        out.append(UInt8(ascii: "-"))
        out.appendDecimal(day.day, width: 2)
        out.append(UInt8(ascii: "."))
        out.appendDecimal(number, width: 4)
        return String(decoding: out, as: UTF8.self) + ".sqlite"
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
    func list() throws(JournalError) -> [JournalFileName] {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return [] }
            throw JournalError(.io, "\(path): \(String(cString: strerror(errno)))")
        }
        defer { closedir(folder) }
        var names: [JournalFileName] = []
        while let entry = readdir(folder) {
            let text = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let name = JournalFileName(text) { names.append(name) }
        }
        return names.sorted()
    }

    /// Bytes on disk of a file with its write-ahead log and its large blocks.
    func size(of name: JournalFileName) -> Int64 {
        parts(of: name).reduce(0) { total, path in
            var info = stat()
            return stat(path, &info) == 0 ? total + Int64(info.st_size) : total
        }
    }

    /// Unlinks a file with its write-ahead log and its large blocks.
    func remove(_ name: JournalFileName) throws(JournalError) {
        for path in parts(of: name) where unlink(path) != 0 && errno != ENOENT {
            throw JournalError(.io, "\(path): \(String(cString: strerror(errno)))")
        }
    }

    /// What belongs to a journal file, the file itself first: without it the others mean nothing.
    private func parts(of name: JournalFileName) -> [String] {
        let path = path(of: name)
        return [path, path + "-wal", path + "-shm", JournalFile.blockPath(of: path)]
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

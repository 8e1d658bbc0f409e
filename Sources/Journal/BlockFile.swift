internal import CGlibc
internal import Glibc

/// The large blocks of a class of a journal file, one behind the other in a file beside it (`….blocks`).
///
/// SQLite writes what it stores twice, into its log and from there into the file, which for megabytes of compressed events was a fifth of all
/// work of an import. So the two blobs of a large block go here, and its row says where. They are gathered in memory and written past the
/// page cache (`O_DIRECT`, where the file system has it), and are durable before the transaction with their row is committed. What lies behind
/// the last committed block belongs to no row and is cut off at the next start. What is written at a time begins on a page of its own, so
/// that nothing committed is ever written again.
final class BlockFile {
    /// Bytes gathered before they are written.
    private static let gatheredBytes = 2 << 20

    let path: String
    private let descriptor: Int32
    private let gathered = ScratchBuffer()
    /// Where the gathered bytes go.
    private var written: Int64 = 0
    private var isDirty = false
    /// Where the transaction began.
    private var begun: Int64 = 0

    /// Opens the file for writing behind `committed` bytes; makes it when there are none.
    init(writing path: String, committed: Int64) throws(JournalError) {
        self.path = path
        var descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | glibc_o_direct, 0o640)
        if descriptor < 0, errno == EINVAL { descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640) }
        self.descriptor = descriptor
        guard descriptor >= 0 else { throw Self.error(path) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw Self.error(path) }
        guard info.st_size >= committed else {
            throw JournalError(
                .damaged, "\(path): \(info.st_size) bytes, but \(committed) were committed; restore the file or move its day away")
        }
        written = Self.pageEnd(committed)
        if info.st_size > written, ftruncate(descriptor, __off_t(written)) != 0 { throw Self.error(path) }
        begun = written
        if info.st_size == 0 { try JournalFolder.flush(folderOf: path) }
    }

    /// Opens the file for reading; nil when it is not there.
    init?(reading path: String) throws(JournalError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.error(path)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private static func pageEnd(_ offset: Int64) -> Int64 {
        let page = Int64(ScratchBuffer.pageBytes)
        return (offset + page - 1) / page * page
    }

    /// Where the next block goes.
    var end: Int64 { written + Int64(gathered.count) }

    /// Adds both blobs of a block and returns where they begin; durable after ``flush()``.
    func append(_ blobs: [UInt8]) throws(JournalError) -> Int64 {
        let place = end
        blobs.withUnsafeBytes { gathered.append($0) }
        if gathered.count >= Self.gatheredBytes { try writeGathered() }
        return place
    }

    /// Makes durable what was added.
    func flush() throws(JournalError) {
        try writeGathered()
        guard isDirty else { return }
        guard fdatasync(descriptor) == 0 else { throw Self.error(path) }
        isDirty = false
    }

    /// Notes where a transaction begins.
    func begin() { begun = written }

    /// Forgets what was added since ``begin()``, because its transaction failed.
    func rollBack() {
        gathered.removeAll()
        guard written > begun else { return }
        written = begun
        // The room is given back at once, because the disk may be full; if that fails, the next block overwrites it.
        _ = ftruncate(descriptor, __off_t(begun))
    }

    private func writeGathered() throws(JournalError) {
        gathered.padToPage()
        defer { gathered.shrink(to: 4 * Self.gatheredBytes) }
        var rest = gathered.bytes
        while !rest.isEmpty {
            let count = pwrite(descriptor, rest.baseAddress, rest.count, __off_t(written))
            if count < 0 {
                if errno == EINTR { continue }
                // The device wants a coarser alignment: through the page cache, then.
                if errno == EINVAL, clearDirect() { continue }
                throw Self.error(path)
            }
            isDirty = true
            written += Int64(count)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        gathered.removeAll()
    }

    /// Goes on without direct writing; false when that was off already.
    private func clearDirect() -> Bool {
        let flags = fcntl(descriptor, F_GETFL)
        return flags & glibc_o_direct != 0 && fcntl(descriptor, F_SETFL, flags & ~glibc_o_direct) == 0
    }

    /// The bytes at a place.
    func read(_ count: Int, at place: Int64) throws(JournalError) -> [UInt8] {
        var failure: JournalError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = UnsafeMutableBufferPointer(rebasing: buffer[filled..<count])
                let got = pread(descriptor, rest.baseAddress, rest.count, __off_t(place) + filled)
                if got < 0 && errno == EINTR { continue }
                if got <= 0 {
                    failure = got < 0 ? Self.error(path) : JournalError(.damaged, "\(path): ends before byte \(place + Int64(count))")
                    return
                }
                filled += got
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private static func error(_ path: String) -> JournalError {
        let text = String(cString: strerror(errno))
        if errno == ENOSPC || errno == EDQUOT { return JournalError(.full, "\(path): \(text); free some space, writing goes on by itself") }
        return JournalError(.io, "\(path): \(text)")
    }
}

import Glibc

/// What the file system tells about a file.
struct FileStatus: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64
    /// Bytes, as stored.
    var size: UInt64
    /// Nanoseconds since 1970.
    var modified: Int64

    /// The status of an open file, or nil.
    init?(descriptor: Int32) {
        var raw = stat()
        guard fstat(descriptor, &raw) == 0 else { return nil }
        self.init(raw)
    }

    /// The status of the file at a path, links followed, or nil where there is none.
    init?(path: String) {
        var raw = stat()
        guard stat(path, &raw) == 0, raw.st_mode & S_IFMT != S_IFDIR else { return nil }
        self.init(raw)
    }

    private init(_ raw: stat) {
        device = UInt64(raw.st_dev)
        inode = UInt64(raw.st_ino)
        size = UInt64(max(0, raw.st_size))
        modified = Int64(raw.st_mtim.tv_sec) * 1_000_000_000 + Int64(raw.st_mtim.tv_nsec)
    }

    /// Whether both are the same file, whatever its size.
    func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}

/// Reads a file from its start to its end, decompressed.
///
/// Blocking reads of at most 256 KiB each. Not `Sendable`: one task reads.
final class FileReader {
    let path: String
    let compression: Compression
    /// Offset in the decompressed bytes of the next byte.
    private(set) var offset: UInt64 = 0
    /// Offset in the file of the next byte, for progress.
    private(set) var fileOffset: UInt64 = 0

    private let descriptor: Int32
    private let decompressor: (any Decompressor)?
    private let input: UnsafeMutableBufferPointer<UInt8>
    private var inputStart = 0
    private var inputEnd = 0
    private var isInputAtEnd = false
    private var fault: FileSourceError?

    /// Opens a file. Throws with the path and the system's reason.
    convenience init(path: String) throws(FileSourceError) {
        var kind = stat()
        if stat(path, &kind) == 0, kind.st_mode & S_IFMT != S_IFREG, kind.st_mode & S_IFMT != S_IFDIR {
            // Opening a pipe waits for its writer, and it could not be read again anyway.
            throw FileSourceError(.unreadable, "\(path): not a regular file; feed a pipe by a source of type stdin")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw FileSourceError(errno == ENOENT ? .notFound : .unreadable, "\(path): \(reason)")
        }
        var raw = stat()
        if fstat(descriptor, &raw) == 0, raw.st_mode & S_IFMT == S_IFDIR {
            close(descriptor)
            throw FileSourceError(.unreadable, "\(path): is a folder; name the files in it, e.g. \(path)/*.json")
        }
        try self.init(path: path, descriptor: descriptor)
    }

    /// Reads the open file of another reader once more from its start, whatever stands at its path by now.
    func again() throws(FileSourceError) -> FileReader {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw FileSourceError(.unreadable, "\(path): \(String(cString: strerror(errno)))") }
        return try FileReader(path: path, descriptor: copy)
    }

    /// Takes an open file over.
    private init(path: String, descriptor: Int32) throws(FileSourceError) {
        self.path = path
        self.descriptor = descriptor
        var magic = [UInt8](repeating: 0, count: 6)
        let count = pread(descriptor, &magic, 6, 0)
        compression = Compression(magic: magic.prefix(max(0, count)))
        decompressor = compression.makeDecompressor()
        input = .allocate(capacity: 256 << 10)
        if compression != .none, decompressor == nil {
            throw FileSourceError(.damaged, "\(path): no memory for a \(compression.rawValue) decoder")
        }
    }

    deinit {
        input.deallocate()
        close(descriptor)
    }

    /// The open file's status, which follows it when it is renamed.
    var status: FileStatus? { FileStatus(descriptor: descriptor) }

    /// The next bytes, at most `limit` of them; empty at the end (of a plain file: for now).
    ///
    /// Of a damaged file all that can be read comes first, then the error.
    func read(limit: Int) throws(FileSourceError) -> [UInt8] {
        if let fault { throw fault }
        var failure: FileSourceError?
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            do throws(FileSourceError) {
                while count < limit {
                    let part = UnsafeMutableBufferPointer(rebasing: buffer[count...])
                    let produced = decompressor == nil ? try readPlain(part) : try readCompressed(part)
                    if produced == 0 { break }
                    count += produced
                }
            } catch {
                failure = error
            }
        }
        offset += UInt64(bytes.count)
        if let failure {
            fault = failure
            if bytes.isEmpty { throw failure }
        }
        return bytes
    }

    /// The last bytes (up to 256) before an offset that lies ahead, by reading up to it; nil when the file ends before.
    func skip(to target: UInt64) throws(FileSourceError) -> [UInt8]? {
        if compression == .none {
            let length = min(target, UInt64(FileIdentity.maxTailLength))
            fileOffset = target - length
            offset = fileOffset
            let tail = try read(limit: Int(length))
            return tail.count == Int(length) ? tail : nil
        }
        var tail: [UInt8] = []
        while offset < target {
            let part = try read(limit: Int(min(target - offset, 256 << 10)))
            guard !part.isEmpty else { return nil }
            tail = (tail + part.suffix(FileIdentity.maxTailLength)).suffix(FileIdentity.maxTailLength)
        }
        return tail
    }

    /// The bytes (up to 256) of a plain file before an offset, wherever the reader stands.
    func bytes(before target: UInt64) -> [UInt8] {
        let length = Int(min(target, UInt64(FileIdentity.maxTailLength)))
        return bytes(at: target - UInt64(length), count: length)
    }

    /// Whether a plain file still begins with those bytes, wherever the reader stands.
    func begins(with head: [UInt8]) -> Bool { bytes(at: 0, count: head.count) == head }

    private func bytes(at offset: UInt64, count wanted: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, wanted, off_t(offset)))
        }
    }

    private func readPlain(_ output: UnsafeMutableBufferPointer<UInt8>) throws(FileSourceError) -> Int {
        let count = pread(descriptor, output.baseAddress, output.count, off_t(fileOffset))
        if count < 0 {
            if errno == EINTR { return try readPlain(output) }
            throw FileSourceError(.unreadable, "\(path): \(String(cString: strerror(errno)))")
        }
        fileOffset += UInt64(count)
        return count
    }

    private func readCompressed(_ output: UnsafeMutableBufferPointer<UInt8>) throws(FileSourceError) -> Int {
        guard let decompressor else { return 0 }
        while true {
            if inputStart == inputEnd, !isInputAtEnd {
                inputStart = 0
                inputEnd = try readPlain(input)
                isInputAtEnd = inputEnd == 0
            }
            let part = UnsafeMutableBufferPointer(rebasing: input[inputStart..<inputEnd])
            let step = decompressor.step(part, output, isEnd: isInputAtEnd)
            inputStart += step.consumed
            if let fault = step.fault, step.produced == 0 {
                throw FileSourceError(.damaged, "\(path): \(compression.rawValue) data damaged near byte \(fileOffset): \(fault)")
            }
            if step.produced > 0 { return step.produced }
            if isInputAtEnd, inputStart == inputEnd, step.consumed == 0 {
                if decompressor.isAtBoundary { return 0 }
                throw FileSourceError(.damaged, "\(path): the \(compression.rawValue) data end in the middle, at byte \(fileOffset)")
            }
            if step.consumed == 0, !part.isEmpty, !isInputAtEnd, !decompressor.isAtBoundary {
                throw FileSourceError(.damaged, "\(path): \(compression.rawValue) data damaged near byte \(fileOffset)")
            }
        }
    }
}

import Glibc

/// The key with which the cursors of pages are made: 16 random bytes beside the journal, so that cursors outlive the process.
///
/// Without the file, or with another one, cursors that clients have are refused and they begin again; nothing else depends on it.
enum CursorKeyFile {
    private static let byteCount = 16

    /// The key of a data folder; made when there is none.
    static func load(folder: String) throws(DataFileError) -> (UInt64, UInt64) {
        let path = "\(folder)/cursor.key"
        func failure() -> DataFileError { DataFileError(description: "\(path): \(String(cString: strerror(errno)))") }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        let count = pread(descriptor, &bytes, byteCount, 0)
        guard count >= 0 else { throw failure() }
        if count < byteCount {
            bytes = (0..<byteCount).map { _ in UInt8.random(in: .min ... .max) }
            guard pwrite(descriptor, bytes, byteCount, 0) == byteCount else { throw failure() }
        }
        func word(_ part: ArraySlice<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
        return (word(bytes[..<8]), word(bytes[8...]))
    }
}

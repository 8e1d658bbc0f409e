import Glibc

/// A file mapped into memory, read only, until the last reference goes.
///
/// The pages are shared with other processes and read on demand. The file must be replaced by rename, never overwritten in place:
/// a page that is no longer there ends the process.
final class MappedFile: @unchecked Sendable {
    // Unchecked: the mapping is never written and outlives every reader through this object.
    let bytes: UnsafeRawBufferPointer

    /// Maps the whole file.
    init(path: String) throws(EnrichmentError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw EnrichmentError(.unreadable, "\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw EnrichmentError(.unreadable, "\(path): not a regular file")
        }
        guard status.st_size > 0 else { throw EnrichmentError(.damaged, "\(path): the file is empty; fetch it again") }
        let size = Int(status.st_size)
        guard let base = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
            throw EnrichmentError(.unreadable, "\(path): cannot be mapped: \(String(cString: strerror(errno)))")
        }
        bytes = UnsafeRawBufferPointer(start: base, count: size)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}

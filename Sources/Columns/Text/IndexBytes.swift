internal import Foundation

/// The bytes of an index: a file that is mapped, or memory.
final class IndexBytes: @unchecked Sendable {
    let all: UnsafeRawBufferPointer
    private let isMapped: Bool

    /// Maps a file; nil when there is none, or none that can be opened.
    init?(mapping path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0,
            let start = mmap(nil, Int(status.st_size), PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED
        else { return nil }
        all = UnsafeRawBufferPointer(start: start, count: Int(status.st_size))
        isMapped = true
    }

    /// A copy of bytes in memory.
    init(copying bytes: UnsafeRawBufferPointer) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
        copy.copyMemory(from: bytes)
        all = UnsafeRawBufferPointer(copy)
        isMapped = false
    }

    deinit {
        if isMapped { munmap(UnsafeMutableRawPointer(mutating: all.baseAddress), all.count) } else { all.deallocate() }
    }
}

import Glibc

/// Which build this is: the version, and what the file system says of the program's file.
enum ProgramRevision {
    /// Letters, digits, dots and dashes; another one after every installation.
    static let text: String = {
        var info = stat()
        guard stat("/proc/self/exe", &info) == 0 else { return Petrel.version }
        let changed = Int64(info.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(info.st_mtim.tv_nsec)
        return "\(Petrel.version)-\(String(UInt64(bitPattern: changed ^ Int64(info.st_size)), radix: 36))"
    }()
}

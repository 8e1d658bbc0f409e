import Glibc

/// The path of a socket in the file system.
enum UnixPath {
    /// The longest path in bytes: what `sun_path` holds, less its end.
    static let maximumBytes = 107

    /// The address of a path; nil when it is too long.
    static func address(_ path: String) -> sockaddr_un? {
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= maximumBytes else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }

    /// Makes room for a socket: removes a socket file at which nobody listens any more. Throws when somebody does, or when the path is
    /// something else.
    static func clear(_ path: String, isDatagram: Bool) throws(ListenError) {
        guard let address = address(path) else {
            throw ListenError(.badOption, option: "path", "\(path) is empty or longer than the \(maximumBytes) bytes of a socket's path")
        }
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw ListenError(.badOption, option: "path", "\(path) exists and is no socket; choose another path, or remove it")
        }
        let kind = Int32((isDatagram ? SOCK_DGRAM : SOCK_STREAM).rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw ListenError(.unavailable, option: "path", "\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let connected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // A socket of the other type (EPROTOTYPE), or one that we may not use, belongs to somebody, too.
        guard connected != 0, errno == ECONNREFUSED else {
            throw ListenError(.unavailable, option: "path", "somebody listens at \(path) already; stop it, or choose another path")
        }
        guard unlink(path) == 0 else {
            throw ListenError(
                .unavailable, option: "path", "\(path) is left over and cannot be removed: \(String(cString: strerror(errno)))")
        }
    }

    /// Removes a socket file that is no longer used.
    static func remove(_ path: String) { unlink(path) }

    /// Sets the permissions and the owner of a socket file.
    static func protect(_ path: String, mode: UInt32?, owner: SocketOwner?) throws(ListenError) {
        if let mode, chmod(path, mode) != 0 {
            throw ListenError(.unavailable, option: "mode", "\(path): \(String(cString: strerror(errno)))")
        }
        if let owner, chown(path, owner.user, owner.group) != 0 {
            throw ListenError(
                .unavailable, option: "owner", "\(path): \(String(cString: strerror(errno))); only root gives sockets away to other users")
        }
    }
}

/// To whom a socket file belongs.
public struct SocketOwner: Equatable, Sendable {
    /// The user's number; the highest number leaves it as it is.
    public let user: UInt32
    /// The group's number; the highest number leaves it as it is.
    public let group: UInt32

    /// Reads `user`, `user:group` or `:group`, by name or number, and looks them up in the system's tables.
    public init(_ text: String) throws(ListenError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        user = try Self.number(parts[0], "user") { getpwnam($0)?.pointee.pw_uid }
        group = parts.count > 1 ? try Self.number(parts[1], "group") { getgrnam($0)?.pointee.gr_gid } : .max
    }

    private static func number(_ name: String, _ what: String, _ find: (String) -> UInt32?) throws(ListenError) -> UInt32 {
        if name.isEmpty { return .max }
        if let number = UInt32(name) ?? find(name) { return number }
        throw ListenError(.badOption, option: "owner", "there is no \(what) \(name) on this machine")
    }
}

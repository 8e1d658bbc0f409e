import CGlibc
import Glibc
import Model

/// A bound datagram socket.
struct DatagramSocket: Sendable {
    let descriptor: Int32

    /// A UDP socket at the address. `bufferBytes` is how much the kernel keeps for us while we are busy.
    ///
    /// The kernel doubles the number for its own needs and cuts it at `net.core.rmem_max`, unless Petrel may override that.
    static func udp(_ listen: ListenAddress, bufferBytes: Int) throws(ListenError) -> DatagramSocket {
        let socket = try open(listen.isIPv6 ? AF_INET6 : AF_INET, "\(listen)")
        socket.setBuffer(bufferBytes)
        var status: Int32
        if listen.isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = in_port_t(listen.port).bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
                bytes.storeBytes(of: listen.address.high.bigEndian, as: UInt64.self)
                bytes.storeBytes(of: listen.address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            status = socket.bind(address)
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(listen.port).bigEndian
            address.sin_addr.s_addr = (listen.address.v4 ?? 0).bigEndian
            status = socket.bind(address)
        }
        if status != 0 { throw socket.failure("\(listen)") }
        return socket
    }

    /// A local datagram socket in the file system.
    static func unix(_ path: String, bufferBytes: Int) throws(ListenError) -> DatagramSocket {
        let socket = try open(AF_UNIX, path)
        socket.setBuffer(bufferBytes)
        guard let address = UnixPath.address(path) else {
            Glibc.close(socket.descriptor)
            throw ListenError(.badOption, option: "path", "\(path) is longer than the \(UnixPath.maximumBytes) bytes of a socket's path")
        }
        if socket.bind(address) != 0 { throw socket.failure(path) }
        return socket
    }

    /// The port it is bound to; 0 for a local socket.
    var port: Int {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                guard getsockname(descriptor, name, &length) == 0, name.pointee.sa_family != AF_UNIX else { return 0 }
                // The port lies at the same place for both families.
                return name.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { Int(UInt16(bigEndian: $0.pointee.sin_port)) }
            }
        }
    }

    /// Datagrams that the kernel dropped since the socket was opened; nil where the system does not tell.
    var dropped: Int64? {
        let count = glibc_dropped_datagrams(descriptor)
        return count < 0 ? nil : count
    }

    /// Sends a datagram back, without waiting; what the system does not take is lost, as datagrams are.
    func send(_ bytes: [UInt8], to peer: DatagramPeer, isIPv6: Bool) {
        guard let ip = peer.address else { return }
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = in_port_t(peer.port).bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { place in
                place.storeBytes(of: ip.high.bigEndian, as: UInt64.self)
                place.storeBytes(of: ip.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            send(bytes, address)
        } else if let v4 = ip.v4 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(peer.port).bigEndian
            address.sin_addr.s_addr = v4.bigEndian
            send(bytes, address)
        }
    }

    private func send<Address>(_ bytes: [UInt8], _ address: Address) {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT), name, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    private static func open(_ family: Int32, _ place: String) throws(ListenError) -> DatagramSocket {
        let flags = SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(family, Int32(flags), 0)
        guard descriptor >= 0 else {
            throw ListenError(.unavailable, "\(place): no socket: \(String(cString: strerror(errno)))")
        }
        return DatagramSocket(descriptor: descriptor)
    }

    private func setBuffer(_ bytes: Int) {
        var size = Int32(clamping: bytes)
        let length = socklen_t(MemoryLayout<Int32>.size)
        // With the right to, beyond the system's limit; else up to it.
        if setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, length) != 0 {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, length)
        }
    }

    private func bind<Address>(_ address: Address) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    private func failure(_ place: String) -> ListenError {
        let reason = String(cString: strerror(errno))
        Glibc.close(descriptor)
        return ListenError(.unavailable, option: "listen", "\(place) cannot be used: \(reason); is it in use, or are rights missing?")
    }
}

/// Who sent a datagram.
struct DatagramPeer: Hashable, Sendable {
    /// The address; nil on a local socket.
    var address: IPAddress?
    /// The port; 0 on a local socket.
    var port: Int
}

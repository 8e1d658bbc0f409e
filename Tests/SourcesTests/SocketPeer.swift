import Glibc
import Model
import Synchronization
import Testing

@testable import Sources

/// A plain socket of the test, so that what the kernel takes and refuses is seen.
struct SocketPeer: ~Copyable {
    let descriptor: Int32

    /// Connects over TCP, or prepares to send datagrams.
    init(port: Int, isDatagram: Bool = false) throws {
        descriptor = socket(AF_INET, Int32((isDatagram ? SOCK_DGRAM : SOCK_STREAM).rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        try connect(address)
    }

    /// Connects to a local socket.
    init(path: String, isDatagram: Bool = false) throws {
        descriptor = socket(AF_UNIX, Int32((isDatagram ? SOCK_DGRAM : SOCK_STREAM).rawValue), 0)
        try connect(#require(UnixPath.address(path)))
    }

    deinit { Glibc.close(descriptor) }

    private func connect<Address>(_ address: Address) throws {
        let status = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        try #require(status == 0, "connect: \(String(cString: strerror(errno)))")
    }

    /// Sends all of it; gives way to others while the kernel does not take it.
    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    /// Sends all of it; gives way to others while the kernel does not take it.
    func send(_ bytes: [UInt8]) async throws {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if sent > 0 {
                bytes = bytes.dropFirst(sent)
            } else {
                try #require(errno == EAGAIN, "send: \(String(cString: strerror(errno)))")
                await Task.yield()
            }
        }
    }

    /// Sends the text again and again until the kernel has refused it many times in a row; returns what it took, up to a limit.
    func fill(with text: String, upTo limit: Int) async throws -> Int {
        let bytes = Array(text.utf8)
        var (sent, refusals) = (0, 0)
        while sent < limit, refusals < 2000 {
            let offset = sent % bytes.count
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                sent += count
                refusals = 0
            } else {
                try #require(errno == EAGAIN, "send: \(String(cString: strerror(errno)))")
                refusals += 1
                await Task.yield()
            }
        }
        return sent
    }

    /// Ends what is sent; answers can still be read.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// What comes, up to some bytes; empty at the end.
    func receive(_ count: Int = 65_536) async -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        while true {
            let received = recv(descriptor, &bytes, count, Int32(MSG_DONTWAIT))
            if received > 0 { return Array(bytes[..<received]) }
            guard received < 0, errno == EAGAIN else { return [] }
            await Task.yield()
        }
    }

    /// Everything until the end.
    func receiveAll() async -> [UInt8] {
        var all: [UInt8] = []
        while case let bytes = await receive(), !bytes.isEmpty { all += bytes }
        return all
    }
}

/// A source that runs in a task of its own.
struct RunningSource<Bound: Sendable>: Sendable {
    let task: Task<Void, any Error>
    private let bound: AsyncStream<Bound>

    /// Runs a source; `make` is given what tells where the source listens.
    init(into intake: any Intake, _ make: (@escaping @Sendable (Bound) -> Void) -> any Source) {
        let (bound, continuation) = AsyncStream<Bound>.makeStream()
        self.bound = bound
        let source = make { continuation.yield($0) }
        task = Task {
            defer { continuation.finish() }
            try await source.run(into: intake)
        }
    }

    /// The next place where the source listens.
    func listening() async throws -> Bound {
        for await place in bound { return place }
        try await task.value
        throw ListenError(.unavailable, "the source ended before it listened")
    }

    /// Stops the source and waits for its end.
    func stop() async throws {
        task.cancel()
        do { try await task.value } catch is CancellationError {}
    }
}

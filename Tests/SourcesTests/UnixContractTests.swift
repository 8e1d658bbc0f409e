import Glibc
import Model
import Sources
import Synchronization
import TestKit
import Testing

@Suite(.timeLimit(.minutes(3))) struct UnixContractTests {
    typealias Running = RunningSource<Bool>

    static func run(_ options: UnixSourceOptions, into intake: HeldIntake, notices: SyslogContractTests.Notices = .init()) -> Running {
        Running(into: intake) { bound in UnixSource(options, onBound: { bound(true) }, onNotice: { notices.add($0) }) }
    }

    static func eve(_ number: Int) -> String {
        #"{"timestamp":"2026-11-21T10:00:00.000000+0000","flow_id":\#(number),"event_type":"alert","src_ip":"192.0.2.9","src_port":1,"#
            + #""dest_ip":"198.51.100.1","dest_port":22,"proto":"TCP","alert":{"signature_id":1,"signature":"x","severity":1}}"#
    }

    @Test func backPressure() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        let intake = HeldIntake()
        let running = Self.run(UnixSourceOptions(path: path), into: intake)
        _ = try await running.listening()
        let peer = try SocketPeer(path: path)
        intake.hold()
        let line = Self.eve(1) + "\n"
        try await peer.send(line)
        try await eventually { intake.waiting == 1 }
        let sent = try await peer.fill(with: line, upTo: 64 << 20)
        #expect(sent < 64 << 20, "the kernel must refuse what is not read")
        intake.release()
        peer.finish()
        let whole = 1 + sent / line.utf8.count
        try await eventually { intake.records.count >= whole }
        #expect(intake.state.withLock { $0.largestBatch } <= 512 << 10)
        try await running.stop()
    }

    /// A socket cannot be read again: what comes after a restart comes once.
    @Test(arguments: UnixSourceOptions.Socket.allCases) func resumeWithoutLoss(_ socket: UnixSourceOptions.Socket) async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        let intake = HeldIntake()
        for number in 0..<3 {
            let running = Self.run(UnixSourceOptions(path: path, socket: socket), into: intake)
            _ = try await running.listening()
            let peer = try SocketPeer(path: path, isDatagram: socket == .datagram)
            try await peer.send(Self.eve(number) + "\n")
            try await eventually { intake.records.count == number + 1 }
            try await running.stop()
            #expect(access(path, F_OK) != 0, "the socket file is removed")
        }
        #expect(intake.texts == (0..<3).map(Self.eve))
        #expect(Set(intake.records.map(\.format)) == ["suricata"])
    }

    @Test func reconnect() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        let intake = HeldIntake()
        let running = Self.run(UnixSourceOptions(path: path), into: intake)
        _ = try await running.listening()
        for number in 0..<20 {
            let peer = try SocketPeer(path: path)
            try await peer.send(Self.eve(number) + "\n")
        }
        try await eventually { intake.records.count == 20 }
        #expect(Set(intake.texts) == Set((0..<20).map(Self.eve)))
        try await running.stop()
    }

    /// What no format claims closes its connection with a notice; other connections go on.
    @Test func malformedMessage() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        let (intake, notices) = (HeldIntake(), SyslogContractTests.Notices())
        let running = Self.run(UnixSourceOptions(path: path), into: intake, notices: notices)
        _ = try await running.listening()
        let good = try SocketPeer(path: path)
        try await good.send(Self.eve(1) + "\n")
        try await eventually { intake.records.count == 1 }
        let bad = try SocketPeer(path: path)
        try await bad.send("\u{1}\u{2}\u{3}\n")
        #expect(await bad.receive().isEmpty)
        try await good.send("{\"cut\n" + Self.eve(2) + "\n")
        try await eventually { intake.records.count == 3 }
        #expect(intake.texts.last == Self.eve(2))
        #expect(notices.all.count == 1)
        try await running.stop()
    }

    @Test(arguments: UnixSourceOptions.Socket.allCases) func hugeMessage(_ socket: UnixSourceOptions.Socket) async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        let intake = HeldIntake()
        let running = Self.run(UnixSourceOptions(path: path, socket: socket, maxRecordBytes: 1024), into: intake)
        _ = try await running.listening()
        let peer = try SocketPeer(path: path, isDatagram: socket == .datagram)
        try await peer.send(Self.eve(1) + "\n")
        try await eventually { intake.records.count == 1 }
        try await peer.send("{\"x\":\"" + String(repeating: "x", count: 30_000) + "\"}\n")
        try await peer.send(Self.eve(2) + "\n")
        try await eventually { intake.records.count == 3 }
        #expect(intake.state.withLock { $0.oversized } == [30_008])
        #expect(intake.texts.last == Self.eve(2))
        try await running.stop()
    }

    /// The kernel tells when a local peer is gone, so nothing stays half open: the last record of a peer that dies needs no end.
    @Test func halfOpenPeer() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        let intake = HeldIntake()
        let running = Self.run(UnixSourceOptions(path: path), into: intake)
        _ = try await running.listening()
        do {
            let peer = try SocketPeer(path: path)
            try await peer.send(Self.eve(1))
        }
        try await eventually { intake.texts == [Self.eve(1)] }
        try await running.stop()
    }

    @Test(arguments: UnixSourceOptions.Socket.allCases) func shutdown(_ socket: UnixSourceOptions.Socket) async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        let intake = HeldIntake()
        let running = Self.run(UnixSourceOptions(path: path, socket: socket), into: intake)
        _ = try await running.listening()
        let peer = try SocketPeer(path: path, isDatagram: socket == .datagram)
        intake.holdCommits()
        try await peer.send(Self.eve(1) + "\n")
        try await eventually { intake.records.count == 1 }
        running.task.cancel()
        for _ in 0..<200 { await Task.yield() }
        intake.commit()
        try await running.stop()
    }

    // MARK: The socket file

    @Test(arguments: UnixSourceOptions.Socket.allCases) func aLeftOverSocketFileIsReplaced(_ socket: UnixSourceOptions.Socket) async throws
    {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        // Bound and closed, as a killed process leaves it.
        let type = Int32((socket == .datagram ? SOCK_DGRAM : SOCK_STREAM).rawValue)
        let descriptor = Glibc.socket(AF_UNIX, type, 0)
        let address = try #require(Self.address(path))
        let status = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(status == 0)
        close(descriptor)
        let running = Self.run(UnixSourceOptions(path: path, socket: socket, mode: 0o620), into: HeldIntake())
        _ = try await running.listening()
        var file = stat()
        #expect(lstat(path, &file) == 0 && file.st_mode & 0o777 == 0o620)
        // While somebody listens, nobody else may.
        let second = Self.run(UnixSourceOptions(path: path, socket: socket), into: HeldIntake())
        await #expect { try await second.task.value } throws: { "\($0)".contains("somebody listens") }
        try await running.stop()
    }

    @Test func otherFilesAreLeftAlone() async throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/s"
        close(creat(path, 0o600))
        let running = Self.run(UnixSourceOptions(path: path), into: HeldIntake())
        await #expect { try await running.task.value } throws: { "\($0)".contains("is no socket") }
        #expect(access(path, F_OK) == 0)
    }

    private static func address(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        return address
    }

    @Test func ownersAreLookedUp() throws {
        #expect(try SocketOwner("root").user == 0)
        #expect(try SocketOwner(":root") == SocketOwner("4294967295:0"))
        #expect(throws: ListenError.self) { try SocketOwner("nobody-has-this-name") }
    }
}

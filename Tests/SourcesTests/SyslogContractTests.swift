import Model
import Synchronization
import Testing

@testable import Sources

@Suite(.timeLimit(.minutes(3))) struct SyslogContractTests {
    typealias Running = RunningSource<Int>

    static func options(
        _ transport: SyslogSourceOptions.Transport, _ change: (inout SyslogSourceOptions) -> Void = { _ in }
    ) throws -> SyslogSourceOptions {
        var options = try SyslogSourceOptions(listen: try #require(ListenAddress("127.0.0.1:0")), transports: [transport])
        change(&options)
        return options
    }

    static func run(_ options: SyslogSourceOptions, into intake: HeldIntake, notices: Notices = Notices()) -> Running {
        Running(into: intake) { bound in SyslogSource(options, onBound: { bound($1) }, onNotice: { notices.add($0) }) }
    }

    final class Notices: Sendable {
        private let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    static let line = "<38>Nov 21 10:00:00 gate sshd[7]: Failed password for root from 192.0.2.7 port 4711 ssh2\n"

    @Test func backPressure() async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options(.tcp), into: intake)
        let peer = try SocketPeer(port: try await running.listening())
        intake.hold()
        try await peer.send(Self.line)
        try await eventually { intake.waiting == 1 }
        let sent = try await peer.fill(with: Self.line, upTo: 64 << 20)
        #expect(sent < 64 << 20, "the kernel must refuse what is not read")
        intake.release()
        peer.finish()
        let count = 1 + (sent + Self.line.utf8.count - 1) / Self.line.utf8.count
        try await eventually { intake.records.count == count }
        // Reading stops at 64 KiB; one read more may come on top, and at the peer's end all that the kernel holds.
        #expect(intake.state.withLock { $0.largestBatch } <= 2 * ConnectionListener.kernelBytes + (128 << 10))
        try await running.stop()
    }

    /// Nothing is asked for again in syslog: after a restart the next messages come, and none twice.
    @Test func resumeWithoutLoss() async throws {
        let intake = HeldIntake()
        for number in 0..<3 {
            let running = Self.run(try Self.options(.tcp), into: intake)
            let peer = try SocketPeer(port: try await running.listening())
            try await peer.send("<13>1 - h a - - - message \(number)\n")
            try await eventually { intake.records.count == number + 1 }
            try await running.stop()
        }
        #expect(intake.texts == (0..<3).map { "<13>1 - h a - - - message \($0)" })
    }

    @Test func reconnect() async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options(.tcp), into: intake)
        let port = try await running.listening()
        for number in 0..<20 {
            let peer = try SocketPeer(port: port)
            try await peer.send("<13>a: \(number)\n<13>a: cut \(number)")
            if number % 2 == 0 { peer.finish() }
            try await eventually { intake.texts.contains("<13>a: \(number)") }
        }
        // The last message of a connection needs no end.
        try await eventually { intake.records.count == 40 }
        #expect(Set(intake.texts) == Set((0..<20).flatMap { ["<13>a: \($0)", "<13>a: cut \($0)"] }))
        try await running.stop()
    }

    @Test(arguments: [SyslogSourceOptions.Transport.udp, .tcp]) func malformedMessage(over transport: SyslogSourceOptions.Transport)
        async throws
    {
        let intake = HeldIntake()
        let running = Self.run(try Self.options(transport), into: intake)
        let peer = try SocketPeer(port: try await running.listening(), isDatagram: transport == .udp)
        let messages = ["\u{1}\u{2}no header at all", "<999>what", "<13>{\"cut\": ", "{\"a\":1}", "<13>1 - - - - - - {\"unknown\":true}"]
        for message in messages { try await peer.send(message + "\n") }
        try await eventually { intake.records.count == messages.count }
        #expect(Set(intake.texts) == Set(messages))
        #expect(intake.records.allSatisfy { $0.format == "syslog" })
        try await running.stop()
    }

    @Test func hugeMessage() async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options(.tcp) { $0.maxRecordBytes = 1024 }, into: intake)
        let port = try await running.listening()
        let lines = try SocketPeer(port: port)
        try await lines.send("<13>" + String(repeating: "x", count: 300_000) + "\n<13>after\n")
        let counted = try SocketPeer(port: port)
        try await counted.send("300000 <14>" + String(repeating: "y", count: 299_996) + "9 <14>after")
        try await eventually { intake.records.count == 4 }
        #expect(Set(intake.texts).isSuperset(of: ["<13>after", "<14>after"]))
        #expect(intake.state.withLock { $0.oversized }.sorted() == [300_000, 300_004])
        #expect(intake.records.allSatisfy { $0.text.utf8.count <= 4096 })
        try await running.stop()
    }

    @Test func halfOpenPeer() async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options(.tcp) { $0.idleTimeout = .milliseconds(100) }, into: intake)
        let peer = try SocketPeer(port: try await running.listening())
        try await peer.send("<13>said before it fell silent")
        // The listener hangs up, and the message that had no end is kept.
        #expect(await peer.receive().isEmpty)
        try await eventually { intake.texts == ["<13>said before it fell silent"] }
        try await running.stop()
    }

    @Test func shutdown() async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options(.tcp), into: intake)
        let peer = try SocketPeer(port: try await running.listening())
        intake.holdCommits()
        try await peer.send("<13>one\n<13>two\n")
        try await eventually { intake.records.count == 2 }
        running.task.cancel()
        // The end waits for the commit.
        for _ in 0..<200 { await Task.yield() }
        intake.commit()
        try await running.stop()
        #expect(await peer.receive().isEmpty)
    }

    /// A journal that cannot write ends the source, whose supervisor then waits and begins anew.
    @Test(arguments: [SyslogSourceOptions.Transport.udp, .tcp])
    func journalThatFails(over transport: SyslogSourceOptions.Transport) async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options(transport), into: intake)
        let peer = try SocketPeer(port: try await running.listening(), isDatagram: transport == .udp)
        intake.fail()
        try await peer.send("<13>h: x\n")
        await #expect { try await running.task.value } throws: { ($0 as? IntakeError)?.code == .journalUnavailable }
    }

    // MARK: Datagrams

    @Test func oneDatagramIsOneRecord() async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options(.udp), into: intake)
        let peer = try SocketPeer(port: try await running.listening(), isDatagram: true)
        try await peer.send("<13>Nov 21 10:00:00 h java: first line\n\tat second line\n")
        try await peer.send("\n")
        try await peer.send("<13>last")
        try await eventually { intake.records.count == 2 }
        #expect(intake.texts == ["<13>Nov 21 10:00:00 h java: first line\n\tat second line", "<13>last"])
        try await running.stop()
    }

    /// What the kernel drops is counted: sent = stored + shed.
    @Test func datagramsThatTheKernelDropsAreShed() async throws {
        let (intake, notices, count) = (HeldIntake(), Notices(), 12_000)
        let running = Self.run(try Self.options(.udp) { $0.receiveBufferBytes = 4096 }, into: intake, notices: notices)
        let peer = try SocketPeer(port: try await running.listening(), isDatagram: true)
        intake.hold()
        for number in 0..<count { try await peer.send("<13>h: \(number)") }
        intake.release()
        try await eventually { intake.state.withLock { $0.records.count + $0.shed } == count }
        #expect(intake.state.withLock { $0.shed } > 0)
        #expect(intake.records.count > 0)
        #expect(notices.all.contains { $0.contains("receive_buffer") })
        try await running.stop()
    }

    @Test func sendersWhoAreNotAllowedAreFiltered() async throws {
        let (intake, notices) = (HeldIntake(), Notices())
        let allow = AllowList(networks: [try #require(Network("192.0.2.0/24"))])
        let udp = Self.run(try Self.options(.udp) { $0.allow = allow }, into: intake, notices: notices)
        let peer = try SocketPeer(port: try await udp.listening(), isDatagram: true)
        try await peer.send("<13>h: refused")
        try await eventually { intake.state.withLock { $0.filtered } == 1 }
        try await udp.stop()
        let tcp = Self.run(try Self.options(.tcp) { $0.allow = allow }, into: intake, notices: notices)
        let connection = try SocketPeer(port: try await tcp.listening())
        #expect(await connection.receive().isEmpty)
        try await tcp.stop()
        #expect(intake.records.isEmpty)
        #expect(notices.all.count == 2 && notices.all.allSatisfy { $0.contains("allow") })
    }

    @Test func connectionsBeyondTheLimitAreRefused() async throws {
        let (intake, notices) = (HeldIntake(), Notices())
        let running = Self.run(try Self.options(.tcp) { $0.maxConnections = 1 }, into: intake, notices: notices)
        let port = try await running.listening()
        let first = try SocketPeer(port: port)
        try await first.send("<13>first\n")
        try await eventually { intake.records.count == 1 }
        let second = try SocketPeer(port: port)
        #expect(await second.receive().isEmpty)
        try await first.send("<13>still here\n")
        try await eventually { intake.records.count == 2 }
        #expect(notices.all.count == 1)
        try await running.stop()
    }

    // MARK: Writers

    static let mixed = [
        "<38>Nov 21 10:00:00 gate sshd[7]: Failed password for root from 192.0.2.7 port 4711 ssh2",
        "<4>Nov 21 10:00:00 wall kernel: IN=eth0 OUT= SRC=192.0.2.8 DST=198.51.100.1 PROTO=TCP SPT=1 DPT=22",
        #"<142>1 2026-11-21T10:00:00Z ids suricata 4 - - {"timestamp":"2026-11-21T10:00:00.000000+0000","event_type":"alert","src_ip":"192.0.2.9","src_port":1,"dest_ip":"198.51.100.1","dest_port":22,"proto":"TCP","alert":{"signature_id":1,"signature":"x","severity":1}}"#,
        #"<142>1 2026-11-21T10:00:00Z pot cowrie 4 - - {"eventid":"cowrie.login.failed","username":"root","password":"x","timestamp":"2026-11-21T10:00:00.000000Z","src_ip":"192.0.2.10","session":"a1","sensor":"pot"}"#,
        "<13>Nov 21 10:00:00 localhost app: no name of its own",
    ]

    @Test(arguments: [SyslogSourceOptions.SensorName.header, .peer]) func mixedSendersShareAPort(_ name: SyslogSourceOptions.SensorName)
        async throws
    {
        let intake = HeldIntake()
        let running = Self.run(try Self.options(.tcp) { $0.sensorFrom = name }, into: intake)
        let peer = try SocketPeer(port: try await running.listening())
        for message in Self.mixed { try await peer.send("\(message.utf8.count) \(message)") }
        try await eventually { intake.records.count == Self.mixed.count }
        let byText = Dictionary(uniqueKeysWithValues: intake.records.map { ($0.text, $0) })
        #expect(Self.mixed.map { byText[$0]?.format } == ["syslog", "syslog", "suricata", "cowrie", "syslog"])
        let sensors = name == .header ? ["gate", "wall", "ids", "pot", "127.0.0.1"] : Array(repeating: "127.0.0.1", count: 5)
        #expect(Self.mixed.map { byText[$0]?.sensor } == sensors)
        try await running.stop()
    }

    @Test func headersAreStrippedOnRequest() async throws {
        let intake = HeldIntake()
        let running = Self.run(
            try Self.options(.udp) {
                $0.stripsHeader = true
                $0.sensor = "lab"
            }, into: intake)
        let peer = try SocketPeer(port: try await running.listening(), isDatagram: true)
        for message in Self.mixed.prefix(4) { try await peer.send(message) }
        try await eventually { intake.records.count == 4 }
        #expect(intake.texts.contains("Failed password for root from 192.0.2.7 port 4711 ssh2"))
        #expect(intake.records.filter { $0.text.hasPrefix("{") }.map(\.format).sorted() == ["cowrie", "suricata"])
        #expect(intake.records.allSatisfy { $0.sensor == nil })
        try await running.stop()
    }

    /// Any number of invented hosts only costs their lanes.
    @Test func sendersAreBounded() async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options(.tcp) { $0.maxSenders = 16 }, into: intake)
        let peer = try SocketPeer(port: try await running.listening())
        for number in 0..<500 { try await peer.send("<13>Nov 21 10:00:00 host\(number) app: x\n") }
        try await eventually { intake.records.count == 500 }
        #expect(Set(intake.records.map(\.sensor)).count == 500)
        try await running.stop()
    }
}

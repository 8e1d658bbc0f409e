import Model
import Sources
import Testing

@Suite(.timeLimit(.minutes(3))) struct DecoyContractTests {
    typealias Running = RunningSource<Int>

    static func options(_ services: [DecoyService], _ change: (inout DecoySourceOptions) -> Void = { _ in }) throws -> DecoySourceOptions {
        var options = DecoySourceOptions(listen: try #require(ListenAddress("127.0.0.1:0")), ports: services.map { DecoyPort($0, 0) })
        change(&options)
        return options
    }

    static func run(
        _ options: DecoySourceOptions, into intake: HeldIntake, notices: SyslogContractTests.Notices = .init()
    ) -> Running {
        Running(into: intake) { bound in DecoySource(options, onBound: { bound($1) }, onNotice: { notices.add($0) }) }
    }

    /// A journal that takes nothing keeps conversations in their places, so that no more are let in.
    @Test func backPressure() async throws {
        let (intake, notices) = (HeldIntake(), SyslogContractTests.Notices())
        let running = Self.run(try Self.options([.ftp]) { $0.maxConnections = 2 }, into: intake, notices: notices)
        let port = try await running.listening()
        intake.hold()
        for _ in 0..<2 {
            let peer = try SocketPeer(port: port)
            #expect(await peer.receive().starts(with: "220".utf8))
            try await peer.send("QUIT\r\n")
            _ = await peer.receiveAll()
        }
        try await eventually { intake.waiting == 1 }
        intake.release()
        try await eventually { intake.records.count == 2 }
        try await running.stop()
    }

    /// A conversation cannot be had again: what was kept stays, and new ones come once.
    @Test func resumeWithoutLoss() async throws {
        let intake = HeldIntake()
        for number in 0..<3 {
            let running = Self.run(try Self.options([.ftp]), into: intake)
            let peer = try SocketPeer(port: try await running.listening())
            try await peer.send("USER u\(number)\r\nPASS p\r\nQUIT\r\n")
            try await eventually { intake.records.count == number + 1 }
            try await running.stop()
        }
        #expect(intake.texts.enumerated().allSatisfy { $1.contains("\"user\":\"u\($0)\"") })
        #expect(Set(intake.records.map(\.format)) == ["decoy"])
    }

    @Test func reconnect() async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options([.redis]), into: intake)
        let port = try await running.listening()
        for _ in 0..<10 {
            let peer = try SocketPeer(port: port)
            try await peer.send("PING\r\n")
            #expect(await peer.receive() == Array("+PONG\r\n".utf8))
        }
        try await eventually { intake.records.count == 10 }
        #expect(intake.texts.allSatisfy { $0.contains("\"end\":\"peer\"") })
        try await running.stop()
    }

    @Test func malformedMessage() async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options([.http]), into: intake)
        let peer = try SocketPeer(port: try await running.listening())
        try await peer.send([0x16, 3, 1, 0, 0xff, 0xfe, 13, 10, 13, 10])
        #expect(await peer.receiveAll().starts(with: "HTTP/1.1 400".utf8))
        try await eventually { intake.records.count == 1 }
        #expect(intake.texts[0].contains("\"kind\":\"contact\"") && intake.texts[0].contains("\"first_bytes\":\"FgMBAP/+DQoNCg==\""))
        try await running.stop()
    }

    @Test func hugeMessage() async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options([.telnet]) { $0.maximumBytes = 4096 }, into: intake)
        let peer = try SocketPeer(port: try await running.listening())
        try await peer.send(String(repeating: "x", count: 5000))
        _ = await peer.receiveAll()
        try await eventually { intake.records.count == 1 }
        #expect(intake.texts[0].contains("\"end\":\"limit\""))
        #expect(intake.texts[0].utf8.count < 2048)
        try await running.stop()
    }

    @Test(arguments: ["idle", "time"]) func halfOpenPeer(_ limit: String) async throws {
        let intake = HeldIntake()
        let running = Self.run(
            try Self.options([.ssh]) {
                if limit == "idle" { $0.idleTimeout = .milliseconds(80) } else { $0.maximumTime = .milliseconds(80) }
            },
            into: intake)
        let peer = try SocketPeer(port: try await running.listening())
        // A busy machine may reach the limit before the banner is out.
        _ = await peer.receiveAll()
        try await eventually { intake.records.count == 1 }
        #expect(intake.texts[0].contains("\"end\":\"\(limit)\""))
        try await running.stop()
    }

    /// What is under way when the source ends is kept as far as it went.
    @Test func shutdown() async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options([.ftp]), into: intake)
        let peer = try SocketPeer(port: try await running.listening())
        try await peer.send("USER root\r\nPASS x\r\n")
        var heard: [UInt8] = []
        while !String(decoding: heard, as: UTF8.self).contains("530"), case let more = await peer.receive(), !more.isEmpty {
            heard += more
        }
        #expect(heard.starts(with: "220".utf8))
        try await running.stop()
        #expect(
            intake.texts.count == 1 && intake.texts[0].contains("\"password\":\"x\"") && intake.texts[0].contains("\"end\":\"stopped\""))
    }

    // MARK: Limits

    @Test func connectionsOfAnAddressAreLimited() async throws {
        let (intake, notices) = (HeldIntake(), SyslogContractTests.Notices())
        let running = Self.run(try Self.options([.ftp]) { $0.maxConnectionsPerAddress = 1 }, into: intake, notices: notices)
        let port = try await running.listening()
        let first = try SocketPeer(port: port)
        #expect(await first.receive().starts(with: "220".utf8))
        let second = try SocketPeer(port: port)
        #expect(await second.receiveAll().isEmpty)
        #expect(notices.all.count == 1)
        try await running.stop()
    }

    @Test func datagramsAreAnsweredByNoMoreThanTheyBring() async throws {
        let intake = HeldIntake()
        let running = Self.run(try Self.options([.sip]), into: intake)
        let peer = try SocketPeer(port: try await running.listening(), isDatagram: true)
        try await peer.send("REGISTER sip:a SIP/2.0\r\n\r\n")
        let request =
            "OPTIONS sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7\r\nFrom: <sip:100@192.0.2.1>\r\nTo: <sip:100@192.0.2.1>\r\nCall-ID: 1\r\n"
            + "CSeq: 1 OPTIONS\r\nUser-Agent: friendly-scanner\r\nMax-Forwards: 70\r\n\r\n"
        try await peer.send(request)
        let answer = await peer.receive()
        #expect(answer.starts(with: "SIP/2.0 200".utf8) && answer.count <= request.utf8.count)
        try await eventually { intake.records.count == 2 }
        #expect(intake.texts[1].contains("friendly-scanner"))
        try await running.stop()
    }
}

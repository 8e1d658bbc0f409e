/// A protocol that a decoy speaks.
public enum DecoyService: String, Sendable, CaseIterable {
    case ssh, telnet, ftp, smtp, pop3, imap, http, redis, mysql, vnc, sip, docker, adb

    /// Whether it comes in datagrams.
    public var isDatagram: Bool { self == .sip }

    /// The application protocol, `network.protocol`.
    var networkProtocol: String { self == .docker ? "http" : rawValue }

    /// A conversation that begins. The bytes make challenges differ.
    func dialogue(random: [UInt8]) -> any DecoyDialogue {
        switch self {
        case .ssh: SSHDecoy()
        case .telnet: TelnetDecoy()
        case .ftp: FTPDecoy()
        case .smtp: SMTPDecoy()
        case .pop3: POP3Decoy()
        case .imap: IMAPDecoy()
        case .http: HTTPDecoy(.web)
        case .redis: RedisDecoy()
        case .mysql: MySQLDecoy(salt: random)
        case .vnc: VNCDecoy(challenge: random)
        case .sip: SIPDecoy()
        case .docker: HTTPDecoy(.docker)
        case .adb: ADBDecoy()
        }
    }
}

/// A service on a port.
public struct DecoyPort: Hashable, Sendable {
    /// What is spoken.
    public let service: DecoyService
    /// Where; 0 lets the system choose.
    public let port: Int

    /// A service on a port.
    public init(_ service: DecoyService, _ port: Int) {
        self.service = service
        self.port = port
    }

    /// Reads `ssh:2222`. Throws ``ListenError`` naming what is wrong.
    public init(_ text: String) throws(ListenError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let port = Int(parts[1]), (0...65_535).contains(port) else {
            throw ListenError(.badOption, option: "services", "\(text) is no service with a port; write e.g. ssh:2222")
        }
        guard let service = DecoyService(rawValue: parts[0]) else {
            let known = DecoyService.allCases.map(\.rawValue).joined(separator: ", ")
            throw ListenError(.badOption, option: "services", "there is no service \(parts[0]); there are \(known)")
        }
        self.init(service, port)
    }
}

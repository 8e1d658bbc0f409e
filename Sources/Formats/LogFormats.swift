import Model
import Wire

/// Decodes any syslog, RFC 3164 and 5424: keeps every line, and recognises what the other text formats know, line by line.
///
/// So one `syslog` source may carry sshd, firewalls, web servers, CEF and Suricata at once.
public struct SyslogFormat: Format, LogLineFormat {
    public static let spec = FormatSpec(
        name: "syslog", summary: "Any syslog (RFC 3164, RFC 5424) and other text logs, line by line", framing: .lines)
    static let claim = (share: 0.6, likelihood: 60)
    var decoder: LogLineDecoder

    public init?(state: [UInt8]) {
        guard let decoder = LogLineDecoder(state: state) else { return nil }
        self.decoder = decoder
    }

    /// A decoder at the beginning of a stream.
    init() { decoder = LogLineDecoder() }

    /// A time and then a comma or semicolon is a table, not a log.
    static func owns(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool {
        guard line.form == .none else { return true }
        guard line.time != nil, !line.body.isEmpty else { return false }
        return text[line.body.lowerBound] != UInt8(ascii: ",") && text[line.body.lowerBound] != UInt8(ascii: ";")
    }
}

/// Decodes OpenSSH's log (`auth.log`, `secure`).
public struct SSHDFormat: Format, LogLineFormat {
    public static let spec = FormatSpec(name: "sshd", summary: "OpenSSH server: auth.log, secure", framing: .lines)
    static let claim = (share: 0.5, likelihood: 80)
    var decoder: LogLineDecoder

    public init?(state: [UInt8]) {
        guard let decoder = LogLineDecoder(state: state) else { return nil }
        self.decoder = decoder
    }

    static func owns(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool { SSHLog.programs.number(text.extracting(line.app)) != nil }
}

/// Decodes fail2ban's log.
public struct Fail2banFormat: Format, LogLineFormat {
    public static let spec = FormatSpec(name: "fail2ban", summary: "fail2ban: bans and what was found", framing: .lines)
    static let claim = (share: 0.5, likelihood: 85)
    var decoder: LogLineDecoder

    public init?(state: [UInt8]) {
        guard let decoder = LogLineDecoder(state: state) else { return nil }
        self.decoder = decoder
    }

    static func owns(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool {
        text.has("fail2ban.", at: line.body.lowerBound) || !line.app.isEmpty && text.has("fail2ban", at: line.app.lowerBound)
    }
}

/// Decodes packets logged by Linux: iptables, nftables, ufw.
public struct NetfilterFormat: Format, LogLineFormat {
    public static let spec = FormatSpec(name: "netfilter", summary: "Linux packet filter: iptables, nftables, ufw", framing: .lines)
    static let claim = (share: 0.5, likelihood: 85)
    var decoder: LogLineDecoder

    public init?(state: [UInt8]) {
        guard let decoder = LogLineDecoder(state: state) else { return nil }
        self.decoder = decoder
    }

    static func owns(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool {
        text.range(of: " SRC=", from: line.body.lowerBound) != nil && text.range(of: " DST=", from: line.body.lowerBound) != nil
    }
}

/// Decodes pf's packet log of pfSense and OPNsense.
public struct FilterLogFormat: Format, LogLineFormat {
    public static let spec = FormatSpec(name: "filterlog", summary: "pfSense and OPNsense packet filter", framing: .lines)
    static let claim = (share: 0.5, likelihood: 85)
    var decoder: LogLineDecoder

    public init?(state: [UInt8]) {
        guard let decoder = LogLineDecoder(state: state) else { return nil }
        self.decoder = decoder
    }

    static func owns(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool { text.extracting(line.app).equals("filterlog") }
}

/// Decodes Cisco ASA, FTD and PIX.
public struct CiscoASAFormat: Format, LogLineFormat {
    public static let spec = FormatSpec(name: "cisco-asa", summary: "Cisco ASA, FTD and PIX firewalls", framing: .lines)
    static let claim = (share: 0.5, likelihood: 88)
    var decoder: LogLineDecoder

    public init?(state: [UInt8]) {
        guard let decoder = LogLineDecoder(state: state) else { return nil }
        self.decoder = decoder
    }

    static func owns(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool { CiscoASALog.mark(text, line.body) != nil }
}

/// Decodes FortiGate's logs.
public struct FortinetFormat: Format, LogLineFormat {
    public static let spec = FormatSpec(name: "fortinet", summary: "Fortinet FortiGate, key=value", framing: .lines)
    static let claim = (share: 0.5, likelihood: 88)
    var decoder: LogLineDecoder

    public init?(state: [UInt8]) {
        guard let decoder = LogLineDecoder(state: state) else { return nil }
        self.decoder = decoder
    }

    static func owns(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool {
        text.range(of: "logid=") != nil && text.range(of: "type=") != nil
    }
}

/// Decodes messages in ArcSight's Common Event Format.
public struct CEFFormat: Format, LogLineFormat {
    public static let spec = FormatSpec(name: "cef", summary: "Common Event Format (ArcSight), with or without syslog", framing: .lines)
    static let claim = (share: 0.5, likelihood: 88)
    var decoder: LogLineDecoder

    public init?(state: [UInt8]) {
        guard let decoder = LogLineDecoder(state: state) else { return nil }
        self.decoder = decoder
    }

    static func owns(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool {
        EventFormatLog.beginning(text, line.body).map { text.has("CEF", at: $0) } ?? false
    }
}

/// Decodes messages in IBM's Log Event Extended Format.
public struct LEEFFormat: Format, LogLineFormat {
    public static let spec = FormatSpec(
        name: "leef", summary: "Log Event Extended Format (QRadar), with or without syslog", framing: .lines)
    static let claim = (share: 0.5, likelihood: 88)
    var decoder: LogLineDecoder

    public init?(state: [UInt8]) {
        guard let decoder = LogLineDecoder(state: state) else { return nil }
        self.decoder = decoder
    }

    static func owns(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool {
        EventFormatLog.beginning(text, line.body).map { text.has("LEEF", at: $0) } ?? false
    }
}

/// Decodes access logs of web servers.
public struct WebAccessFormat: Format, LogLineFormat {
    public static let spec = FormatSpec(
        name: "web-access", summary: "Apache, nginx and other access logs, common or combined", framing: .lines)
    static let claim = (share: 0.5, likelihood: 85)
    var decoder: LogLineDecoder

    public init?(state: [UInt8]) {
        guard let decoder = LogLineDecoder(state: state) else { return nil }
        self.decoder = decoder
    }

    static func owns(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool { WebAccessLog.Parts(text, line.body) != nil }
}

/// Decodes error logs of Apache and nginx.
public struct WebErrorFormat: Format, LogLineFormat {
    public static let spec = FormatSpec(name: "web-error", summary: "Apache and nginx error logs, ModSecurity included", framing: .lines)
    static let claim = (share: 0.5, likelihood: 82)
    var decoder: LogLineDecoder

    public init?(state: [UInt8]) {
        guard let decoder = LogLineDecoder(state: state) else { return nil }
        self.decoder = decoder
    }

    static func owns(_ text: Span<UInt8>, _ line: SyslogLine) -> Bool { WebErrorLog.owns(text, line) }
}

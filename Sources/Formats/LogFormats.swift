import Wire

/// A format of text lines. All are decoded alike (``LogLineDecoder``), whatever a line says; the formats differ in what they claim.
struct LogFormat: Sendable {
    let spec: FormatSpec
    /// The share of the first lines that must be of the format.
    let share: Double
    /// How sure it then is.
    let likelihood: Int
    /// Whether a line is the format's own.
    let owns: @Sendable (_ text: Span<UInt8>, _ line: SyslogLine) -> Bool

    init(
        _ name: String, _ summary: String, share: Double = 0.5, likelihood: Int,
        owns: @escaping @Sendable (_ text: Span<UInt8>, _ line: SyslogLine) -> Bool
    ) {
        spec = FormatSpec(name: name, summary: summary, framing: .lines)
        self.share = share
        self.likelihood = likelihood
        self.owns = owns
    }

    /// The catalogue's entry of the format.
    var entry: FormatCatalogue.Entry {
        FormatCatalogue.Entry(
            spec: spec, make: { LogLineDecoder(state: $0) },
            likelihood: { head, _ in LogText.shares(of: head, owns) >= share ? likelihood : 0 })
    }
}

extension LogFormat {
    /// Any syslog, RFC 3164 and 5424: keeps every line, and recognises what the other text formats know, line by line.
    ///
    /// So one `syslog` source may carry sshd, firewalls, web servers, CEF and Suricata at once.
    ///
    /// A time and then a comma or semicolon is a table, not a log.
    static let syslog = LogFormat("syslog", "Any syslog (RFC 3164, RFC 5424) and other text logs, line by line", share: 0.6, likelihood: 60)
    { text, line in
        guard line.form == .none else { return true }
        guard line.time != nil, !line.body.isEmpty else { return false }
        return text[line.body.lowerBound] != UInt8(ascii: ",") && text[line.body.lowerBound] != UInt8(ascii: ";")
    }

    /// OpenSSH's log (`auth.log`, `secure`).
    static let sshd = LogFormat("sshd", "OpenSSH server: auth.log, secure", likelihood: 80) { text, line in
        SSHLog.programs.number(text.extracting(line.app)) != nil
    }

    /// The log of fail2ban.
    static let fail2ban = LogFormat("fail2ban", "fail2ban: bans and what was found", likelihood: 85) { text, line in
        text.has("fail2ban.", at: line.body.lowerBound) || !line.app.isEmpty && text.has("fail2ban", at: line.app.lowerBound)
    }

    /// Packets logged by Linux: iptables, nftables, ufw.
    static let netfilter = LogFormat("netfilter", "Linux packet filter: iptables, nftables, ufw", likelihood: 85) { text, line in
        text.range(of: " SRC=", from: line.body.lowerBound) != nil && text.range(of: " DST=", from: line.body.lowerBound) != nil
    }

    /// The packet log of pfSense and OPNsense.
    static let filterLog = LogFormat("filterlog", "pfSense and OPNsense packet filter", likelihood: 85) { text, line in
        text.extracting(line.app).equals("filterlog")
    }

    /// Cisco ASA, FTD and PIX.
    static let ciscoASA = LogFormat("cisco-asa", "Cisco ASA, FTD and PIX firewalls", likelihood: 88) { text, line in
        CiscoASALog.mark(text, line.body) != nil
    }

    /// FortiGate's logs.
    static let fortinet = LogFormat("fortinet", "Fortinet FortiGate, key=value", likelihood: 88) { text, line in
        text.range(of: "logid=") != nil && text.range(of: "type=") != nil
    }

    /// Messages in ArcSight's Common Event Format.
    static let cef = LogFormat("cef", "Common Event Format (ArcSight), with or without syslog", likelihood: 88) { text, line in
        EventFormatLog.beginning(text, line.body).map { text.has("CEF", at: $0) } ?? false
    }

    /// Messages in IBM's Log Event Extended Format.
    static let leef = LogFormat("leef", "Log Event Extended Format (QRadar), with or without syslog", likelihood: 88) { text, line in
        EventFormatLog.beginning(text, line.body).map { text.has("LEEF", at: $0) } ?? false
    }

    /// Access logs of web servers.
    static let webAccess = LogFormat("web-access", "Apache, nginx and other access logs, common or combined", likelihood: 85) {
        text, line in WebAccessLog.Parts(text, line.body) != nil
    }

    /// Error logs of Apache and nginx.
    static let webError = LogFormat("web-error", "Apache and nginx error logs, ModSecurity included", likelihood: 82) { text, line in
        WebErrorLog.owns(text, line)
    }
}

import Model

/// Which value of a Zeek record goes where, by Zeek's own names; JSON and TSV share the rules.
enum Zeek {
    /// The rules whose values the code reads, in the order of ``rules``.
    enum Path: Int {
        case path, ts, node, note, name, msg, sub, originHost, originPort, responderHost, responderPort, source, destination, port
        case proto, service, duration, originBytes, responderBytes, originPackets, responderPackets, state, method, host, uri, status
        case query, queryType, serverName, authSuccess, function, result, user, command, writeTime, userAgent, responseCode
        case hostKey, cookie, cipher, mailFrom, analyzer, software, fingerprint, mimeType, assigned, statsMemory, trafficNames, ntlmSuccess
        case indicator, certificateSerial, ftpReply, version, subject, sharePath, reason

        /// How many there are.
        static let count = Path.reason.rawValue + 1
    }

    static let rules: [FieldRule] = [
        FieldRule("_path", .aside), FieldRule("ts", .aside), FieldRule("_node_name", .keyword(.observerIngress)),
        FieldRule("note", .keyword(.ruleName)), FieldRule("name", .aside), FieldRule("msg", .aside), FieldRule("sub", .label("sub")),
        FieldRule("id.orig_h", .aside), FieldRule("id.orig_p", .aside), FieldRule("id.resp_h", .aside), FieldRule("id.resp_p", .aside),
        FieldRule("src", .aside), FieldRule("dst", .aside), FieldRule("p", .aside),
        FieldRule("proto", .lowercased(.networkTransport)), FieldRule("service", .aside), FieldRule("duration", .aside),
        FieldRule("orig_bytes", .integer(.sourceBytes)), FieldRule("resp_bytes", .integer(.destinationBytes)),
        FieldRule("orig_pkts", .integer(.sourcePackets)), FieldRule("resp_pkts", .integer(.destinationPackets)),
        FieldRule("conn_state", .label("conn_state")), FieldRule("method", .keyword(.httpMethod)), FieldRule("host", .aside),
        FieldRule("uri", .keyword(.urlOriginal)), FieldRule("status_code", .integer(.httpStatus)),
        FieldRule("query", .keyword(.dnsQuestionName)), FieldRule("qtype_name", .keyword(.dnsQuestionType)),
        FieldRule("server_name", .keyword(.tlsServerName)), FieldRule("auth_success", .aside), FieldRule("func", .label("function")),
        FieldRule("result", .label("result")), FieldRule("user", .keyword(.userName)), FieldRule("command", .label("command")),
        FieldRule("_write_ts", .date(.eventCreated)), FieldRule("user_agent", .keyword(.userAgent)),
        FieldRule("rcode_name", .keyword(.dnsResponseCode)), FieldRule("host_key", .label("host_key")),
        FieldRule("cookie", .label("cookie")), FieldRule("cipher", .label("cipher")), FieldRule("mailfrom", .label("mail_from")),
        FieldRule("analyzer", .label("analyzer")), FieldRule("software_type", .label("software_type")),
        FieldRule("fingerprint", .label("certificate_fingerprint")), FieldRule("mime_type", .keyword(.fileType)),
        FieldRule("assigned_addr", .label("dhcp_assigned_ip")), FieldRule("pkts_proc", .label("stats_packets")),
        FieldRule("share_type", .label("share_type")), FieldRule("success", .aside), FieldRule("seen.indicator", .label("indicator")),
        FieldRule("certificate.serial", .keyword(.tlsSerial)), FieldRule("reply_code", .label("reply_code")),
        FieldRule("version", .aside), FieldRule("subject", .aside), FieldRule("path", .aside),
        FieldRule("error_msg", .keyword(.eventReason)),
        // From here on only the rules themselves are used.
        FieldRule("uid", .keyword(.sessionID)), FieldRule("fuid", .label("file_id")),
        FieldRule("community_id", .keyword(.networkCommunityID)),
        FieldRule("history", .label("history")), FieldRule("missed_bytes", .label("missed_bytes")),
        FieldRule("local_orig", .label("local_source")), FieldRule("local_resp", .label("local_destination")),
        FieldRule("tunnel_parents", .label("tunnel_parents")), FieldRule("vlan", .keyword(.networkVLAN)),
        FieldRule("answers", .keyword(.dnsAnswers)), FieldRule("trans_id", .keyword(.dnsID)), FieldRule("rejected", .label("rejected")),
        FieldRule("referrer", .keyword(.httpReferrer)), FieldRule("response_body_len", .integer(.httpBodyBytes)),
        FieldRule("username", .keyword(.userName)), FieldRule("password", .keyword(.userPassword)),
        FieldRule("resp_mime_types", .keyword(.fileType)), FieldRule("proxied", .label("proxied")),
        FieldRule("orig_filenames", .keyword(.fileName)), FieldRule("resp_filenames", .keyword(.fileName)),
        FieldRule("issuer", .keyword(.tlsIssuer)),
        FieldRule("certificate.subject", .keyword(.tlsSubject)), FieldRule("certificate.issuer", .keyword(.tlsIssuer)),
        FieldRule("certificate.not_valid_before", .date(.tlsNotBefore)), FieldRule("certificate.not_valid_after", .date(.tlsNotAfter)),
        FieldRule("validation_status", .label("validation_status")), FieldRule("ja3", .keyword(.tlsJA3)),
        FieldRule("ja3s", .keyword(.tlsJA3S)), FieldRule("established", .label("established")), FieldRule("resumed", .label("resumed")),
        FieldRule("client", .keyword(.sshClient)), FieldRule("server", .keyword(.sshServer)), FieldRule("hassh", .keyword(.sshHASSH)),
        FieldRule("auth_attempts", .label("auth_attempts")), FieldRule("direction", .label("direction")),
        FieldRule("remote_location.country_code", .keyword(.sourceCountryCode)),
        FieldRule("actions", .label("notice_actions")), FieldRule("n", .label("count")), FieldRule("peer_descr", .label("peer")),
        FieldRule("peer", .label("peer")), FieldRule("addl", .label("additional")), FieldRule("notice", .label("notice")),
        FieldRule("security_protocol", .label("security_protocol")), FieldRule("client_name", .label("client_name")),
        FieldRule("client_build", .label("client_build")), FieldRule("keyboard_layout", .label("keyboard_layout")),
        FieldRule("filename", .keyword(.fileName)), FieldRule("md5", .keyword(.fileMD5)), FieldRule("sha1", .keyword(.fileSHA1)),
        FieldRule("sha256", .keyword(.fileSHA256)), FieldRule("total_bytes", .integer(.fileSize)),
        FieldRule("tx_hosts", .keyword(.relatedHosts)),
        FieldRule("rx_hosts", .keyword(.relatedHosts)), FieldRule("mac", .label("mac")), FieldRule("host_name", .label("dhcp_hostname")),
        FieldRule("msg_types", .label("dhcp_messages")), FieldRule("client_addr", .label("dhcp_client_ip")),
        FieldRule("exception", .label("exception")), FieldRule("unit", .label("unit")), FieldRule("pdu_type", .label("pdu_type")),
        FieldRule("arg", .label("argument")), FieldRule("reply_msg", .label("reply_message")), FieldRule("helo", .label("smtp_helo")),
        FieldRule("rcptto", .label("rcpt_to")), FieldRule("from", .label("email_from")), FieldRule("to", .label("email_to")),
        FieldRule("last_reply", .label("last_reply")), FieldRule("hostname", .label("hostname")), FieldRule("domainname", .label("domain")),
        FieldRule("failure_reason", .keyword(.eventReason)), FieldRule("share", .label("share")),
        FieldRule("action", .label("file_action")),
        FieldRule("facility", .label("syslog_facility")), FieldRule("severity", .label("syslog_severity")),
        FieldRule("message", .label("syslog_message")), FieldRule("mem", .label("stats_memory")),
        FieldRule("unparsed_version", .label("software_version")), FieldRule("host_p", .label("software_port")),
        FieldRule("request_type", .label("request_type")), FieldRule("sources", .keyword(.threatFeedName)),
        FieldRule("seen.indicator_type", .label("indicator_type")), FieldRule("tunnel_type", .label("tunnel_type")),
        FieldRule("stratum", .label("ntp_stratum")), FieldRule("mode", .label("ntp_mode")),
        FieldRule("@system", .keyword(.observerName)), FieldRule("_system_name", .keyword(.observerName)),
    ]

    /// Names that some shippers write instead of Zeek's own, for JSON.
    static let otherNames: [(name: String, path: Path)] = [
        ("id_orig_h", .originHost), ("id_orig_p", .originPort), ("id_resp_h", .responderHost), ("id_resp_p", .responderPort),
        ("@stream", .path),
    ]
}

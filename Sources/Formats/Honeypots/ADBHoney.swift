import Model

extension RecordLayout {
    /// ADBHoney, the honeypot for the Android Debug Bridge. `dst_port` is text, and `duration` too.
    static let adbhoney = RecordLayout(
        name: "adbhoney", summary: "ADBHoney Android Debug Bridge honeypot, JSON log", time: ["timestamp", "unixtime"],
        selectors: ["eventid"],
        classes: [
            .attack("adbhoney.session.connect", as: .scan, .low, action: "session.connect", message: "connection from {src_ip}"),
            .attack(
                "adbhoney.command.input", as: .exploit, .medium, action: "command.input", categories: ["process", "intrusion_detection"],
                types: ["start"], technique: "T1059", message: "CMD: {input}"),
            .attack(
                "adbhoney.session.file_upload", as: .malware, .high, action: "session.file_upload", categories: ["malware", "file"],
                types: ["creation"], outcome: "success", technique: "T1105", message: "file uploaded {shasum}"),
            .attack(
                "adbhoney.session.file_download", as: .malware, .high, action: "session.file_download", categories: ["malware", "file"],
                types: ["creation"], technique: "T1105", message: "file downloaded {url}"),
            .record("adbhoney.session.closed", action: "session.closed", types: ["connection", "end"], message: "session closed"),
        ],
        otherwise: .record(message: "{eventid}"),
        rules: Endpoints.short + [
            FieldRule("eventid", .keyword(.eventCode)), FieldRule("session", .keyword(.sessionID)),
            FieldRule("sensor", .keyword(.observerName)), FieldRule("input", .keyword(.processCommandLine)),
            FieldRule("shasum", .fileHash), FieldRule("outfile", .label("outfile")), FieldRule("url", .url),
            FieldRule("duration", .seconds(.eventDuration)),
        ],
        constants: [(.networkTransport, "tcp"), (.networkProtocol, "adb")],
        required: ["eventid"],
        claims: [Claim(all: ["eventid"], values: ["eventid": ["adbhoney."]], likelihood: 95)])
}

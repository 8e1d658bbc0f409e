import Model
import Wire

extension RecordLayout {
    /// Heralding, which catches credentials: `log_auth.csv`.
    static let heralding = RecordLayout(
        name: "heralding", summary: "Heralding credentials honeypot, log_auth.csv", framing: .csv, time: ["timestamp"],
        otherwise: .attack(as: .bruteforce, .medium, action: "login", outcome: "failure", message: "{protocol} login {username}"),
        rules: Endpoints.long + Endpoints.credentials() + [
            FieldRule("auth_id", .keyword(.eventCode)), FieldRule("session_id", .keyword(.sessionID)),
            FieldRule("protocol", .lowercased(.networkProtocol)), FieldRule("password_hash", .label("password_hash")),
        ],
        constants: [(.networkTransport, "tcp")],
        required: ["source_ip"],
        columns: [
            "timestamp", "auth_id", "session_id", "source_ip", "source_port", "destination_ip", "destination_port", "protocol", "username",
            "password", "password_hash",
        ],
        recognise: { head, _ in
            let line = head.extracting(Detection.firstLine(of: head)).withUnsafeBufferPointer {
                String(decoding: $0.prefix(400), as: UTF8.self)
            }
            if line.hasPrefix("timestamp,auth_id,session_id,source_ip") { return 98 }
            let columns = line.split(separator: ",", omittingEmptySubsequences: false)
            guard (10...11).contains(columns.count), columns[1].count == 36, columns[2].count == 36 else { return 0 }
            return IPAddress(String(columns[3])) != nil && IPAddress(String(columns[5])) != nil ? 90 : 0
        })
}

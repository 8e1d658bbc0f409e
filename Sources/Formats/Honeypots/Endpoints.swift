import Model

/// The three families of field names in which nearly every honeypot tells who spoke to whom.
enum Endpoints {
    /// `src_ip`, `src_port`, `dst_ip`/`dest_ip`, `dst_port`/`dest_port`.
    static let short: [FieldRule] = [
        FieldRule("src_ip", .address(.sourceIP, domain: .sourceDomain)), FieldRule("src_port", .port(.sourcePort)),
        FieldRule("dst_ip", .address(.destinationIP, domain: .destinationDomain)), FieldRule("dst_port", .port(.destinationPort)),
        FieldRule("dest_ip", .address(.destinationIP, domain: .destinationDomain)), FieldRule("dest_port", .port(.destinationPort)),
    ]

    /// `source_ip`, `source_port`, `destination_ip`, `destination_port`.
    static let long: [FieldRule] = [
        FieldRule("source_ip", .address(.sourceIP, domain: .sourceDomain)), FieldRule("source_port", .port(.sourcePort)),
        FieldRule("destination_ip", .address(.destinationIP, domain: .destinationDomain)),
        FieldRule("destination_port", .port(.destinationPort)),
    ]

    /// `remote_*` and `local_*` below a path, whose last parts differ from sensor to sensor.
    static func remote(
        below path: String = "", remote: String = "remote_ip", remotePort: String = "remote_port", local: String = "local_ip",
        localPort: String = "local_port"
    ) -> [FieldRule] {
        [
            FieldRule(path + remote, .address(.sourceIP, domain: .sourceDomain)), FieldRule(path + remotePort, .port(.sourcePort)),
            FieldRule(path + local, .address(.destinationIP, domain: .destinationDomain)),
            FieldRule(path + localPort, .port(.destinationPort)),
        ]
    }

    /// Account and password at those paths.
    static func credentials(_ user: String = "username", _ password: String = "password") -> [FieldRule] {
        [FieldRule(user, .keyword(.userName)), FieldRule(password, .keyword(.userPassword))]
    }
}

import Pipeline
import Sources

extension SourceKind {
    /// Syslog over the network.
    static let syslog = SourceKind(
        name: "syslog", summary: "Syslog of RFC 3164 and 5424 over UDP, TCP and TLS, from senders of all kinds.",
        options: SourceKinds.records + [
            SourceKinds.listen("127.0.0.1:5514"),
            ConfigurationOption(
                name: "transports", type: .texts, summary: "How messages come: udp, tcp, or tls alone or with udp.", standard: "[udp, tcp]"),
            SourceKinds.allow, SourceKinds.tlsCertificate, SourceKinds.tlsKey, SourceKinds.tlsClientCA,
            ConfigurationOption(
                name: "sensor_from", type: .choice(SyslogSourceOptions.SensorName.allCases.map(\.rawValue)),
                summary: "Whether the header's host names the sensor (the peer's address where there is none), or always the peer.",
                standard: "header"),
            ConfigurationOption(
                name: "strip_header", type: .flag, summary: "Whether only what stands behind the header is decoded and kept.",
                standard: "false"),
            SourceKinds.maxRecord, SourceKinds.maxConnections(1024), SourceKinds.idleTimeout("24h"),
            ConfigurationOption(
                name: "receive_buffer", type: .size(1 << 12...1 << 30),
                summary: "What the kernel keeps of UDP while Petrel is busy; net.core.rmem_max may cut it.", standard: "8MiB"),
            ConfigurationOption(
                name: "max_senders", type: .integer(16...1_000_000), summary: "Senders whose state is kept, for each way or connection.",
                standard: "4096"),
        ]
    ) { section in
        let tls = section.serverTLS()
        guard let listen = section.listenAddress(), let allow = section.allowList(for: listen),
            let names = section.values.texts("transports"), let from = section.values.text("sensor_from"),
            let sensorFrom = SyslogSourceOptions.SensorName(rawValue: from), let stripsHeader = section.values.flag("strip_header"),
            let record = section.values.integer("max_record"), let connections = section.values.integer("max_connections"),
            let idle = section.values.integer("idle_timeout"), let buffer = section.values.integer("receive_buffer"),
            let senders = section.values.integer("max_senders")
        else { return nil }
        var transports: [SyslogSourceOptions.Transport] = []
        for name in names {
            guard let transport = SyslogSourceOptions.Transport(rawValue: name), !transports.contains(transport) else {
                section.note("transports", "\(ConfigurationReader.quoted(name)) is unknown or stands twice; there are udp, tcp and tls")
                return nil
            }
            transports.append(transport)
        }
        do throws(ListenError) {
            let options = try SyslogSourceOptions(
                listen: listen, transports: transports, allow: allow, tls: tls, format: section.settings.format,
                sensor: section.settings.sensor, sensorFrom: sensorFrom, stripsHeader: stripsHeader, maxRecordBytes: record,
                maxConnections: connections, idleTimeout: .milliseconds(idle), receiveBufferBytes: buffer, maxSenders: senders)
            return { context in SyslogSource(options, onNotice: context.onNotice) }
        } catch {
            section.note(error.option ?? "listen", error.detail)
            return nil
        }
    }
}

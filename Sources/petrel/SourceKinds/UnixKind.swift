import Pipeline
import Sources

extension SourceKind {
    /// Local sockets.
    static let unix = SourceKind(
        name: "unix", summary: "A local socket to which programs of this machine write, e.g. Suricata's unix_stream or unix_dgram.",
        options: SourceKinds.records + [
            ConfigurationOption(
                name: "path", type: .path, summary: "Where the socket lies.", example: "/run/petrel/eve.sock", isRequired: true),
            ConfigurationOption(
                name: "socket", type: .choice(UnixSourceOptions.Socket.allCases.map(\.rawValue)),
                summary: "Whether programs connect, or send datagrams of one record each.", standard: "stream"),
            ConfigurationOption(
                name: "mode", type: .text, summary: "Permissions of the socket file, in octal digits in quotes.", standard: "\"0660\""),
            ConfigurationOption(
                name: "owner", type: .text, summary: "To whom the socket file is given: user, user:group or :group.",
                example: "\":suricata\""),
            SourceKinds.maxRecord, SourceKinds.maxConnections(64),
        ]
    ) { section in
        guard let path = section.values.text("path"), let kind = section.values.text("socket"),
            let socket = UnixSourceOptions.Socket(rawValue: kind), let digits = section.values.text("mode"),
            let record = section.values.integer("max_record"), let connections = section.values.integer("max_connections")
        else { return nil }
        guard let mode = UInt32(digits, radix: 8), mode <= 0o777 else {
            section.note("mode", "\(ConfigurationReader.quoted(digits)) is no permission; write e.g. \"0660\", in quotes")
            return nil
        }
        let owner = section.values.text("owner")
        let settings = section.settings
        return { context in
            let options = UnixSourceOptions(
                path: path, socket: socket, mode: mode, owner: try owner.map { try SocketOwner($0) }, format: settings.format,
                sensor: settings.sensor, maxRecordBytes: record, maxConnections: connections)
            return UnixSource(options, onNotice: context.onNotice)
        }
    }
}

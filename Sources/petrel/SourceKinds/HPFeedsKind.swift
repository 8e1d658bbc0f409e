import Pipeline
import Sources

extension SourceKind {
    /// Channels of an hpfeeds broker.
    static let hpfeeds = SourceKind(
        name: "hpfeeds", summary: "Channels of an hpfeeds broker, as honeypots and MHN publish on them.",
        options: SourceKinds.records + [
            ConfigurationOption(
                name: "url", type: .text, summary: "The broker: hpfeeds://host:port, or hpfeeds+tls://host:port.",
                example: "hpfeeds://hpfeeds.example.org:10000", isRequired: true),
            ConfigurationOption(
                name: "ident", type: .text, summary: "Name under which the broker knows the subscriber.", example: "petrel",
                isRequired: true),
        ] + SourceKinds.secret("secret", "Secret of the subscriber", variable: "HPFEEDS_SECRET") + [
            ConfigurationOption(
                name: "channels", type: .texts, summary: "Channels to subscribe to.", example: "[cowrie.sessions, dionaea.connections]",
                isRequired: true),
            SourceKinds.formats(by: "Channel", example: "{snort.alerts: snort-json}"),
            ConfigurationOption(
                name: "tls_ca", type: .path, summary: "Certificates of the authorities to trust, PEM; without it the system's.",
                example: "./ca.pem"),
            ConfigurationOption(
                name: "idle_timeout", type: .duration(1000...86_400_000, word: "unlimited"),
                summary: "How long the broker may be silent before the connection is made anew.", standard: "unlimited"),
            SourceKinds.maxRecord,
        ]
    ) { section in
        let url = section.peer("url", ports: ["hpfeeds": 10_000, "hpfeeds+tls": 10_000], passwordOption: "secret")
        let secret = section.secret("secret")
        if secret == nil, section.problems.isEmpty { section.note("secret", "is missing; give secret or secret_file") }
        let channels = section.values.texts("channels") ?? []
        if channels.isEmpty { section.note("channels", "names no channel; add one") }
        for channel in channels where channel.utf8.count > 255 { section.note("channels", "holds a name of more than 255 bytes") }
        let ident = section.values.text("ident") ?? ""
        if ident.utf8.count > 255 { section.note("ident", "has more than 255 bytes") }
        guard let url, let secret, section.problems.isEmpty, let record = section.values.integer("max_record") else { return nil }
        let options = HPFeedsSourceOptions(
            host: url.host, port: url.port, usesTLS: url.scheme == "hpfeeds+tls", authorities: section.values.text("tls_ca"), ident: ident,
            secret: secret, channels: channels, formats: section.values.table("formats"), maxRecordBytes: record,
            idleTimeout: section.values.integer("idle_timeout").map { .milliseconds($0) })
        let name = section.settings.name
        return { context in
            try context.check(options.formats, of: name)
            return HPFeedsSource(options)
        }
    }
}

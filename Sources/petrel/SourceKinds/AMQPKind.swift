import Pipeline
import Sources

extension SourceKind {
    /// A queue of RabbitMQ.
    static let amqp = SourceKind(
        name: "amqp", summary: "A queue of RabbitMQ or another AMQP 0-9-1 broker.",
        options: SourceKinds.records + [
            ConfigurationOption(
                name: "url", type: .text,
                summary: "The broker: amqp://user@host:port/vhost, or amqps:// for TLS; without a path the virtual host /.",
                example: "amqp://petrel@rabbit.example.org/", isRequired: true)
        ] + SourceKinds.secret("password", "Password of the user", variable: "AMQP_PASSWORD") + [
            ConfigurationOption(name: "queue", type: .text, summary: "The queue to consume.", example: "petrel", isRequired: true),
            ConfigurationOption(
                name: "declare", type: .choice(["classic", "quorum"]),
                summary: "Makes the queue where it is not there yet: durable, of that type; without it the queue must be there.",
                example: "quorum"),
            ConfigurationOption(
                name: "exchange", type: .text, summary: "Exchange to which a declared queue is bound.", example: "honeypots"),
            ConfigurationOption(
                name: "routing_keys", type: .texts, summary: "Keys by which a declared queue is bound.", standard: "[\"#\"]"),
            ConfigurationOption(
                name: "prefetch", type: .integer(1...65_535), summary: "Most messages on their way without an acknowledgement.",
                standard: "1000"),
            ConfigurationOption(
                name: "heartbeat", type: .duration(1000...3_600_000),
                summary: "Time between heartbeats, in whole seconds; after twice as long in silence the connection is given up.",
                standard: "30s"),
            SourceKinds.formats(by: "Routing key", example: "{\"cowrie.*\": cowrie}"),
            ConfigurationOption(
                name: "tls_ca", type: .path, summary: "Certificates of the authorities to trust, PEM; without it the system's.",
                example: "./ca.pem"),
            ConfigurationOption(
                name: "tls_certificate", type: .path, summary: "The client's certificate, PEM, for brokers that ask for one.",
                example: "./client.pem"),
            ConfigurationOption(
                name: "tls_key", type: .path, summary: "Key of the client's certificate, PEM.", example: "./client.key"),
            SourceKinds.maxRecord,
        ]
    ) { section in
        let url = section.peer("url", ports: ["amqp": 5672, "amqps": 5671], passwordOption: "password")
        let password = section.secret("password")
        let values = section.values
        if (values.text("tls_certificate") == nil) != (values.text("tls_key") == nil) {
            section.note("tls_certificate", "needs tls_key, and the other way round")
        }
        let declare = values.text("declare")
        if declare == nil, values.text("exchange") != nil {
            section.note("exchange", "is for queues that are declared; set declare: or bind the queue at the broker")
        }
        guard let url, section.problems.isEmpty, let queue = values.text("queue"), let prefetch = values.integer("prefetch"),
            let heartbeat = values.integer("heartbeat"), let record = values.integer("max_record")
        else { return nil }
        var options = AMQPSourceOptions(
            host: url.host, port: url.port, virtualHost: url.path.flatMap { $0.isEmpty ? nil : $0 } ?? "/", user: url.user ?? "guest",
            password: password ?? "guest", queue: queue)
        if url.scheme == "amqps" {
            options.tls = AMQPSourceOptions.TLS(
                authorities: values.text("tls_ca"), certificate: values.text("tls_certificate"), key: values.text("tls_key"))
        }
        if let declare {
            options.declaration = .durable(
                type: declare, exchange: values.text("exchange"), routingKeys: values.texts("routing_keys") ?? [])
        }
        options.prefetch = prefetch
        options.heartbeatSeconds = max(1, heartbeat / 1000)
        options.formats = values.table("formats")
        options.separatesRoutingKeys = section.settings.format == nil || !options.formats.isEmpty
        options.maxRecordBytes = record
        let name = section.settings.name
        return { [options] context in
            try context.check(options.formats, of: name)
            return AMQPSource(options)
        }
    }
}

import Pipeline
import Sources

extension SourceKind {
    /// Topics of Kafka.
    static let kafka = SourceKind(
        name: "kafka", summary: "Topics of a Kafka cluster, as a member of a consumer group.",
        options: SourceKinds.records + [
            ConfigurationOption(
                name: "brokers", type: .texts, summary: "Hosts of the cluster to begin with, each with its port.",
                example: "[kafka.example.org:9092]", isRequired: true),
            ConfigurationOption(
                name: "topics", type: .texts, summary: "Topics; one that begins with ^ is a pattern.", example: "[suricata, zeek]",
                isRequired: true),
            ConfigurationOption(name: "group", type: .text, summary: "The consumer group.", standard: "petrel"),
            ConfigurationOption(
                name: "start", type: .choice(["oldest", "newest"]),
                summary: "Where a partition begins that has no position yet.", standard: "oldest"),
            ConfigurationOption(
                name: "properties", type: .table, summary: "Settings of librdkafka, e.g. for TLS and SASL.",
                example: "{security.protocol: sasl_ssl, sasl.mechanisms: SCRAM-SHA-512, sasl.username: petrel}"),
        ] + SourceKinds.secret("password", "Password for SASL", variable: "KAFKA_PASSWORD") + [
            SourceKinds.formats(by: "Topic", example: "{\"cowrie-*\": cowrie}"),
            SourceKinds.maxRecord,
        ]
    ) { section in
        let values = section.values
        let password = section.secret("password")
        for name in ["brokers", "topics"] where values.texts(name)?.isEmpty == true { section.note(name, "is empty; add one") }
        let properties = values.table("properties")
        for name in properties.keys.sorted() where KafkaSourceOptions.ownProperties.contains(name) {
            section.note("properties.\(name)", "is an option of its own here: brokers, group, start, password")
        }
        guard section.problems.isEmpty, let brokers = values.texts("brokers"), let topics = values.texts("topics"),
            let group = values.text("group"), let record = values.integer("max_record")
        else { return nil }
        var options = KafkaSourceOptions(brokers: brokers, topics: topics, group: group)
        options.beginsAtOldest = values.text("start") != "newest"
        options.properties = properties
        options.password = password
        options.formats = values.table("formats")
        options.maxRecordBytes = record
        let name = section.settings.name
        return { [options] context in
            try context.check(options.formats, of: name)
            return KafkaSource(options)
        }
    }
}

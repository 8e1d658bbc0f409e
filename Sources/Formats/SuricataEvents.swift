import Model
import Wire

extension Suricata {
    /// How records of one `event_type` are filed.
    struct EventClass: Sendable {
        let name: String
        let kind: StaticString
        let categories: [StaticString]
        let types: [StaticString]
        /// The values that make the message, joined by blanks.
        let message: [Path]

        init(_ name: String, kind: StaticString = "event", _ categories: [StaticString], _ types: [StaticString], _ message: [Path]) {
            self.name = name
            self.kind = kind
            self.categories = categories
            self.types = types
            self.message = message
        }

        /// The value of `event.dataset`.
        var dataset: String { "suricata.\(name)" }
    }

    /// Every type that has a mapping of its own; alert comes first.
    static let eventClasses: [EventClass] = [
        EventClass("alert", kind: "alert", ["network", "intrusion_detection"], ["info"], [.signature]),
        EventClass("flow", ["network"], ["connection", "end"], [.proto, .appProto, .flowState, .flowReason]),
        EventClass("netflow", ["network"], ["connection"], [.proto, .appProto]),
        EventClass("dns", ["network"], ["protocol"], [.dnsType, .dnsName, .dnsQueryName, .dnsRecordType, .dnsQueryType]),
        EventClass("http", ["network", "web"], ["protocol", "access"], [.httpMethod, .httpHostname, .url, .httpStatus]),
        EventClass("tls", ["network"], ["protocol"], [.tlsServerName, .tlsVersion, .tlsSubject]),
        EventClass("ssh", ["network"], ["protocol"], [.sshClient, .sshServer]),
        EventClass("fileinfo", ["network", "file"], ["info"], [.appProto, .fileName]),
        EventClass("anomaly", ["network"], ["protocol", "error"], [.anomalyType, .anomalyEvent]),
        EventClass("stats", kind: "metric", [], ["info"], []),
    ]

    /// How a type without a mapping of its own is filed.
    static let otherClass = EventClass("other", ["network"], ["protocol"], [.proto, .appProto])

    static let eventTypes = NameTable(eventClasses.map(\.name))

    /// What every event of a class begins with, packed: those of ``eventClasses`` in order, then that of ``otherClass``.
    static func beginnings() -> EventBatch {
        var batch = EventBatch()
        for (number, eventClass) in (eventClasses + [otherClass]).enumerated() {
            batch.append(.eventFamily, number == 0 ? "attack" : "record")
            batch.append(.eventKind, eventClass.kind)
            for category in eventClass.categories { batch.append(.eventCategory, category) }
            for type in eventClass.types { batch.append(.eventType, type) }
            batch.append(.eventModule, "suricata")
            batch.append(.observerType, "ids")
            if number < eventClasses.count { batch.append(.eventDataset, eventClass.dataset) }
            batch.endRowWithoutRaw()
        }
        return batch
    }
}

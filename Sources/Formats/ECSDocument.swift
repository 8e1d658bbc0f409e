public import Model
import Wire

/// Decodes documents that follow the Elastic Common Schema already: Petrel's own export, Beats, Elastic Agent, Logstash.
///
/// Every field that Petrel knows is taken, nested or dotted; `labels.*` too. Names outside its list are in the raw record only. A document
/// that does not say its family is an attack when its kind is `alert` or a category says so, else a record.
public struct ECSDocumentFormat: Format {
    public static let spec = FormatSpec(name: "ecs", summary: "ECS documents as they are, also inside _source", framing: .document)

    private static let places: [(path: String, field: Field, accuracy: Field?)] = [
        ("source.geo.location", .sourceLocation, .sourceAccuracy), ("destination.geo.location", .destinationLocation, .destinationAccuracy),
        ("observer.geo.location", .observerLocation, nil),
    ]
    /// Fields that the code sets, or that are nobody else's to say.
    private static let own: Set<Field> = [
        .timestamp, .eventFamily, .attackType, .attackSeverity, .message, .labels, .timeQuality, .eventKind, .sourceLocation,
        .destinationLocation, .observerLocation,
    ]
    private static let rules: [FieldRule] =
        Field.definitions.filter { !own.contains($0.0) }.map { FieldRule($0.1.name, FieldRule.action(for: $0.0)) } + [
            FieldRule("source.address", .address(.sourceIP, domain: .sourceDomain)),
            FieldRule("destination.address", .address(.destinationIP, domain: .destinationDomain)),
            FieldRule("event.original", .aside),
        ]
    private static let paths =
        rules.map(\.path) + [
            "@timestamp", "event.family", "attack.type", "attack.severity", "message", "event.kind", "labels",
        ] + places.flatMap { [$0.path, $0.path + ".lat", $0.path + ".lon"] }

    private var values = MappingValues(ECSDocumentFormat.paths)
    private var items = JSONFields(JSONPaths(["_source", "hits.hits._source"]))
    private let writer = FieldWriter(ECSDocumentFormat.rules)

    /// Nothing is remembered between records.
    public var state: [UInt8] { [] }

    public init?(state: [UInt8]) {
        guard state.isEmpty else { return nil }
    }

    public mutating func decode(
        _ line: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        let record = line.extracting(SyslogHeader.object(in: line))
        try items.readObject(record)
        let ranges = items.matches.map { items[$0.token] }.filter { $0.kind == .object }.map(\.range)
        guard !ranges.isEmpty else {
            try append(record, context, &batch)
            batch.endRow(raw: line)
            return .events(1)
        }
        var found = EventBatch()
        for range in ranges {
            try append(record.extracting(range), context, &found)
            if found.isEmpty { found.endRow(raw: line) } else { found.endRowWithoutRaw() }
        }
        batch.append(found)
        return .events(found.count)
    }

    private mutating func append(_ document: Span<UInt8>, _ context: RecordContext, _ batch: inout EventBatch) throws(DecodeError) {
        try values.readJSON(document)
        let time = values.first(values.number("@timestamp"))
        guard !time.isEmpty || !values.matches.isEmpty else { throw DecodeError(.missingField, "no @timestamp and no field of ECS") }
        try RecordTime.append(values.text.span.extracting(time), reader: .any, context: context, into: &batch)
        let attack = ECSAttack(values)
        batch.append(.eventFamily, attack.family.name)
        let kind = values.string("event.kind")
        batch.append(.eventKind, kind.isEmpty ? "event" : kind)
        if let type = attack.type { batch.append(.attackType, type.name) }
        if let severity = attack.severity { batch.append(.attackSeverity, severity.name) }
        let text = values.text.span
        for match in values.matches where match.path < Self.rules.count {
            writer.write(match.path, text.extracting(match.range), zoneMinutes: context.zoneMinutes, into: &batch)
        }
        for place in Self.places { append(place, &batch) }
        appendLabels(document, &batch)
        if values.string("event.module").isEmpty { batch.append(.eventModule, "ecs") }
        if values.string("event.dataset").isEmpty { batch.append(.eventDataset, "ecs") }
        if let sensor = context.sensor, values.string("observer.name").isEmpty { batch.append(.observerName, sensor) }
        let message = ["message", "rule.name", "event.action", "event.dataset"].map(values.string).first { !$0.isEmpty }
        batch.append(.message, message ?? "ECS document")
        if values.duplicateKeys > 0 { batch.append(label: "json_duplicate_keys", String(values.duplicateKeys)) }
    }

    /// `{lat, lon}`, `"lat,lon"` or `[lon, lat]`.
    private func append(_ place: (path: String, field: Field, accuracy: Field?), _ batch: inout EventBatch) {
        var latitude = Double(values.string(place.path + ".lat"))
        var longitude = Double(values.string(place.path + ".lon"))
        if latitude == nil {
            let texts = values.strings(place.path)
            let parts =
                texts.count == 1 ? texts[0].split(separator: ",").map { Double($0.trimmingBlanks) } : texts.reversed().map { Double($0) }
            guard parts.count == 2 else { return }
            (latitude, longitude) = (parts[0], parts[1])
        }
        guard let latitude, let longitude else { return }
        let point = GeoPoint(latitude: Float(latitude), longitude: Float(longitude))
        guard point.isValid else { return }
        batch.append(place.field, point)
        if let accuracy = place.accuracy, values.string(accuracy.name).isEmpty { batch.append(accuracy, "stated") }
    }

    private func appendLabels(_ document: Span<UInt8>, _ batch: inout EventBatch) {
        guard let number = values.number("labels"), let labels = values.fields.token(number), labels.kind == .object,
            let match = values.fields.matches.first(where: { $0.path == number })
        else { return }
        var at = match.token + 1
        while at < labels.next {
            let key = values.fields[at]
            let value = values.fields[at + 1]
            if !key.isSuperseded, value.kind != .object, value.kind != .array, value.kind != .null {
                var name: [UInt8] = []
                var text: [UInt8] = []
                values.fields.appendText(of: key, in: document, to: &name)
                values.fields.appendText(of: value, in: document, to: &text)
                if !name.isEmpty, !text.isEmpty { batch.append(label: String(decoding: name, as: UTF8.self), utf8: text.span) }
            }
            at = value.next
        }
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        Claim.likelihood(
            ["", "_source.", "hits.hits._source."].flatMap { prefix in
                [
                    Claim(
                        all: [prefix + "@timestamp"],
                        any: ["event.kind", "event.category", "event.family", "ecs.version"].map { prefix + $0 },
                        likelihood: 88)
                ]
            }, head: head)
    }
}

/// What a document of ECS is in Petrel's words.
struct ECSAttack {
    let family: EventFamily
    private(set) var type: AttackType?
    private(set) var severity: AttackSeverity?

    /// Categories and actions that make an attack, the first that fits.
    private static let categories: [(category: String, type: AttackType)] = [
        ("malware", .malware), ("email", .phishing), ("web", .web), ("vulnerability", .exploit),
    ]

    init(_ values: borrowing MappingValues) {
        let categories = values.strings("event.category")
        let stated = AttackType(name: values.string("attack.type"))
        let isAlert =
            values.string("event.kind") == "alert" || categories.contains { ["intrusion_detection", "malware", "threat"].contains($0) }
        let isIndicator = values.string("event.kind") == "enrichment"
        family =
            EventFamily(name: values.string("event.family")) ?? (isIndicator || !isAlert && stated == nil ? .record : .attack)
        guard family == .attack else { return }
        let rule = Array(values.string("rule.name").utf8)
        let category = Array(values.string("rule.category").utf8)
        var found = SuricataAlerts.type(
            signature: rule.span, category: category.span, isICMP: values.string("network.transport").hasPrefix("icmp"))
        if found == .other {
            if categories.contains("authentication") {
                found = .bruteforce
            } else if let known = Self.categories.first(where: { categories.contains($0.category) }) {
                found = known.type
            } else if values.strings("event.type").contains("denied") {
                found = .scan
            } else if let named = AttackWords.type(in: values.string("rule.name") + " " + values.string("rule.category")) {
                found = named
            }
        }
        type = stated ?? found
        severity = AttackSeverity(name: values.string("attack.severity")) ?? Self.severity(Int(values.string("event.severity")))
    }

    /// Elastic's scale, 0…100; small numbers are a sensor's own and say nothing.
    private static func severity(_ number: Int?) -> AttackSeverity {
        switch number ?? 0 {
        case 73...: .critical
        case 47...72: .high
        case 21...46: .medium
        default: .low
        }
    }
}

extension StringProtocol {
    /// The text without blanks around it.
    var trimmingBlanks: SubSequence {
        let start = firstIndex { $0 != " " } ?? endIndex
        let end = lastIndex { $0 != " " }.map { index(after: $0) } ?? start
        return self[start..<end]
    }
}

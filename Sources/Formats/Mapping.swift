public import Model
import Wire

/// Decodes any JSON or CSV as a ``MappingSpec`` says.
public struct MappingFormat: Format {
    public static let spec = FormatSpec(name: "mapping", summary: "any JSON or CSV by a mapping of the configuration", framing: .json)

    private let name: String
    private let mapping: MappingSpec
    private let plan: MappingPlan
    private let writer: FieldWriter
    private var values: MappingValues
    private var csv: CSVReader
    private var columns: [Int?]?

    /// For CSV whose first record names the columns: that record. Else empty.
    public private(set) var state: [UInt8] = []

    /// Always nil: a mapping needs its spec.
    public init?(state: [UInt8]) { nil }

    /// A decoder for a mapping, going on from a committed state.
    ///
    /// - Parameter name: becomes `event.dataset`, unless the mapping sets that.
    public init?(name: String = "mapping", mapping: MappingSpec, state: [UInt8]) {
        self.name = name
        self.mapping = mapping
        plan = MappingPlan(mapping)
        writer = FieldWriter(plan.rules)
        values = MappingValues(plan.paths)
        csv = CSVReader(delimiter: mapping.delimiter)
        switch mapping.header {
        case .firstRecord: columns = nil
        case .none: columns = plan.columns(named: [])
        case .columns(let names): columns = plan.columns(named: names)
        }
        guard !state.isEmpty else { return }
        guard mapping.framing == .csv, mapping.header == .firstRecord, (try? csv.read(state.span)) != nil else { return nil }
        takeHeader(state.span)
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        if mapping.framing == .csv {
            do { try csv.read(record) } catch { throw DecodeError(.malformedCSV, error.description) }
            if csv.values.count == 1, csv.values[0].range.isEmpty { return .notARecord }
            guard let columns else {
                takeHeader(record)
                return .notARecord
            }
            if case .columns(let names) = mapping.header, isHeader(names, record) { return .notARecord }
            values.readCSV(csv, columns, record)
            guard !values.matches.isEmpty else { throw DecodeError(.malformedCSV, "none of the mapped columns has a value") }
        } else {
            try values.readJSON(record)
            guard !values.matches.isEmpty else { throw DecodeError(.missingField, "none of the mapped paths has a value") }
        }
        try append(context, into: &batch)
        batch.endRow(raw: record)
        return .events(1)
    }

    private mutating func takeHeader(_ record: Span<UInt8>) {
        columns = plan.columns(named: csv.values.map { csv.string($0, in: record) })
        state = record.withUnsafeBufferPointer { Array($0) }
    }

    private func isHeader(_ names: [String], _ record: Span<UInt8>) -> Bool {
        csv.values.count == names.count && csv.values.indices.allSatisfy { csv.string(csv.values[$0], in: record) == names[$0] }
    }

    private func append(_ context: RecordContext, into batch: inout EventBatch) throws(DecodeError) {
        let text = values.text.span
        try RecordTime.append(
            text.extracting(values.first(plan.time)), reader: plan.timeReader, context: context, zoneMinutes: mapping.time?.zoneMinutes,
            into: &batch)
        batch.append(.eventFamily, mapping.family.name)
        if !plan.fields.contains(.eventKind) { batch.append(.eventKind, "event") }
        if mapping.family == .attack, !plan.fields.contains(.eventCategory) {
            batch.append(.eventCategory, "network")
            batch.append(.eventCategory, "intrusion_detection")
        }
        if !plan.fields.contains(.eventDataset) { batch.append(.eventDataset, name) }
        if !plan.fields.contains(.eventModule) { batch.append(.eventModule, "mapping") }
        let zone = mapping.time?.zoneMinutes ?? context.zoneMinutes
        for match in values.matches {
            for rule in plan.rulesOfPath[match.path] {
                writer.write(rule, text.extracting(match.range), zoneMinutes: zone, into: &batch)
            }
        }
        for constant in plan.constants { writer.write(constant.rule, constant.text.span, zoneMinutes: 0, into: &batch) }
        if !plan.fields.contains(.observerName), let sensor = context.sensor { batch.append(.observerName, sensor) }
        if mapping.family == .attack {
            append(.attackType, plan.attackType, into: &batch)
            append(.attackSeverity, plan.severity, into: &batch)
        }
        for place in plan.places { append(place, into: &batch) }
        if !plan.fields.contains(.message) { appendMessage(into: &batch) }
        if values.duplicateKeys > 0 { batch.append(label: "json_duplicate_keys", String(values.duplicateKeys)) }
    }

    private func append(_ field: Field, _ lookup: MappingPlan.Lookup, into batch: inout EventBatch) {
        let value = String(decoding: values.text[values.first(lookup.path)], as: UTF8.self)
        if let meaning = lookup.meaning(of: value) { batch.append(field, meaning) }
    }

    /// Coordinates count only where both are there and on the globe.
    private func append(_ place: MappingPlan.Place, into batch: inout EventBatch) {
        let text = values.text.span
        guard let latitude = NumberText.double(text.extracting(values.first(place.latitude))),
            let longitude = NumberText.double(text.extracting(values.first(place.longitude)))
        else { return }
        let point = GeoPoint(latitude: Float(latitude), longitude: Float(longitude))
        guard point.isValid else { return }
        batch.append(place.location, point)
        if let accuracy = place.accuracy { batch.append(accuracy, "stated") }
    }

    /// Rule, action and source, as far as they are mapped, or the format's name.
    private func appendMessage(into batch: inout EventBatch) {
        var message: [UInt8] = []
        for path in plan.messagePaths {
            let range = values.first(path)
            guard !range.isEmpty else { continue }
            if !message.isEmpty { message.append(UInt8(ascii: " ")) }
            message.append(contentsOf: values.text[range])
        }
        if message.isEmpty { message.append(contentsOf: name.utf8) }
        batch.append(.message, utf8: message.span)
    }

    /// Always 0: a mapping of the configuration is used by name.
    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int { 0 }
}

extension MappingFormat {
    /// The catalogue's entry of a mapping from the configuration.
    static func entry(name: String, mapping: MappingSpec) -> FormatCatalogue.Entry {
        FormatCatalogue.Entry(
            spec: FormatSpec(name: name, summary: "a mapping of the configuration", framing: mapping.framing),
            make: { MappingFormat(name: name, mapping: mapping, state: $0) },
            likelihood: { _, _ in 0 })
    }

    /// The catalogue's entry of a built-in mapping, which is recognised by its keys.
    static func entry(_ preset: MappingPreset) -> FormatCatalogue.Entry {
        FormatCatalogue.Entry(
            spec: FormatSpec(name: preset.name, summary: preset.summary, framing: preset.mapping.framing),
            make: { MappingFormat(name: preset.name, mapping: preset.mapping, state: $0) },
            likelihood: { head, _ in Claim.likelihood([Claim(all: preset.characteristicKeys)], head: head) })
    }
}

public import Model
import Wire

/// Decodes JSON or CSV as a ``RecordLayout`` says.
public struct LayoutFormat: Format {
    public static let spec = FormatSpec(name: "layout", summary: "formats that are tables", framing: .json)

    private let layout: RecordLayout
    private let plan: LayoutPlan
    private let writer: FieldWriter
    private var values: MappingValues
    private var items: JSONFields?
    private let sharedWriter: FieldWriter
    private var csv: CSVReader
    private var columns: [Int?] = []
    private var scratch: [UInt8] = []

    /// For CSV with a header: that record. Else empty.
    public private(set) var state: [UInt8] = []

    /// Always nil: a layout format needs its layout.
    public init?(state: [UInt8]) { nil }

    /// A decoder for a layout, going on from a committed state.
    init?(_ layout: RecordLayout, _ plan: LayoutPlan, state: [UInt8]) {
        self.layout = layout
        self.plan = plan
        writer = FieldWriter(plan.rules)
        values = MappingValues(plan.paths)
        items = layout.items.isEmpty ? nil : JSONFields(JSONPaths(layout.items + layout.shared.map(\.path)))
        sharedWriter = FieldWriter(layout.shared)
        csv = CSVReader(delimiter: layout.delimiter)
        columns = plan.columns(named: layout.columns)
        guard !state.isEmpty else { return }
        guard layout.framing == .csv, (try? csv.read(state.span)) != nil else { return nil }
        takeHeader(state.span)
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        guard layout.framing != .csv else { return try decodeCSV(record, context, &batch) }
        if layout.preambles.contains(where: { Self.begins(record, $0) }) { return .notARecord }
        guard let object = try Self.object(in: record) else { return .notARecord }
        guard !object.isEmpty else { return .filtered }
        if items != nil, let decoded = try decodeItems(record.extracting(object), of: record, context, &batch) { return decoded }
        try values.readJSON(record.extracting(object))
        guard try append(record.extracting(object), context, &batch) else { return .filtered }
        batch.endRow(raw: record)
        return .events(1)
    }

    /// Where the JSON of a record lies: behind a syslog header or `data:`; nil for other lines of an event stream.
    ///
    /// Data that is no JSON (the id of a deleted post, `undefined`) gives an empty range.
    static func object(in record: Span<UInt8>) throws(DecodeError) -> Range<Int>? {
        guard record.count > 0, record[0] != UInt8(ascii: "{") else { return 0..<record.count }
        if let line = ServerSentLine(record) {
            guard line.isData else { return nil }
            guard let first = line.value.first, record[first] == UInt8(ascii: "{") || record[first] == UInt8(ascii: "[") else {
                return 0..<0
            }
            return line.value
        }
        if let header = SyslogHeader(of: record) { return header.end..<record.count }
        return 0..<record.count
    }

    private static func begins(_ record: Span<UInt8>, _ text: String) -> Bool {
        let count = text.utf8.count
        return record.count >= count && record.extracting(0..<count).withUnsafeBufferPointer { $0.elementsEqual(text.utf8) }
    }

    // MARK: CSV

    private mutating func decodeCSV(
        _ record: Span<UInt8>, _ context: RecordContext, _ batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        if record.count == 0 || record[0] == UInt8(ascii: "#") { return .notARecord }
        do { try csv.read(record) } catch { throw DecodeError(.malformedCSV, error.description) }
        if csv.values.count == 1, csv.values[0].range.isEmpty { return .notARecord }
        if csv.string(csv.values[0], in: record) == layout.columns.first {
            takeHeader(record)
            return .notARecord
        }
        values.readCSV(csv, columns, record)
        guard try append(record, context, &batch) else { return .filtered }
        batch.endRow(raw: record)
        return .events(1)
    }

    private mutating func takeHeader(_ record: Span<UInt8>) {
        columns = plan.columns(named: csv.values.map { csv.string($0, in: record) })
        state = record.withUnsafeBufferPointer { Array($0) }
    }

    // MARK: Several events in one record

    /// Decodes the objects of the record's arrays; nil when it has none of them.
    ///
    /// An item that is refused does not cost the others: the first event says how many were (`labels.items_refused`), and its raw record
    /// holds all of them. When all are refused, so is the record.
    private mutating func decodeItems(
        _ document: Span<UInt8>, of record: Span<UInt8>, _ context: RecordContext, _ batch: inout EventBatch
    ) throws(DecodeError) -> Decoded? {
        guard var fields = items else { return nil }
        defer { items = fields }
        try fields.readObject(document)
        guard let ranges = itemRanges(fields) else { return nil }
        var found = EventBatch()
        var refusal: DecodeError?
        var refused = 0
        for range in ranges {
            let item = document.extracting(range)
            do throws(DecodeError) {
                try values.readJSON(item)
                guard try append(item, context, &found) else { continue }
                appendShared(fields, document, &found)
            } catch {
                found.abandonRow()
                refusal = refusal ?? error
                refused += 1
                continue
            }
            if found.isEmpty { found.endRow(raw: record) } else { found.endRowWithoutRaw() }
        }
        guard !found.isEmpty else {
            if let refusal { throw refusal }
            return .filtered
        }
        if refused > 0 { found = Self.labelled(found, "items_refused", String(refused)) }
        batch.append(found)
        return .events(found.count)
    }

    /// Where the items of a document lie; nil when it has none of the paths.
    private func itemRanges(_ fields: borrowing JSONFields) -> [Range<Int>]? {
        var ranges: [Range<Int>] = []
        var isFound = false
        func take(_ number: Int) {
            let token = fields[number]
            guard token.kind == .array || token.kind == .object else { return }
            isFound = true
            guard token.kind == .array else { return ranges.append(token.range) }
            var at = number + 1
            while at < token.next {
                if fields[at].kind == .object { ranges.append(fields[at].range) }
                at = fields[at].next
            }
        }
        for match in fields.matches where match.path < layout.items.count { take(match.token) }
        if !isFound, layout.items.contains("*") {
            var at = 1
            while at < fields[0].next {
                if fields[at + 1].kind == .array { take(at + 1) }
                at = fields[at + 1].next
            }
            if ranges.isEmpty { return nil }
        }
        return isFound ? ranges : nil
    }

    /// Appends the values that all items of the document have in common.
    private func appendShared(_ fields: borrowing JSONFields, _ document: Span<UInt8>, _ batch: inout EventBatch) {
        for index in layout.shared.indices {
            guard let token = fields.firstScalar(layout.items.count + index) else { continue }
            var text: [UInt8] = []
            fields.appendText(of: token, in: document, to: &text)
            sharedWriter.write(index, text.span, zoneMinutes: 0, into: &batch)
        }
    }

    /// The batch with a label on its first event.
    private static func labelled(_ batch: EventBatch, _ key: String, _ text: String) -> EventBatch {
        var out = EventBatch()
        for row in 0..<batch.count {
            out.appendValues(of: batch[row])
            if row == 0 { out.append(label: key, text) }
            let raw = Array(batch.raw(row))
            if raw.isEmpty { out.endRowWithoutRaw() } else { out.endRow(raw: raw.span) }
        }
        return out
    }

    // MARK: One event

    /// Appends what the values say to the open row; false when such records are filtered, and then nothing is appended.
    private mutating func append(_ record: Span<UInt8>, _ context: RecordContext, _ batch: inout EventBatch) throws(DecodeError) -> Bool {
        let number = classNumber()
        if plan.classes[number].isFiltered { return false }
        try appendFields(of: number, record, context, &batch)
        if !layout.writesMessage {
            scratch.removeAll(keepingCapacity: true)
            plan.messages[number].append(values, to: &scratch)
            if scratch.isEmpty { scratch.append(contentsOf: layout.name.utf8) }
            batch.append(.message, utf8: scratch.span)
        }
        if values.duplicateKeys > 0 { batch.append(label: "json_duplicate_keys", String(values.duplicateKeys)) }
        return true
    }

    private func appendFields(
        of number: Int, _ record: Span<UInt8>, _ context: RecordContext, _ batch: inout EventBatch
    ) throws(DecodeError) {
        let eventClass = plan.classes[number]
        let text = values.text.span
        if !plan.required.isEmpty, plan.required.allSatisfy({ values.first($0).isEmpty }) {
            throw DecodeError(.missingField, "none of \(layout.required.joined(separator: ", "))")
        }
        let time = plan.time.first { !values.first($0).isEmpty }
        let zone = time.map { plan.isUTC[$0] } == true ? 0 : context.zoneMinutes
        try RecordTime.append(
            text.extracting(values.first(time)), reader: layout.timeReader, context: context, zoneMinutes: zone, into: &batch)
        batch.appendValues(of: plan.beginnings[number])
        if let attack = eventClass.attack {
            let chosen = layout.choose?(values) ?? LayoutAttack(attack.type, attack.severity, eventClass.technique)
            batch.append(.attackType, chosen.type.name)
            batch.append(.attackSeverity, chosen.severity.name)
            if let technique = chosen.technique { batch.append(.threatTechniqueID, technique) }
        }
        if eventClass.action == nil, let selector = plan.selectors.first, !values.first(selector).isEmpty {
            batch.append(.eventAction, utf8: text.extracting(values.first(selector)))
        }
        for match in values.matches {
            for rule in plan.rulesOfPath[match.path] {
                let zone = plan.isUTC[match.path] ? 0 : context.zoneMinutes
                writer.write(rule, text.extracting(match.range), zoneMinutes: zone, into: &batch)
            }
        }
        for standIn in plan.defaults where standIn.paths.allSatisfy({ values.first($0).isEmpty }) {
            writer.write(standIn.rule, standIn.text.span, zoneMinutes: 0, into: &batch)
        }
        if let sensor = context.sensor, plan.sensorPaths.allSatisfy({ values.first($0).isEmpty }) { batch.append(.observerName, sensor) }
        layout.refine?(values, record, &batch)
    }

    /// The class by both selectors, by the first, by the second; else the last.
    private mutating func classNumber() -> Int {
        let otherwise = plan.classes.count - 1
        if let key = layout.key { return plan.table.number(Array(key(values).utf8).span).map { plan.classOfName[$0] } ?? otherwise }
        guard let first = plan.selectors.first else { return otherwise }
        var key: [UInt8] = []
        swap(&key, &scratch)
        defer { swap(&key, &scratch) }
        key.removeAll(keepingCapacity: true)
        Self.appendLowercased(values.text, values.first(first), to: &key)
        let firstEnd = key.count
        if plan.selectors.count > 1 {
            key.append(UInt8(ascii: " "))
            Self.appendLowercased(values.text, values.first(plan.selectors[1]), to: &key)
            if let number = plan.table.number(key.span) { return plan.classOfName[number] }
        }
        if let number = plan.table.number(key.span.extracting(0..<firstEnd)) { return plan.classOfName[number] }
        guard plan.selectors.count > 1 else { return otherwise }
        key.replaceSubrange(0..<firstEnd, with: CollectionOfOne(UInt8(ascii: "*")))
        return plan.table.number(key.span).map { plan.classOfName[$0] } ?? otherwise
    }

    private static func appendLowercased(_ text: [UInt8], _ range: Range<Int>, to out: inout [UInt8]) {
        for i in range.prefix(64) { out.append(text[i] &- UInt8(ascii: "A") < 26 ? text[i] | 0x20 : text[i]) }
    }

    /// Always 0: each layout has its own entry in the catalogue.
    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int { 0 }
}

extension RecordLayout {
    /// The catalogue's entry of the layout.
    var entry: FormatCatalogue.Entry {
        let plan = LayoutPlan(self)
        var entry = FormatCatalogue.Entry(
            spec: FormatSpec(name: name, summary: summary, framing: framing),
            make: { [self] in LayoutFormat(self, plan, state: $0) },
            likelihood: { [self] head, fileName in
                recognise?(head, fileName) ?? Claim.likelihood(claims, head: head)
            })
        if recognise == nil { entry.claims = claims }
        return entry
    }
}

import Model
import Wire

/// A document of plain values packed as the row of an event, by the numbers and types of a schema; nested objects are documents of
/// their own. A value that is not of its field's type is left out, as no event can have it.
package struct PackedDocument: Sendable {
    /// The pairs, laid out as in ``Model/EventBatch``.
    package private(set) var row: [UInt8] = []
    /// The nested objects, by path.
    package private(set) var objects: [String: [PackedDocument]] = [:]

    init(_ value: PlainValue, schema: FieldSchema) { add(value, name: "", schema) }

    private mutating func add(_ value: PlainValue, name: String, _ schema: FieldSchema) {
        switch value {
        case .null: return
        case .list(let all): for element in all { add(element, name: name, schema) }
        case .map(let members):
            for (key, member) in members {
                let full = name.isEmpty ? key : "\(name).\(key)"
                guard schema.nestedPaths.contains(full) else {
                    add(member, name: full, schema)
                    continue
                }
                for element in member.elements {
                    var object = PackedDocument(.null, schema: schema)
                    object.add(element, name: full, schema)
                    objects[full, default: []].append(object)
                }
            }
        case .boolean, .integer, .number, .text:
            guard let entry = schema.entry(named: name), let bytes = Self.bytes(value, entry.type) else { return }
            append(number: UInt64(entry.index))
            row += bytes
        }
    }

    /// The value as it is stored.
    private static func bytes(_ value: PlainValue, _ type: FieldType) -> [UInt8]? {
        guard let text = value.scalarText else { return nil }
        let utf8 = Array(text.utf8)
        switch type {
        case .keyword, .text: return leb128(UInt64(utf8.count)) + utf8
        case .ip: return IPAddress(text).map { address in fixed(address.high.bigEndian) + fixed(address.low.bigEndian) }
        case .integer:
            return NumberText.integer(utf8.span).map { leb128(UInt64(bitPattern: $0 << 1 ^ $0 >> 63)) }
        case .number: return NumberText.double(utf8.span).map { fixed($0.bitPattern.littleEndian) }
        case .boolean: return [text == "true" ? 1 : 0]
        case .date:
            if case .integer(let milliseconds) = value { return fixed(UInt64(bitPattern: milliseconds &* 1000).littleEndian) }
            return TimestampReader.iso8601.read(utf8.span).map { fixed(UInt64(bitPattern: $0.microseconds).littleEndian) }
        case .geoPoint, .label: return nil
        }
    }

    private mutating func append(number: UInt64) { row += Self.leb128(number) }

    private static func leb128(_ number: UInt64) -> [UInt8] {
        var rest = number
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(truncatingIfNeeded: rest)]
    }

    /// Eight bytes as they lie in memory.
    private static func fixed(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

    /// Whether the document fulfils the plan, found as for events.
    func fulfils(_ plan: Plan) -> Bool {
        var found = Found(leaves: plan.leafCount)
        RowScan.scan(row.span, plan, &found)
        return plan.condition.holds(found) { path, inner in objects[path]?.contains { $0.fulfils(inner) } ?? false }
    }
}

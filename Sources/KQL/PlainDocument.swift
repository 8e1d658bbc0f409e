import Model
import Wire

/// A document of plain values laid out by a schema, so that predicates can be run over it as over an event.
struct PlainDocument {
    private var values: [(index: Int, type: FieldType, value: PlainValue)] = []
    private var objects: [String: [PlainDocument]] = [:]

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
                    var object = PlainDocument(.null, schema: schema)
                    object.add(element, name: full, schema)
                    objects[full, default: []].append(object)
                }
            }
        case .boolean, .integer, .number, .text:
            if let entry = schema.entry(named: name) { values.append((entry.index, entry.type, value)) }
        }
    }

    /// Whether the document fulfils the plan.
    func fulfils(_ plan: Plan) -> Bool {
        var found = Found(leaves: plan.leafCount)
        for (index, type, value) in values {
            for i in plan.range(of: index) where Self.passes(value, type, plan.tests[i].test) { found.insert(plan.tests[i].leaf) }
        }
        return plan.condition.holds(found) { path, inner in objects[path]?.contains { $0.fulfils(inner) } ?? false }
    }

    /// Whether the value, read as the field's type, passes; a value that is not of the type passes only ``ValueTest/exists``.
    private static func passes(_ value: PlainValue, _ type: FieldType, _ test: ValueTest) -> Bool {
        if case .exists = test { return true }
        guard let text = value.scalarText else { return false }
        let bytes = Array(text.utf8)
        switch type {
        case .keyword, .text, .label: return test.matches(bytes.span)
        case .ip: return IPAddress(text).map(test.matches) ?? false
        case .integer: return NumberText.integer(bytes.span).map(test.matches) ?? false
        case .number: return NumberText.double(bytes.span).map(test.matches) ?? false
        case .boolean: return test.matches(text == "true")
        case .date:
            if case .integer(let milliseconds) = value { return test.matches(milliseconds * 1000) }
            return TimestampReader.iso8601.read(bytes.span).map { test.matches($0.microseconds) } ?? false
        case .geoPoint: return false
        }
    }
}

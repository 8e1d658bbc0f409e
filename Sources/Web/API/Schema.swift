/// A JSON Schema (2020-12, as OpenAPI 3.1 has it), as far as the API's document needs it.
struct Schema: Sendable, Equatable {
    /// The schema as it stands in the document.
    private(set) var json: JSONTree

    private init(_ json: JSONTree) { self.json = json }

    /// Any value.
    static let any = Schema([:])
    static let boolean = Schema(["type": "boolean"])
    static let number = Schema(["type": "number"])
    static let string = Schema(["type": "string"])
    /// A time in UTC (RFC 3339).
    static let time = Schema(["type": "string", "format": "date-time"])

    /// A whole number, within bounds.
    static func integer(_ range: ClosedRange<Int>) -> Schema {
        Schema(["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)])
    }

    /// A whole number that counts.
    static let count = Schema(["type": "integer", "minimum": 0])

    /// Any whole number.
    static let integer = Schema(["type": "integer"])

    /// A number, within bounds.
    static func number(_ range: ClosedRange<Double>) -> Schema {
        Schema(["type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)])
    }

    /// Text of a form (ECMA 262 regular expression, anchored by the caller).
    static func string(pattern: String) -> Schema { Schema(["type": "string", "pattern": .text(pattern)]) }

    /// Text of a length.
    static func string(_ lengths: ClosedRange<Int>) -> Schema {
        Schema(["type": "string", "minLength": .integer(lengths.lowerBound), "maxLength": .integer(lengths.upperBound)])
    }

    /// Text that JSON Schema has a name for, such as `ipv4`.
    static func string(format: String) -> Schema { Schema(["type": "string", "format": .text(format)]) }

    /// One of some texts.
    static func choice(_ options: [String]) -> Schema { Schema(["type": "string", "enum": .array(options.map(JSONTree.text))]) }

    /// A list.
    static func array(_ item: Schema) -> Schema { Schema(["type": "array", "items": item.json]) }

    /// A list of a length, each item once.
    static func set(_ item: Schema, _ lengths: ClosedRange<Int>) -> Schema {
        Schema([
            "type": "array", "items": item.json, "minItems": .integer(lengths.lowerBound), "maxItems": .integer(lengths.upperBound),
            "uniqueItems": true,
        ])
    }

    /// A list of fixed places, the first `required` of which are always there.
    static func tuple(_ places: [Schema], required: Int? = nil) -> Schema {
        Schema([
            "type": "array", "prefixItems": .array(places.map(\.json)), "items": false, "minItems": .integer(required ?? places.count),
        ])
    }

    /// An object with these members and no others. All are always there but the optional ones.
    static func object(_ members: KeyValuePairs<String, Schema>, optional: Set<String> = []) -> Schema {
        object(members: members.map { ($0.key, $0.value) }, optional: optional)
    }

    /// An object with members that are put together elsewhere.
    static func object(members: [(name: String, schema: Schema)], optional: Set<String> = []) -> Schema {
        let required = members.map(\.name).filter { !optional.contains($0) }
        let properties = members.map { JSONTree.Member(name: $0.name, value: $0.schema.json) }
        let json: JSONTree = ["type": "object", "properties": .object(properties), "additionalProperties": false]
        return Schema(required.isEmpty ? json : json.with("required", .array(required.map(JSONTree.text))))
    }

    /// An object whose members all have the same form, under names that are data.
    static func map(_ value: Schema) -> Schema { Schema(["type": "object", "additionalProperties": value.json]) }

    /// One of several forms.
    static func either(_ options: [Schema]) -> Schema { Schema(["anyOf": .array(options.map(\.json))]) }

    /// A schema of the document's components.
    static func component(_ name: String) -> Schema { Schema(["$ref": .text("#/components/schemas/\(name)")]) }

    /// The same, or null.
    var orNull: Schema {
        if case .text(let type)? = json["type"], json["enum"] == nil { return Schema(json.with("type", .array([.text(type), "null"]))) }
        return .either([self, Schema(["type": "null"])])
    }

    /// The same with a sentence on what it means.
    func described(_ text: String) -> Schema { Schema(json.with("description", .text(text))) }

    /// The same with the value that is taken where none is given.
    func standard(_ value: JSONTree) -> Schema { Schema(json.with("default", value)) }

    /// The same with a keyword of JSON Schema for which there is no other way.
    func with(_ keyword: String, _ value: JSONTree) -> Schema { Schema(json.with(keyword, value)) }
}

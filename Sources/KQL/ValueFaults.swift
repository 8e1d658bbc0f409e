import Model

extension ValueReader {
    /// `null` is no value.
    func nullFault(_ value: QueryLiteral) -> KQLError {
        KQLError(
            .nullValue, at: value.position.lowerBound, "null is no value",
            hint: "Write “not field: *” for events without the field, or “\"null\"” for the word.")
    }

    /// The limit of an order comparison as text.
    func limit(_ value: QueryLiteral) throws(KQLError) -> String {
        switch value.value {
        case .wildcard, .pattern, .regexp:
            throw KQLError(.wildcardOnType, at: value.position.lowerBound, "an order comparison takes no wildcard", expected: ["a value"])
        default: return value.text
        }
    }

    /// A value that the field cannot have.
    func wrong(_ value: QueryLiteral, _ entry: FieldSchema.Entry, _ expected: String) -> KQLError {
        KQLError(
            .wrongValue, at: value.position.lowerBound, "“\(value.text)” does not fit “\(entry.name)”, which is \(Self.noun(entry.type))",
            expected: [expected], hint: Slips.warning(for: value, field: entry.name, isKnown: { _ in false }))
    }

    static func wildcardHint(_ entry: FieldSchema.Entry) -> String {
        switch entry.type {
        case .ip: "Write a network: “\(entry.name): 198.51.100.0/24”."
        case .date: "Write a shorter date (“2026-03” is the whole month) or a range."
        case .boolean, .geoPoint: "Only “\(entry.name): *” is possible, for whether there is one."
        default: "Write a range: “\(entry.name) >= 1000 and \(entry.name) < 2000”."
        }
    }

    static func noun(_ type: FieldType) -> String {
        switch type {
        case .keyword, .label: "a keyword"
        case .text: "a text"
        case .ip: "an address"
        case .integer: "a whole number"
        case .number: "a number"
        case .date: "a date"
        case .boolean: "a truth value"
        case .geoPoint: "a place"
        }
    }
}

import Model

extension Slips {
    static func nearestName(to name: String, _ schema: FieldSchema) -> String? { Spelling.nearest(to: name, among: schema.names) }

    /// A question that names the candidate nearest to a misspelt name.
    static func nearest(_ name: String, _ candidates: [String]) -> String? {
        Spelling.nearest(to: name, among: candidates).map { "Did you mean “\($0)”?" }
    }
}

/// The fields that a name in a query stands for.
enum FieldMatch {
    case one(FieldSchema.Entry)
    /// A name with stars.
    case several([FieldSchema.Entry], label: [String]?)
    /// A label with that key; the parts between stars.
    case label(FieldSchema.Entry, key: [String])
    /// An object whose fields these are.
    case object([FieldSchema.Entry])
    case unknown

    /// Looks a name up below a path.
    init(_ field: QueryLiteral, below path: String?, in schema: FieldSchema) {
        let prefix = path.map { $0 + "." } ?? ""
        let labels = schema.entries.first { $0.type == .label }
        if case .wildcard(var parts) = field.value {
            parts[0] = prefix + parts[0]
            let pattern = Wildcard(parts, ignoresCase: false)
            let found = schema.entries.filter { pattern.matches(Array($0.name.utf8).span) }
            if let labels, let key = Self.labelKey(parts, labels.name) {
                self = .several([labels], label: key)
            } else {
                self = found.isEmpty ? .unknown : .several(found, label: nil)
            }
            return
        }
        let name = prefix + field.text
        if let entry = schema.entry(named: name) {
            self = .one(entry)
        } else if let labels, let key = Self.labelKey([name], labels.name) {
            self = .label(labels, key: key)
        } else {
            let below = schema.entries(below: name)
            self = below.isEmpty ? .unknown : .object(below)
        }
    }

    private static func labelKey(_ parts: [String], _ name: String) -> [String]? {
        guard parts[0].hasPrefix(name + ".") else { return nil }
        return [String(parts[0].dropFirst(name.count + 1))] + parts.dropFirst()
    }
}

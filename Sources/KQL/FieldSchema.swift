import Model

/// Which fields there are and of what types: those of events, or a mapping of arbitrary documents.
public struct FieldSchema: Sendable {
    struct Entry: Sendable {
        let index: Int
        let name: String
        let type: FieldType
        /// The path of the nested object that the field lies in.
        let nestedPath: String?
    }

    let entries: [Entry]
    /// Paths of nested objects.
    let nestedPaths: Set<String>
    /// One more than the greatest index.
    let indexLimit: Int
    private let byName: [String: Int]

    /// The fields of events; an index is the field's number.
    public static let events = FieldSchema(
        Field.definitions.map { (Int($0.0.rawValue), $0.1.name, $0.1.type) }, nested: [])

    /// A schema from an Elasticsearch mapping: names with types such as `keyword`, `long`, `nested`; unknown types are left out.
    public init(mapping: [String: String]) {
        var fields: [(Int, String, FieldType)] = []
        var nested: Set<String> = []
        for (name, type) in mapping.sorted(by: { $0.key < $1.key }) {
            switch type {
            case "nested": nested.insert(name)
            case "keyword", "constant_keyword", "wildcard": fields.append((fields.count, name, .keyword))
            case "text", "match_only_text": fields.append((fields.count, name, .text))
            case "long", "integer", "short", "byte": fields.append((fields.count, name, .integer))
            case "double", "float", "half_float", "scaled_float": fields.append((fields.count, name, .number))
            case "ip": fields.append((fields.count, name, .ip))
            case "date": fields.append((fields.count, name, .date))
            case "boolean": fields.append((fields.count, name, .boolean))
            case "geo_point": fields.append((fields.count, name, .geoPoint))
            default: continue
            }
        }
        self.init(fields, nested: nested)
    }

    private init(_ fields: [(Int, String, FieldType)], nested: Set<String>) {
        entries = fields.map { index, name, type in
            let path = nested.filter { name.hasPrefix($0 + ".") }.max { $0.count < $1.count }
            return Entry(index: index, name: name, type: type, nestedPath: path)
        }
        nestedPaths = nested
        indexLimit = (fields.map(\.0).max() ?? -1) + 1
        byName = Dictionary(entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The names of all fields, in the order in which they are defined.
    public var names: [String] { entries.map(\.name) }

    func entry(named name: String) -> Entry? { byName[name].map { entries[$0] } }

    /// The fields below an object, e.g. all of `source.geo`.
    func entries(below name: String) -> [Entry] { entries.filter { $0.name.hasPrefix(name + ".") } }
}

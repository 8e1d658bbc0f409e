package import Model

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
    /// The type of each index; nil where no field has it.
    package let types: [FieldType?]
    private let byName: [String: Int]

    /// The fields of events; an index is the field's number.
    public static let events = FieldSchema(
        Field.definitions.map { (Int($0.0.rawValue), $0.1.name, $0.1.type) }, nested: [])

    /// A schema from an Elasticsearch mapping: names with types such as `keyword`, `long`, `nested`; unknown types are left out.
    public init(mapping: [String: String]) { self.init(mapping: mapping, isTimed: true) }

    /// - Parameter isTimed: whether every document has one event time.
    init(mapping: [String: String], isTimed: Bool) {
        var fields: [(Int, String, FieldType)] = []
        var nested: Set<String> = []
        // The number of the event time stays for it alone: columns keep it apart from the other fields.
        var next = Int(Field.timestamp.rawValue) + 1
        func add(_ name: String, _ type: FieldType) {
            let isTime = isTimed && name == Field.timestamp.name && type == .date
            fields.append((isTime ? Int(Field.timestamp.rawValue) : next, name, type))
            next += isTime ? 0 : 1
        }
        for (name, type) in mapping.sorted(by: { $0.key < $1.key }) {
            switch type {
            case "nested": nested.insert(name)
            case "keyword", "constant_keyword", "wildcard": add(name, .keyword)
            case "text", "match_only_text": add(name, .text)
            case "long", "integer", "short", "byte": add(name, .integer)
            case "double", "float", "half_float", "scaled_float": add(name, .number)
            case "ip": add(name, .ip)
            case "date": add(name, .date)
            case "boolean": add(name, .boolean)
            case "geo_point": add(name, .geoPoint)
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
        var types = [FieldType?](repeating: nil, count: (fields.map(\.0).max() ?? -1) + 1)
        for (index, _, type) in fields { types[index] = type }
        self.types = types
        byName = Dictionary(entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The names of all fields, in the order in which they are defined.
    public var names: [String] { entries.map(\.name) }

    func entry(named name: String) -> Entry? { byName[name].map { entries[$0] } }

    /// The fields below an object, e.g. all of `source.geo`.
    func entries(below name: String) -> [Entry] { entries.filter { $0.name.hasPrefix(name + ".") } }
}

import Model
import Wire

/// A mapping made ready: its distinct paths, and what each is for.
struct MappingPlan: Sendable {
    /// Where a looked-up value comes from.
    struct Lookup: Sendable {
        let path: Int?
        let table: [String: String]
        let fallback: String?
        /// Our names, which a record may use itself.
        let names: [String]
    }

    /// The coordinates of one end.
    struct Place: Sendable {
        let latitude: Int
        let longitude: Int
        let location: Field
        let accuracy: Field?
    }

    private(set) var paths: [String] = []
    /// For each path the numbers of ``rules`` that its values follow.
    private(set) var rulesOfPath: [[Int]] = []
    private(set) var rules: [FieldRule] = []
    /// Fixed values: the number of a rule and the text.
    private(set) var constants: [(rule: Int, text: [UInt8])] = []
    private(set) var places: [Place] = []
    let time: Int?
    let timeReader: TimestampReader
    let attackType: Lookup
    let severity: Lookup
    /// Paths that make the message when no field is mapped to it.
    let messagePaths: [Int]
    /// Fields that the mapping sets itself.
    let fields: Set<Field>

    init(_ spec: MappingSpec) {
        var paths: [String] = []
        var rulesOfPath: [[Int]] = []
        var rules: [FieldRule] = []
        func number(_ path: String) -> Int {
            if let known = paths.firstIndex(of: path) { return known }
            paths.append(path)
            rulesOfPath.append([])
            return paths.count - 1
        }
        func action(_ name: String) -> FieldRule.Action? {
            if name.hasPrefix("labels.") { return .label(String(name.dropFirst(7))) }
            return Field.named(name).map(FieldRule.action)
        }
        for (name, path) in spec.fields.sorted(by: { $0.key < $1.key }) {
            guard let action = action(name) else { continue }
            rulesOfPath[number(path)].append(rules.count)
            rules.append(FieldRule(path, action))
        }
        for (name, value) in spec.constants.sorted(by: { $0.key < $1.key }) {
            guard let action = action(name) else { continue }
            constants.append((rules.count, Array(value.utf8)))
            rules.append(FieldRule("", action))
        }
        time = (spec.time?.path).map(number)
        timeReader = spec.time?.format.flatMap(TimestampReader.init(named:)) ?? .any
        func lookup(_ lookup: MappingSpec.Lookup?, _ names: [String], fallback: String) -> Lookup {
            let table = Dictionary(lookup?.table.map { ($0.key.lowercased(), $0.value) } ?? [], uniquingKeysWith: { first, _ in first })
            return Lookup(path: lookup?.path.map(number), table: table, fallback: lookup?.fallback ?? fallback, names: names)
        }
        attackType = lookup(spec.attackType, AttackType.allCases.map(\.name), fallback: "other")
        severity = lookup(spec.severity, AttackSeverity.allCases.map(\.name), fallback: "medium")
        let ends: [(MappingSpec.Place?, Field, Field?)] = [
            (spec.sourcePlace, .sourceLocation, .sourceAccuracy), (spec.destinationPlace, .destinationLocation, .destinationAccuracy),
            (spec.observerPlace, .observerLocation, nil),
        ]
        for (place, location, accuracy) in ends {
            guard let place else { continue }
            places.append(
                Place(latitude: number(place.latitude), longitude: number(place.longitude), location: location, accuracy: accuracy))
        }
        messagePaths = ["rule.name", "event.action", "event.reason", "source.ip"].compactMap { spec.fields[$0] }.map(number)
        fields = Set((Array(spec.fields.keys) + Array(spec.constants.keys)).compactMap(Field.named))
        self.paths = paths
        self.rulesOfPath = rulesOfPath
        self.rules = rules
    }

    /// For each path the column of a CSV file with those names; a number is a column counted from 1.
    func columns(named names: [String]) -> [Int?] {
        paths.map { path in names.firstIndex(of: path) ?? Int(path).flatMap { $0 >= 1 ? $0 - 1 : nil } }
    }
}

extension MappingPlan.Lookup {
    /// What a value means: the table's word for it, else for its part before a dot, colon, slash or blank, else the value itself where it
    /// is one of our names, else the default.
    func meaning(of value: String) -> String? {
        guard !value.isEmpty else { return fallback }
        let lower = value.lowercased()
        if let meaning = table[lower] { return meaning }
        if let first = lower.split(whereSeparator: { ".:/ ".contains($0) }).first, let meaning = table[String(first)] { return meaning }
        return names.contains(lower) ? lower : fallback
    }
}

import Model
import Wire

/// A layout made ready: its distinct paths with what each is for, and what events of each class begin with.
struct LayoutPlan: Sendable {
    private(set) var paths: [String] = []
    /// For each path the numbers of the layout's rules that its values follow.
    private(set) var rulesOfPath: [[Int]] = []
    let rules: [FieldRule]
    let time: [Int]
    /// For each path whether its times without a zone are UTC.
    let isUTC: [Bool]
    let selectors: [Int]
    let required: [Int]
    /// The classes, then ``RecordLayout/otherwise``.
    let classes: [EventClass]
    let messages: [MessageTemplate]
    let table: NameTable
    /// For each name of the table its class.
    let classOfName: [Int]
    /// What every event of a class begins with but for the attack, packed, in the order of ``classes``.
    let beginnings: EventBatch
    /// A default, and the paths any of which makes it unnecessary.
    let defaults: [(field: Field, rule: Int, text: [UInt8], paths: [Int])]
    let sensorPaths: [Int]

    init(_ layout: RecordLayout) {
        var paths: [String] = []
        var rulesOfPath: [[Int]] = []
        func number(_ path: String) -> Int {
            if let known = paths.firstIndex(of: path) { return known }
            paths.append(path)
            rulesOfPath.append([])
            return paths.count - 1
        }
        var rules = layout.rules
        for (index, rule) in layout.rules.enumerated() { rulesOfPath[number(rule.path)].append(index) }
        time = layout.time.map(number)
        selectors = layout.selectors.map(number)
        required = layout.required.map(number)
        let allClasses = layout.classes + [layout.otherwise]
        classes = allClasses
        messages = allClasses.map { MessageTemplate($0.message ?? layout.otherwise.message ?? layout.name, number: number) }
        var names: [String] = []
        var classOfName: [Int] = []
        for (index, eventClass) in layout.classes.enumerated() {
            for match in eventClass.matches {
                names.append(match.lowercased())
                classOfName.append(index)
            }
        }
        table = NameTable(names)
        self.classOfName = classOfName
        func pathsOf(_ field: Field) -> [Int] {
            layout.rules.filter { $0.action.fields.contains(field) }.map { number($0.path) }
        }
        sensorPaths = pathsOf(.observerName)
        defaults = layout.defaults.map { field, text in
            rules.append(FieldRule("", FieldRule.action(for: field)))
            return (field, rules.count - 1, Array(text.utf8), pathsOf(field))
        }
        beginnings = Self.beginnings(layout, allClasses)
        self.rules = rules
        self.paths = paths
        isUTC = paths.map(layout.timesInUTC.contains)
        self.rulesOfPath = rulesOfPath
    }

    private static func beginnings(_ layout: RecordLayout, _ classes: [EventClass]) -> EventBatch {
        var batch = EventBatch()
        let constants = layout.constants.map { FieldRule("", FieldRule.action(for: $0.0)) }
        let writer = FieldWriter(constants)
        for eventClass in classes {
            batch.append(.eventFamily, eventClass.family.name)
            batch.append(.eventKind, layout.kind)
            for category in eventClass.categories { batch.append(.eventCategory, category) }
            for type in eventClass.types { batch.append(.eventType, type) }
            if let outcome = eventClass.outcome { batch.append(.eventOutcome, outcome) }
            if let action = eventClass.action { batch.append(.eventAction, action) }
            batch.append(.eventModule, layout.name)
            batch.append(.eventDataset, layout.name)
            batch.append(.observerType, layout.observerType)
            for (index, constant) in layout.constants.enumerated() {
                writer.write(index, Array(constant.1.utf8).span, zoneMinutes: 0, into: &batch)
            }
            batch.endRowWithoutRaw()
        }
        return batch
    }

    /// For each path the column of a CSV file with those names.
    func columns(named names: [String]) -> [Int?] { paths.map { names.firstIndex(of: $0) } }
}

import Model

/// Checks a query against a schema and compiles it.
struct QueryCompiler {
    let schema: FieldSchema
    var warnings: [KQLWarning] = []
    private(set) var usesNow = false
    private var reader: ValueReader
    private var leafCount = 0
    private var tests: [Int: [Plan.Entry]] = [:]

    init(schema: FieldSchema, options: QueryOptions) {
        self.schema = schema
        reader = ValueReader(options: options)
    }

    /// The plan of a query; with a path, over the objects there.
    mutating func plan(for query: Query, below path: String?) throws(KQLError) -> Plan {
        let outer = (leafCount, tests)
        (leafCount, tests) = (0, [:])
        let condition = try condition(query, path)
        let plan = Plan(condition, leafCount: leafCount, tests: tests, schema: schema)
        (leafCount, tests) = outer
        usesNow = reader.usesNow
        return plan
    }

    private mutating func condition(_ query: Query, _ path: String?) throws(KQLError) -> Condition {
        switch query {
        case .and(let all): return .and(try conditions(all, path))
        case .or(let all): return .or(try conditions(all, path))
        case .not(let inner): return .not(try condition(inner, path))
        case .is(let field?, let value):
            if field.isStar, value.isStar { return .always }
            warn(of: value, field: field.text, path)
            return try comparison(field, value, nil, path)
        case .is(nil, let value): return try anywhere(value, path)
        case .exists(let field): return try comparison(field, QueryLiteral(.wildcard(["", ""]), at: field.position), nil, path)
        case .range(let field, let order, let value): return try comparison(field, value, order, path)
        case .nested(let relative, let inner):
            let full = (path.map { $0 + "." } ?? "") + relative.text
            if schema.nestedPaths.contains(full) { return .nested(full, try plan(for: inner, below: full)) }
            guard schema.entry(named: full) == nil, schema.entries(below: full).isEmpty else {
                throw KQLError(
                    .notNested, at: relative.position.lowerBound, "“\(full)” holds no nested objects",
                    hint: "Write “\(full).name: value” for each condition.")
            }
            warn(Slips.unknownField(full, schema), at: relative.position)
            return .never
        }
    }

    private mutating func conditions(_ queries: [Query], _ path: String?) throws(KQLError) -> [Condition] {
        var all: [Condition] = []
        for query in queries { all.append(try condition(query, path)) }
        return all
    }

    // MARK: Comparisons

    private mutating func comparison(
        _ field: QueryLiteral, _ value: QueryLiteral, _ order: RangeOperator?, _ path: String?
    ) throws(KQLError) -> Condition {
        switch FieldMatch(field, below: path, in: schema) {
        case .one(let entry):
            try checkNesting(entry, field, path)
            guard let test = try reader.test(value, order, entry, isLenient: false) else { return .never }
            return leaf([(entry.index, test)])
        case .label(let entry, let key):
            return leaf([(entry.index, try reader.labelTest(key: key, value, order))])
        case .several(let entries, let label):
            if let label { return leaf([(entries[0].index, try reader.labelTest(key: label, value, order))]) }
            return try several(entries, value, order, path)
        case .object(let entries) where value.isStar && order == nil: return try several(entries, value, nil, path)
        case .object, .unknown:
            warn(Slips.unknownField((path.map { $0 + "." } ?? "") + field.text, schema), at: field.position)
            return .never
        }
    }

    /// Any of the fields; those in nested objects are searched object by object.
    private mutating func several(
        _ entries: [FieldSchema.Entry], _ value: QueryLiteral, _ order: RangeOperator?, _ path: String?
    ) throws(KQLError) -> Condition {
        var here: [(Int, ValueTest)] = []
        var nested: [String: [(Int, ValueTest)]] = [:]
        for entry in entries {
            guard let test = try reader.test(value, order, entry, isLenient: true) else { continue }
            if let below = entry.nestedPath, below != path {
                nested[below, default: []].append((entry.index, test))
            } else {
                here.append((entry.index, test))
            }
        }
        var any = here.isEmpty ? [] : [leaf(here)]
        for (below, found) in nested.sorted(by: { $0.key < $1.key }) {
            let byField = Dictionary(grouping: found, by: \.0).mapValues { $0.map { Plan.Entry(leaf: 0, test: $0.1) } }
            any.append(.nested(below, Plan(.leaf(0), leafCount: 1, tests: byField, schema: schema)))
        }
        return any.isEmpty ? .never : any.count == 1 ? any[0] : .or(any)
    }

    /// Any field of the event, or of the nested object inside a group; each word with a star is searched by itself.
    private mutating func anywhere(_ value: QueryLiteral, _ path: String?) throws(KQLError) -> Condition {
        if value.isStar { return .always }
        warn(of: value, field: nil, path)
        guard value.value != .null else { throw reader.nullFault(value) }
        let entries = schema.entries.filter { $0.nestedPath == path }
        guard case .wildcard(let parts) = value.value else { return try several(entries, value, nil, path) }
        var any: [Condition] = []
        for word in ValueReader.words(parts) {
            let literal = QueryLiteral(word.count > 1 ? .wildcard(word) : .bare(word[0]), at: value.position)
            any.append(literal.isStar ? .always : try several(entries, literal, nil, path))
        }
        return any.count == 1 ? any[0] : .or(any)
    }

    private mutating func leaf(_ found: [(Int, ValueTest)]) -> Condition {
        for (index, test) in found { tests[index, default: []].append(Plan.Entry(leaf: leafCount, test: test)) }
        leafCount += 1
        return .leaf(leafCount - 1)
    }

    // MARK: Checks

    private func checkNesting(_ entry: FieldSchema.Entry, _ field: QueryLiteral, _ path: String?) throws(KQLError) {
        guard entry.nestedPath != path else { return }
        if let below = entry.nestedPath {
            let short = entry.name.dropFirst(below.count + 1)
            throw KQLError(
                .nestedOutside, at: field.position.lowerBound, "“\(entry.name)” is a field of nested objects",
                hint: "Write “\(below): { \(short): … }”.")
        }
        throw KQLError(
            .notNested, at: field.position.lowerBound, "“\(entry.name)” is no field of the nested objects “\(path ?? "")”",
            hint: "Write it outside the curly brackets.")
    }

    private mutating func warn(of value: QueryLiteral, field: String?, _ path: String?) {
        if let field, case .one(let entry) = FieldMatch(QueryLiteral(.quoted(field)), below: path, in: schema), entry.type == .text {
            return
        }
        let schema = schema
        if let text = Slips.warning(for: value, field: field, isKnown: { schema.entry(named: $0) != nil }) {
            warn(text, at: value.position)
        }
    }

    private mutating func warn(_ message: String, at position: Range<Int>) {
        let warning = KQLWarning(message, at: position)
        if !warnings.contains(warning) { warnings.append(warning) }
    }
}

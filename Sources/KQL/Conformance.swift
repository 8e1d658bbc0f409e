package import Model

/// Runs shared test vectors (`kql/1`, `filters/1`) against this engine.
public struct Conformance: Sendable {
    /// What became of the cases of a file.
    public struct Report: Sendable, CustomStringConvertible {
        /// A case that did not go as its file says.
        public struct Failure: Sendable {
            /// The id of the case.
            public let id: String
            /// Which evaluator it was, or what they disagree about: `events`, `columns`.
            public let evaluator: String
            /// What the file says, for people.
            public let expected: String
            /// What came out, for people.
            public let got: String
        }

        /// Ids of the cases that went as the file says.
        public var passed: [String] = []
        /// The others.
        public var failures: [Failure] = []

        /// A line for each failure, then `N passed, M failed`.
        public var description: String {
            let lines = failures.map { "\($0.id) (\($0.evaluator)): expected \($0.expected), got \($0.got)" }
            let failed = Set(failures.map(\.id)).count
            return (lines + ["\(passed.count) passed, \(failed) failed"]).joined(separator: "\n")
        }
    }

    /// One of the ways in which the product finds what fulfils a query.
    package struct Evaluator: Sendable {
        /// Its name in a report.
        package let name: String
        /// Takes documents, of a schema with these types, and then finds the indices of those that fulfil a plan.
        package let over: @Sendable ([PackedDocument], [FieldType?]) -> (Plan) -> [Int]

        package init(_ name: String, over: @escaping @Sendable ([PackedDocument], [FieldType?]) -> (Plan) -> [Int]) {
            self.name = name
            self.over = over
        }

        /// Each document by itself, as the live filter and alert rules look at events.
        package static let events = Evaluator("events") { documents, _ in
            { plan in documents.indices.filter { documents[$0].fulfils(plan) } }
        }
    }

    /// Runs a file's cases through every evaluator; a case passes when all give what the file says.
    ///
    /// - Parameters:
    ///   - file: the bytes of a file of either format.
    ///   - evaluators: those that are asked; they must also agree where the file leaves the result open.
    ///   - sibling: gives the bytes of a file beside it, as `filters/1` takes its documents from a `kql/1` file.
    package static func run(
        _ file: [UInt8], through evaluators: [Evaluator] = [.events], sibling: (String) throws -> [UInt8]
    ) throws -> Report {
        let content = try PlainValue(json: file)
        switch content["format"]?.string {
        case "kql/1":
            let world = try World(content, evaluators)
            return world.report(content) { item throws(KQLError) in try Query(parsing: item["expr"]?.string ?? "") }
        case "filters/1":
            let world = try World(PlainValue(json: sibling(content["documents_in"]?.string ?? "kql.json")), evaluators)
            let reader = FilterReader(dropsKeywordSuffix: false)
            return world.report(content) { item throws(KQLError) in try reader.query(item["filter"] ?? .null) }
        default:
            throw KQLError(.unsupported, at: 0, "the file is of no known format", expected: ["kql/1", "filters/1"])
        }
    }
}

/// The documents that cases are run over.
private struct World {
    private let schema: FieldSchema
    private let options: QueryOptions
    private let ids: [String]
    private let evaluators: [(name: String, find: (Plan) -> [Int])]

    init(_ content: PlainValue, _ evaluators: [Conformance.Evaluator]) throws(KQLError) {
        guard case .map(let mapping)? = content["mapping"], let now = content["now"]?.string,
            let time = DateText(now, now: .init(microseconds: 0), zoneMinutes: 0)
        else { throw KQLError(.syntax, at: 0, "the file lacks “mapping” or “now”") }
        options = QueryOptions(now: .init(microseconds: time.first))
        let documents = content["documents"]?.elements ?? []
        let schema = FieldSchema(
            mapping: mapping.compactMapValues(\.string),
            isTimed: documents.allSatisfy { $0[Field.timestamp.name]?.string != nil })
        self.schema = schema
        ids = documents.map { $0["_id"]?.string ?? "" }
        let packed = documents.map { PackedDocument($0, schema: schema) }
        self.evaluators = evaluators.map { ($0.name, $0.over(packed, schema.types)) }
    }

    func report(_ content: PlainValue, _ query: (PlainValue) throws(KQLError) -> Query) -> Conformance.Report {
        var report = Conformance.Report()
        for item in content["cases"]?.elements ?? [] {
            let id = item["id"]?.string ?? "?"
            let failures = failures(item, id, query)
            if failures.isEmpty { report.passed.append(id) } else { report.failures += failures }
        }
        return report
    }

    private func failures(
        _ item: PlainValue, _ id: String, _ query: (PlainValue) throws(KQLError) -> Query
    ) -> [Conformance.Report.Failure] {
        let policy = item["policy"]?.string
        let expect = item[policy == "must_differ" ? "required" : "expect"] ?? .null
        let isOpen = policy == "may_differ"
        func failure(_ expected: String, _ got: String, _ evaluator: String = "parser") -> [Conformance.Report.Failure] {
            [.init(id: id, evaluator: evaluator, expected: expected, got: got)]
        }
        do {
            let query = try query(item)
            if expect["error"] == .boolean(true) { return isOpen ? [] : failure("an error", "\(query.tree)") }
            if let tree = expect["tree"], tree != query.tree, !isOpen { return failure("the tree \(tree)", "\(query.tree)") }
            guard case .list(let listed)? = expect["ids"] else { return [] }
            let predicate = try KQLPredicate(query, schema: schema, options: options)
            let found = evaluators.map { (name: $0.name, ids: $0.find(predicate.plan).map { ids[$0] }.sorted()) }
            let wanted = isOpen ? found.first?.ids ?? [] : listed.compactMap(\.string).sorted()
            return found.filter { $0.ids != wanted }.flatMap { failure(Self.text(wanted), Self.text($0.ids), $0.name) }
        } catch {
            let wanted = (expect["ids"]?.elements ?? []).compactMap(\.string)
            if isOpen || expect["error"] == .boolean(true) || expect["ids"] == nil { return [] }
            return failure(Self.text(wanted), "the error “\(error)” at \(error.offset)")
        }
    }

    private static func text(_ ids: [String]) -> String { ids.isEmpty ? "nothing" : ids.joined(separator: " ") }
}

extension Query {
    /// The tree in the form of the shared vectors.
    var tree: PlainValue {
        switch self {
        case .and(let all): .map(["and": .list(all.map(\.tree))])
        case .or(let all): .map(["or": .list(all.map(\.tree))])
        case .not(let inner): .map(["not": inner.tree])
        case .is(let field, let value): .map(["is": .list([field?.tree ?? .map(["lit": .null]), value.tree])])
        case .range(let field, let order, let value): .map(["range": .list([field.tree, .text(order.rawValue), value.tree])])
        case .exists(let field): .map(["exists": field.tree])
        case .nested(let path, let inner): .map(["nested": .list([path.tree, inner.tree])])
        }
    }
}

extension QueryLiteral {
    fileprivate var tree: PlainValue {
        switch value {
        case .bare(let text), .exact(let text), .allWords(let text), .regexp(let text): .map(["lit": .text(text)])
        case .boolean(let flag): .map(["lit": .boolean(flag)])
        case .null: .map(["lit": .null])
        case .quoted(let text): .map(["quoted": .text(text)])
        case .wildcard(let parts), .pattern(let parts): .map(["wild": .list(parts.map(PlainValue.text))])
        }
    }
}

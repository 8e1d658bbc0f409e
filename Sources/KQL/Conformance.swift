import Model

/// Runs shared test vectors (`kql/1`, `filters/1`) against this engine.
public struct Conformance: Sendable {
    /// What became of the cases of a file.
    public struct Report: Sendable, CustomStringConvertible {
        /// A case that did not go as its file says.
        public struct Failure: Sendable {
            /// The id of the case.
            public let id: String
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
            let lines = failures.map { "\($0.id): expected \($0.expected), got \($0.got)" }
            return (lines + ["\(passed.count) passed, \(failures.count) failed"]).joined(separator: "\n")
        }
    }

    /// Runs a file's cases.
    ///
    /// - Parameters:
    ///   - file: the bytes of a file of either format.
    ///   - sibling: gives the bytes of a file beside it, as `filters/1` takes its documents from a `kql/1` file.
    public static func run(_ file: [UInt8], sibling: (String) throws -> [UInt8]) throws -> Report {
        let content = try PlainValue(json: file)
        switch content["format"]?.string {
        case "kql/1":
            let world = try World(content)
            return world.report(content) { item throws(KQLError) in try Query(parsing: item["expr"]?.string ?? "") }
        case "filters/1":
            let world = try World(PlainValue(json: sibling(content["documents_in"]?.string ?? "kql.json")))
            let reader = FilterReader(dropsKeywordSuffix: false)
            return world.report(content) { item throws(KQLError) in try reader.query(item["filter"] ?? .null) }
        default:
            throw KQLError(.unsupported, at: 0, "the file is of no known format", expected: ["kql/1", "filters/1"])
        }
    }
}

/// The documents that cases are run over.
private struct World {
    let schema: FieldSchema
    let options: QueryOptions
    let documents: [(id: String, document: PlainDocument)]

    init(_ content: PlainValue) throws(KQLError) {
        guard case .map(let mapping)? = content["mapping"], let now = content["now"]?.string,
            let time = DateText(now, now: .init(microseconds: 0), zoneMinutes: 0)
        else { throw KQLError(.syntax, at: 0, "the file lacks “mapping” or “now”") }
        schema = FieldSchema(mapping: mapping.compactMapValues(\.string))
        options = QueryOptions(now: .init(microseconds: time.first))
        let schema = schema
        documents = (content["documents"]?.elements ?? []).map {
            ($0["_id"]?.string ?? "", PlainDocument($0, schema: schema))
        }
    }

    func report(_ content: PlainValue, _ query: (PlainValue) throws(KQLError) -> Query) -> Conformance.Report {
        var report = Conformance.Report()
        for item in content["cases"]?.elements ?? [] {
            let id = item["id"]?.string ?? "?"
            let key = item["policy"]?.string == "must_differ" ? "required" : "expect"
            let expect = item[key] ?? .null
            if let failure = failure(item, expect, query), item["policy"]?.string != "may_differ" {
                report.failures.append(.init(id: id, expected: failure.expected, got: failure.got))
            } else {
                report.passed.append(id)
            }
        }
        return report
    }

    private func failure(
        _ item: PlainValue, _ expect: PlainValue, _ query: (PlainValue) throws(KQLError) -> Query
    ) -> (expected: String, got: String)? {
        do {
            let query = try query(item)
            if expect["error"] == .boolean(true) { return ("an error", "\(query.tree)") }
            if let tree = expect["tree"], tree != query.tree { return ("the tree \(tree)", "\(query.tree)") }
            guard case .list(let ids)? = expect["ids"] else { return nil }
            let predicate = try KQLPredicate(query, schema: schema, options: options)
            let wanted = ids.compactMap(\.string).sorted()
            let found = documents.filter { $0.document.fulfils(predicate.plan) }.map(\.id).sorted()
            return found == wanted ? nil : (wanted.joined(separator: " "), found.isEmpty ? "nothing" : found.joined(separator: " "))
        } catch {
            let wanted = (expect["ids"]?.elements ?? []).compactMap(\.string).joined(separator: " ")
            return expect["error"] == .boolean(true) || expect["ids"] == nil ? nil : (wanted, "the error “\(error)” at \(error.offset)")
        }
    }
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

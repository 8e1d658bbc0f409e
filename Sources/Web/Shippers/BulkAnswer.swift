import HTTPTypes
import Model

/// What became of the actions of a bulk request, in Elasticsearch's words.
enum BulkAnswer {
    /// The answer.
    static func tree(_ items: [(item: BulkRequest.Item, outcome: ShipperIntake.Outcome?)], milliseconds: Int) -> JSONTree {
        let results = items.map { result($0.item, $0.outcome) }
        return [
            "took": .integer(milliseconds), "errors": .flag(results.contains { $0.isError }),
            "items": .array(
                zip(items, results).map { .object([JSONTree.Member(name: $0.item.action.rawValue, value: $1.tree)]) }),
        ]
    }

    /// One action; without an outcome it is one that is not done.
    private static func result(_ item: BulkRequest.Item, _ outcome: ShipperIntake.Outcome?) -> (tree: JSONTree, isError: Bool) {
        func good(_ result: String, _ status: Int, id: String) -> (JSONTree, Bool) {
            (
                [
                    "_index": .text(item.index), "_id": .text(id), "_version": 1, "result": .text(result),
                    "_shards": ["total": 1, "successful": 1, "failed": 0], "_seq_no": 0, "_primary_term": 1, "status": .integer(status),
                ], false
            )
        }
        func bad(_ status: Int, _ type: String, _ reason: String) -> (JSONTree, Bool) {
            var tree: JSONTree = ["_index": .text(item.index)]
            if let id = item.id { tree = tree.with("_id", .text(id)) }
            return (
                tree.with("status", .integer(status)).with(
                    "error", ["type": .text(type), "reason": .text(reason), "index": .text(item.index)]), true
            )
        }
        switch outcome {
        case .stored(let id): return good("created", 201, id: item.id ?? id.description)
        case .filtered: return good("noop", 200, id: item.id ?? "")
        case .duplicate where item.action == .index: return good("noop", 200, id: item.id ?? "")
        case .duplicate:
            return bad(409, "version_conflict_engine_exception", "an event with this _id is stored already")
        case .conflict:
            return bad(
                409, "version_conflict_engine_exception", "an event with this _id and other content is stored; events are not changed")
        case .deadLettered(let reason):
            return bad(400, "document_parsing_exception", "\(reason); it is kept as a dead letter, do not send it again")
        case .full:
            return bad(429, "es_rejected_execution_exception", "more is coming in than can be stored; send this document again")
        case .unavailable(let reason): return bad(503, "unavailable_shards_exception", reason)
        case nil:
            return bad(
                400, "illegal_argument_exception", "\(item.action.rawValue) is not done: events are not changed; send index or create")
        }
    }

    /// The schema of the answer; `filter_path` may leave out any member.
    static let schema: Schema = {
        let result = Schema.object(
            [
                "_index": .string, "_id": .string, "_version": .count, "result": .choice(["created", "noop"]),
                "_shards": .object(
                    ["total": .count, "successful": .count, "failed": .count], optional: ["total", "successful", "failed"]),
                "_seq_no": .count, "_primary_term": .count, "status": .integer(200...503),
                "error": .object(["type": .string, "reason": .string, "index": .string], optional: ["type", "reason", "index"]),
            ],
            optional: ["_index", "_id", "_version", "result", "_shards", "_seq_no", "_primary_term", "status", "error"])
        return .object(
            [
                "took": .count, "errors": .boolean,
                "items": .array(
                    .object(
                        members: BulkRequest.Action.allCases.map { ($0.rawValue, result) },
                        optional: Set(BulkRequest.Action.allCases.map(\.rawValue)))),
            ], optional: ["took", "errors", "items"])
    }()
}

/// Elasticsearch's `filter_path`: the parts of an answer that are wanted, as dotted paths with `*` and `**`.
struct FilterPath {
    private let paths: [[String]]

    /// The paths of a parameter; nil for none, which leaves the answer as it is. What is left out (`-path`) is not understood and ignored.
    init?(_ text: String?) {
        guard let text else { return nil }
        paths = text.split(separator: ",").filter { !$0.hasPrefix("-") }.map { $0.split(separator: ".").map(String.init) }
        if paths.isEmpty { return nil }
    }

    /// The tree with what is wanted.
    func filter(_ tree: JSONTree) -> JSONTree { Self.filter(tree, paths[...].map { $0[...] }) ?? .object([]) }

    private static func filter(_ tree: JSONTree, _ paths: [ArraySlice<String>]) -> JSONTree? {
        if paths.contains(where: { $0.isEmpty || $0.elementsEqual(["**"]) }) { return tree }
        switch tree {
        case .object(let members):
            let kept = members.compactMap { member -> JSONTree.Member? in
                let below = paths.flatMap { step($0, into: member.name) }
                guard !below.isEmpty, let value = filter(member.value, below) else { return nil }
                return JSONTree.Member(name: member.name, value: value)
            }
            return kept.isEmpty ? nil : .object(kept)
        case .array(let items):
            let kept = items.compactMap { filter($0, paths) }
            return kept.isEmpty ? nil : .array(kept)
        default: return nil
        }
    }

    /// What is left of a path behind a member of that name.
    private static func step(_ path: ArraySlice<String>, into name: String) -> [ArraySlice<String>] {
        guard let first = path.first else { return [] }
        if first == "**" { return [path] + step(path.dropFirst(), into: name) }
        return GlobPattern(first).matches(name) ? [path.dropFirst()] : []
    }
}

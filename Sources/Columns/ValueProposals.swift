public import Model

/// A value that a field has, and how often.
public struct ValueProposal: Hashable, Sendable {
    /// The value.
    public let value: ColumnValue
    /// Events that have it.
    public let count: Int
}

extension Question where Value == [ValueProposal] {
    /// The most frequent values of a field whose text begins so, whatever the case; for labels with a key, the texts under it.
    public static func proposals(of field: Field, labelKey: String? = nil, beginning prefix: String, limit: Int) -> Question {
        Question(
            { () throws(ColumnError) in
                _ = try [.field(field)].checked()
                guard limit > 0 else { throw ColumnError(.invalid, "the limit must be at least 1, not \(limit)") }
                return ProposalMerge(field, labelKey, prefix)
            }, value: { $0.list(limit) })
    }
}

/// Counts the values that begin so.
struct ProposalMerge: SegmentMerge {
    private let field: Field
    private let labelKey: String?
    private let prefix: String
    private var groups: GroupMerge

    init(_ field: Field, _ labelKey: String?, _ prefix: String) {
        (self.field, self.labelKey, self.prefix) = (field, labelKey, prefix.lowercased())
        groups = GroupMerge([.field(field)])
    }

    var fields: [Field] { [field] }

    var hasRoom: Bool { groups.hasRoom }

    func another() -> ProposalMerge { ProposalMerge(field, labelKey, prefix) }

    mutating func add(_ scan: SegmentScan) {
        guard let column = scan.view.column(field) else { return }
        if prefix.isEmpty, labelKey == nil { return groups.add(scan) }
        let (type, key, prefix) = (field.type, labelKey, prefix)
        groups.add(scan) { Self.isWanted(StoredValue.value(column.dictionary.value(Int($0) - 1), type), key, prefix) }
    }

    private static func isWanted(_ value: ColumnValue, _ labelKey: String?, _ prefix: String) -> Bool {
        if case .label(let key, let text) = value {
            return (labelKey.map { $0 == key } ?? true) && (prefix.isEmpty || text.lowercased().hasPrefix(prefix))
        }
        return prefix.isEmpty || value.description.lowercased().hasPrefix(prefix)
    }

    mutating func absorb(_ other: ProposalMerge) { groups.absorb(other.groups) }

    func list(_ limit: Int) -> [ValueProposal] {
        groups.top(limit).map { group in
            guard case .label(_, let text) = group.values[0], labelKey != nil else {
                return ValueProposal(value: group.values[0], count: group.count)
            }
            return ValueProposal(value: .text(text), count: group.count)
        }
    }
}

import KQL
import Model

/// Something that may be put into a query.
struct Proposal: Sendable, Equatable {
    /// What is put there.
    let text: String
    /// What is shown.
    let label: String
    /// The type of a field.
    var type: String?
    /// One line about it.
    var meaning: String?
    /// Events that have the value.
    var count: Int?

    /// Fields whose name begins with what is written, then those that contain it; `not` where it fits.
    static func fields(_ written: String) -> [Proposal] {
        let wanted = written.lowercased()
        var (first, then): ([Proposal], [Proposal]) = ([], [])
        for (field, definition) in Field.definitions {
            let proposal = Proposal(
                text: field == .labels ? "\(definition.name)." : definition.name, label: definition.name, type: "\(definition.type)",
                meaning: definition.summary)
            if definition.name.lowercased().hasPrefix(wanted) {
                first.append(proposal)
            } else if definition.name.lowercased().contains(wanted) {
                then.append(proposal)
            }
        }
        if let field = Field.named(written) {
            first.insert(
                contentsOf: comparisons(field).map { Proposal(text: written + $0.text, label: $0.label, meaning: $0.meaning) }, at: 1)
        }
        if !wanted.isEmpty, "not".hasPrefix(wanted) { first.append(Proposal(text: "not ", label: "not", meaning: "Everything else.")) }
        return first + then
    }

    /// What may stand behind a field.
    static func comparisons(_ field: Field) -> [Proposal] {
        var all: [Proposal] = []
        if field.type != .geoPoint { all.append(Proposal(text: ": ", label: ":", meaning: "Has the value.")) }
        all.append(Proposal(text: ": *", label: ": *", meaning: "Has any value."))
        switch field.type {
        case .ip, .integer, .number, .date:
            for (sign, meaning) in [(">", "Greater than."), (">=", "At least."), ("<", "Less than."), ("<=", "At most.")] {
                all.append(Proposal(text: " \(sign) ", label: sign, meaning: meaning))
            }
        case .keyword, .text, .label, .boolean, .geoPoint: break
        }
        return all
    }

    static func connectives(_ written: String) -> [Proposal] {
        [("and", "Both."), ("or", "Either.")].filter { $0.0.hasPrefix(written.lowercased()) }
            .map { Proposal(text: "\($0.0) ", label: $0.0, meaning: $0.1) }
    }

    /// Values that do not depend on the events.
    static func fixedValues(_ field: Field, _ written: String, isOrdered: Bool) -> [Proposal] {
        let values: [(String, String)] =
            switch field.type {
            case .boolean: [("true", "Yes."), ("false", "No.")]
            case .date:
                [("now-15m", "A quarter of an hour ago."), ("now-1h", "An hour ago."), ("now-1d", "A day ago."), ("now/d", "Today.")]
            default: []
            }
        let any = isOrdered || field.type == .date ? [] : [("*", "Any value.")]
        return (values + any).filter { $0.0.hasPrefix(written.lowercased()) }.map { Proposal(text: $0.0, label: $0.0, meaning: $0.1) }
    }
}

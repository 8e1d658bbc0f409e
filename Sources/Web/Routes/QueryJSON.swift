import Columns
import Model

/// How values and groups stand in answers.
extension JSONText {
    /// Writes a value: numbers and truth values as such, all else as text.
    mutating func value(_ value: ColumnValue) {
        switch value {
        case .integer(let number): self.value(Int(number))
        case .number(let number): self.value(exact: number)
        case .boolean(let flag): self.value(flag)
        default: self.value(value.description)
        }
    }

    mutating func member(_ name: String, exact number: Double) { member(name) { $0.value(exact: number) } }

    mutating func member(_ name: String, _ value: ColumnValue) { member(name) { $0.value(value) } }

    mutating func member(_ name: String, _ time: Timestamp) { member(name, time.iso8601) }

    mutating func member(_ name: String, _ values: [ColumnValue]) { list(name, values) { $0.value($1) } }

    /// Writes a member that is a list.
    mutating func list<Element>(_ name: String, _ elements: some Sequence<Element>, _ write: (inout JSONText, Element) -> Void) {
        member(name) { json in json.array { json in for element in elements { write(&json, element) } } }
    }

    /// Writes a member that is a list of objects.
    mutating func objects<Element>(_ name: String, _ elements: some Sequence<Element>, _ write: (inout JSONText, Element) -> Void) {
        list(name, elements) { json, element in json.object { write(&$0, element) } }
    }

    /// The groups of a top list, its fields, and how many groups there are.
    mutating func members(_ top: TopGroups, _ fields: [Field]) {
        objects("groups", top.groups) { json, group in
            json.member("values", group.values)
            json.member("count", group.count)
        }
        list("fields", fields) { $0.value($1.name) }
        member("distinct", top.distinct)
    }

    /// The spans of a histogram; with a field, each has a value of it.
    mutating func spans(_ groups: [Group], isSplit: Bool) {
        objects("spans", groups) { json, group in
            json.member("start", group.values[0].description)
            if isSplit { json.member("value", group.values[1]) }
            json.member("count", group.count)
        }
    }

    /// The counts of both periods.
    mutating func members(_ counts: ComparedCount) {
        member("count", counts.count)
        member("previous", counts.previous)
        member("difference", counts.difference)
    }

    /// The periods that were compared.
    mutating func member(_ periods: ComparedPeriods) {
        for (name, period) in [("current", periods.current), ("previous", periods.previous)] {
            member("\(name)Period") { json in
                json.object { json in
                    json.member("from", period.lowerBound)
                    json.member("to", period.upperBound)
                }
            }
        }
    }
}

import Model

/// A JSON value whose members keep their order, as the API's document is made of it.
indirect enum JSONTree: Sendable, Equatable {
    case null
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case array([JSONTree])
    case object([Member])

    /// A member of an object.
    struct Member: Sendable, Equatable {
        var name: String
        var value: JSONTree
    }

    /// Writes the value.
    func write(to json: inout JSONText) {
        switch self {
        case .null: json.value(nil as String?)
        case .flag(let flag): json.value(flag)
        case .integer(let number): json.value(number)
        case .number(let number): json.value(number, digits: 6)
        case .text(let text): json.value(text)
        case .array(let items): json.array { json in for item in items { item.write(to: &json) } }
        case .object(let members):
            json.object { json in for member in members { json.member(member.name) { member.value.write(to: &$0) } } }
        }
    }

    /// The member of that name; nil where there is none.
    subscript(name: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The same object with one more member, or with another value of it.
    func with(_ name: String, _ value: JSONTree?) -> JSONTree {
        guard let value, case .object(var members) = self else { return self }
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = value
        } else {
            members.append(Member(name: name, value: value))
        }
        return .object(members)
    }
}

extension JSONTree: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(floatLiteral value: Double) { self = .number(value) }
    init(booleanLiteral value: Bool) { self = .flag(value) }
    init(arrayLiteral elements: JSONTree...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSONTree)...) { self = .object(elements.map { Member(name: $0.0, value: $0.1) }) }
}

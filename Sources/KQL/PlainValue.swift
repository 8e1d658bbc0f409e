import Foundation

/// A value as JSON and YAML have them: what filters and test documents are made of.
public enum PlainValue: Sendable, Hashable, Decodable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case list([PlainValue])
    case map([String: PlainValue])

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .boolean(flag)
        } else if let number = try? container.decode(Int64.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([PlainValue].self) {
            self = .list(list)
        } else {
            self = .map(try container.decode([String: PlainValue].self))
        }
    }

    /// Reads JSON.
    public init(json bytes: [UInt8]) throws { self = try JSONDecoder().decode(PlainValue.self, from: Data(bytes)) }

    /// The member of a map.
    public subscript(_ key: String) -> PlainValue? {
        if case .map(let members) = self { members[key] } else { nil }
    }

    /// The text of a text.
    public var string: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The elements of a list; a single value is a list of one, null an empty one.
    public var elements: [PlainValue] {
        switch self {
        case .list(let all): all
        case .null: []
        default: [self]
        }
    }

    /// A text, number or truth value as text.
    public var scalarText: String? {
        switch self {
        case .boolean(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .text(let text): text
        case .null, .list, .map: nil
        }
    }
}

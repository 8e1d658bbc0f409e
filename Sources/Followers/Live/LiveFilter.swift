public import Model

/// Which events a stream or screen wants; part of the URL, so screens with equal filters share one encoding.
public struct LiveFilter: Hashable, Sendable {
    /// Families wanted, a bit each.
    private let families: UInt8
    /// Attack types wanted, a bit each; posts and records have none and always pass.
    private let types: UInt16
    /// What the events must match besides; nil for all.
    public let query: LiveQuery?

    /// A filter by names; nil means the default (attacks and posts; every type).
    ///
    /// Throws ``LiveFilterError`` for a name that does not exist, and for an empty one.
    public init(families: String? = nil, types: String? = nil, query: LiveQuery? = nil) throws(LiveFilterError) {
        self.query = query
        var familyBits: UInt8 = 0
        for name in (families ?? "attack,post").split(separator: ",", omittingEmptySubsequences: false) {
            guard let family = EventFamily(name: String(name)) else {
                throw LiveFilterError(parameter: "families", value: String(name), allowed: EventFamily.allCases.map(\.name))
            }
            familyBits |= 1 << family.rawValue
        }
        self.families = familyBits
        guard let types else {
            self.types = .max
            return
        }
        var typeBits: UInt16 = 0
        for name in types.split(separator: ",", omittingEmptySubsequences: false) {
            guard let type = AttackType(name: String(name)) else {
                throw LiveFilterError(parameter: "types", value: String(name), allowed: AttackType.allCases.map(\.name))
            }
            typeBits |= 1 << UInt16(type.rawValue)
        }
        self.types = typeBits
    }

    private init(allFamilies: Void) {
        families = .max
        types = .max
        query = nil
    }

    /// Everything: attacks, posts and records.
    public static let everything = LiveFilter(allFamilies: ())

    /// Attacks and posts.
    public static let standard = LiveFilter(standardFamilies: ())

    private init(standardFamilies: Void) {
        families = 1 << EventFamily.attack.rawValue | 1 << EventFamily.post.rawValue
        types = .max
        query = nil
    }

    /// Whether an event of that family and type is wanted, as far as the query is not asked.
    public func accepts(_ family: EventFamily, _ type: AttackType?) -> Bool {
        guard families & 1 << family.rawValue != 0 else { return false }
        guard family == .attack, let type else { return true }
        return types & 1 << UInt16(type.rawValue) != 0
    }

    /// Whether the event is wanted, as far as the query is not asked.
    public func accepts(_ row: EventRow) -> Bool {
        if self == .everything { return true }
        let family = row.first(.eventFamily).flatMap { EventFamily(utf8: row.utf8($0)) } ?? .record
        return accepts(family, types == .max ? nil : row.first(.attackType).flatMap { AttackType(utf8: row.utf8($0)) })
    }
}

/// A filter that names something that does not exist.
public struct LiveFilterError: Error, Sendable, CustomStringConvertible {
    /// The parameter of the URL.
    public let parameter: String
    /// What it said.
    public let value: String
    /// What it may say.
    public let allowed: [String]

    public var description: String {
        "\(parameter): \(value.isEmpty ? "a name is missing" : "there is no \(value)"); choose from \(allowed.joined(separator: ", "))"
    }
}

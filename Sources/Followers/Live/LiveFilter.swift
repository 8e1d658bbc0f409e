public import Model

/// Which events a stream or screen wants; part of the URL, so screens with equal filters share one encoding.
public struct LiveFilter: Hashable, Sendable {
    /// Families wanted, a bit each.
    private let families: UInt8
    /// Attack types wanted, a bit each; posts and records have none and always pass.
    private let types: UInt16
    /// What the events must match besides; nil for all.
    public let query: LiveQuery?
    /// Whether noise is left out, of what is drawn and listed and of the numbers.
    public let hidesNoise: Bool

    /// A filter by names; nil means the default (attacks and posts; every type).
    ///
    /// Throws ``LiveFilterError`` for a name that does not exist or stands twice, and for an empty one.
    public init(
        families: String? = nil, types: String? = nil, query: LiveQuery? = nil, hidesNoise: Bool = false
    ) throws(LiveFilterError) {
        self.query = query
        self.hidesNoise = hidesNoise
        let known = EventFamily.allCases.map { (name: $0.name, bit: Int($0.rawValue)) }
        self.families = UInt8(truncatingIfNeeded: try Self.bits(families ?? "attack,post", "families", known))
        guard let types else {
            self.types = .max
            return
        }
        let all = AttackType.allCases.map { (name: $0.name, bit: Int($0.rawValue)) }
        self.types = UInt16(truncatingIfNeeded: try Self.bits(types, "types", all))
    }

    /// A bit for each name of a list with commas.
    private static func bits(
        _ text: String, _ parameter: String, _ known: [(name: String, bit: Int)]
    ) throws(LiveFilterError) -> Int {
        var bits = 0
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            let bit = known.first { $0.name == name }.map { 1 << $0.bit }
            guard let bit, bits & bit == 0 else {
                throw LiveFilterError(parameter: parameter, value: String(name), isRepeated: bit != nil, allowed: known.map(\.name))
            }
            bits |= bit
        }
        return bits
    }

    private init(allFamilies: Void) {
        families = .max
        types = .max
        query = nil
        hidesNoise = false
    }

    /// Everything: attacks, posts and records.
    public static let everything = LiveFilter(allFamilies: ())

    /// Attacks and posts.
    public static let standard = LiveFilter(standardFamilies: ())

    private init(standardFamilies: Void) {
        families = 1 << EventFamily.attack.rawValue | 1 << EventFamily.post.rawValue
        types = .max
        query = nil
        hidesNoise = false
    }

    /// Whether an event of that family and type is wanted, as far as neither the query nor the lens is asked.
    public func accepts(_ family: EventFamily, _ type: AttackType?) -> Bool {
        guard families & 1 << family.rawValue != 0 else { return false }
        guard family == .attack, let type else { return true }
        return types & 1 << UInt16(type.rawValue) != 0
    }

    /// Whether the event is wanted, as far as the query is not asked.
    func accepts(_ event: MapEvent) -> Bool { !(hidesNoise && event.isNoise) && accepts(event.family, event.type) }

    /// The same of an event's row.
    func accepts(_ row: TickerRow) -> Bool { !(hidesNoise && row.isNoise) && accepts(row.family, row.type) }

    /// Whether the event is wanted, as far as the query is not asked.
    public func accepts(_ row: EventRow) -> Bool {
        if self == .everything { return true }
        if hidesNoise, row.first(.noiseKind) != nil { return false }
        let family = row.first(.eventFamily).flatMap { EventFamily(utf8: row.utf8($0)) } ?? .record
        return accepts(family, types == .max ? nil : row.first(.attackType).flatMap { AttackType(utf8: row.utf8($0)) })
    }
}

/// A filter that names something that does not exist, or something twice.
public struct LiveFilterError: Error, Sendable, CustomStringConvertible {
    /// The parameter of the URL.
    public let parameter: String
    /// What it said.
    public let value: String
    /// Whether that stands there twice.
    public let isRepeated: Bool
    /// What it may say.
    public let allowed: [String]

    public var description: String {
        let fault = isRepeated ? "\(value) stands there twice" : value.isEmpty ? "a name is missing" : "there is no \(value)"
        return "\(parameter): \(fault); choose from \(allowed.joined(separator: ", "))"
    }
}

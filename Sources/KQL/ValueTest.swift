package import Model

/// One comparison, compiled for the values of one type.
package enum ValueTest: Sendable {
    /// Whatever the value.
    case exists
    case string(StringTest)
    case words(WordTest)
    /// A label whose key and whose text pass.
    case label(key: Wildcard, StringTest?)
    case network(Network)
    case addresses(ClosedRange<IPAddress>)
    case integers(ClosedRange<Int64>)
    case numbers(ClosedRange<Double>)
    case dates(ClosedRange<Int64>)
    case boolean(Bool)

    package func matches(_ value: IPAddress) -> Bool {
        switch self {
        case .exists: true
        case .network(let network): network.contains(value)
        case .addresses(let range): range.contains(value)
        default: false
        }
    }

    package func matches(_ value: Int64) -> Bool {
        switch self {
        case .exists: true
        case .integers(let range), .dates(let range): range.contains(value)
        default: false
        }
    }

    package func matches(_ value: Double) -> Bool {
        switch self {
        case .exists: true
        case .numbers(let range): range.contains(value)
        default: false
        }
    }

    package func matches(_ value: Bool) -> Bool {
        switch self {
        case .exists: true
        case .boolean(let wanted): value == wanted
        default: false
        }
    }

    package func matches(_ value: Span<UInt8>) -> Bool {
        switch self {
        case .exists: true
        case .string(let test): test.matches(value)
        case .words(let test): test.matches(value)
        default: false
        }
    }

    package func matches(label key: Span<UInt8>, _ text: Span<UInt8>) -> Bool {
        switch self {
        case .exists: true
        case .label(let wanted, let test): wanted.matches(key) && test?.matches(text) ?? true
        default: false
        }
    }
}

extension ValueTest {
    /// The one whole text that passes, where there is only one.
    package var onlyText: [UInt8]? {
        if case .string(.pattern(let wildcard)) = self { wildcard.plain } else { nil }
    }

    /// The one address that passes, where there is only one.
    package var onlyAddress: IPAddress? {
        switch self {
        case .network(let network) where network.prefixLength == 128: network.first
        case .addresses(let range) where range.lowerBound == range.upperBound: range.lowerBound
        default: nil
        }
    }

    /// The whole numbers or instants (in microseconds) that pass, where they are a range.
    package var integers: ClosedRange<Int64>? {
        switch self {
        case .integers(let range), .dates(let range): range
        default: nil
        }
    }

    /// Whether any value passes.
    package var isExistence: Bool { if case .exists = self { true } else { false } }
}

/// A comparison with one whole text.
package enum StringTest: Sendable {
    case pattern(Wildcard)
    case regexp(LinearRegexp)
    /// Order by UTF-8 bytes.
    case range(RangeOperator, [UInt8])

    func matches(_ value: Span<UInt8>) -> Bool {
        switch self {
        case .pattern(let wildcard): return wildcard.matches(value)
        case .regexp(let regexp): return regexp.matches(value)
        case .range(let comparison, let limit):
            let order = Self.compare(value, limit)
            switch comparison {
            case .gt: return order > 0
            case .gte: return order >= 0
            case .lt: return order < 0
            case .lte: return order <= 0
            }
        }
    }

    private static func compare(_ a: Span<UInt8>, _ b: [UInt8]) -> Int {
        for i in 0..<min(a.count, b.count) where a[i] != b[i] { return a[i] < b[i] ? -1 : 1 }
        return a.count - b.count
    }
}

/// A comparison with the words of a text; the wanted words are lower-cased.
package enum WordTest: Sendable {
    /// Any of them is among the words.
    case any([StringTest])
    /// Each of them is among the words; 64 at most.
    case all([StringTest])
    /// They follow one another; 64 at most.
    case phrase([StringTest])

    /// Words of a phrase or of `all` at most.
    static let most = 64

    func matches(_ text: Span<UInt8>) -> Bool {
        switch self {
        case .any(let wanted):
            var found = false
            Words.forEachLowered(in: text) { word in
                found = wanted.contains { $0.matches(word) }
                return !found
            }
            return found
        case .all(let wanted):
            let complete = Self.mask(wanted.count)
            var seen: UInt64 = 0
            Words.forEachLowered(in: text) { word in
                seen |= Self.matching(wanted, word)
                return seen != complete
            }
            return seen == complete
        case .phrase(let wanted):
            // Shift-And (Baeza-Yates and Gonnet 1992) over words instead of letters.
            let last: UInt64 = 1 << UInt64(wanted.count - 1)
            var state: UInt64 = 0
            Words.forEachLowered(in: text) { word in
                state = (state << 1 | 1) & Self.matching(wanted, word)
                return state & last == 0
            }
            return state & last != 0
        }
    }

    private static func mask(_ count: Int) -> UInt64 { count >= 64 ? .max : (1 << UInt64(count)) - 1 }

    private static func matching(_ wanted: [StringTest], _ word: Span<UInt8>) -> UInt64 {
        var bits: UInt64 = 0
        for i in wanted.indices where wanted[i].matches(word) { bits |= 1 << UInt64(i) }
        return bits
    }
}

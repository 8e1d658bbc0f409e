import Model
import Wire

/// Reads the values of a query as the types of their fields demand.
struct ValueReader {
    let options: QueryOptions
    private(set) var usesNow = false

    init(options: QueryOptions) { self.options = options }

    /// The test for a value in a field; nil when no value can pass. A lenient reader gives nil where a strict one throws.
    mutating func test(
        _ value: QueryLiteral, _ order: RangeOperator?, _ entry: FieldSchema.Entry, isLenient: Bool
    ) throws(KQLError) -> ValueTest? {
        if value.isStar, order == nil { return .exists }
        do {
            return try strictTest(value, order, entry)
        } catch {
            if isLenient, error.code != .tooLarge, error.code != .syntax { return nil }
            throw error
        }
    }

    /// The test for a label; nil texts cannot occur.
    func labelTest(key: [String], _ value: QueryLiteral, _ order: RangeOperator?) throws(KQLError) -> ValueTest {
        let test = value.isStar && order == nil ? nil : try string(value, order)
        return .label(key: Wildcard(key, ignoresCase: false), test)
    }

    private mutating func strictTest(
        _ value: QueryLiteral, _ order: RangeOperator?, _ entry: FieldSchema.Entry
    ) throws(KQLError) -> ValueTest? {
        if value.value == .null { throw nullFault(value) }
        switch entry.type {
        case .keyword: return .string(try string(value, order))
        case .text: return try words(value, order)
        case .label: return try labelTest(key: ["", ""], value, order)
        case .ip, .integer, .number, .date, .boolean, .geoPoint: break
        }
        switch value.value {
        case .wildcard, .pattern, .regexp:
            throw KQLError(
                .wildcardOnType, at: value.position.lowerBound, "“\(entry.name)” is \(Self.noun(entry.type)): it takes no wildcard",
                hint: Self.wildcardHint(entry))
        default: break
        }
        switch entry.type {
        case .ip: return try address(value, order, entry)
        case .integer: return try integer(value, order, entry)
        case .number: return try number(value, order, entry)
        case .date: return try date(value, order, entry)
        case .boolean:
            guard order == nil, value.text == "true" || value.text == "false" else { throw wrong(value, entry, "true or false") }
            return .boolean(value.text == "true")
        default: throw wrong(value, entry, "* (whether there is one)")
        }
    }

    // MARK: Text

    private func string(_ value: QueryLiteral, _ order: RangeOperator?) throws(KQLError) -> StringTest {
        if value.value == .null { throw nullFault(value) }
        if let order { return .range(order, Array(try limit(value).utf8)) }
        switch value.value {
        case .wildcard(let parts), .pattern(let parts): return .pattern(Wildcard(parts, ignoresCase: options.ignoresCase))
        case .regexp(let text): return .regexp(try LinearRegexp(text, ignoresCase: options.ignoresCase))
        default: return .pattern(Wildcard([value.text], ignoresCase: options.ignoresCase))
        }
    }

    private func words(_ value: QueryLiteral, _ order: RangeOperator?) throws(KQLError) -> ValueTest? {
        if let order { return .words(.any([.range(order, Array(try limit(value).utf8))])) }
        func plain(_ word: [UInt8]) -> StringTest { .pattern(Wildcard([String(decoding: word, as: UTF8.self)], ignoresCase: false)) }
        let wanted: WordTest
        switch value.value {
        case .quoted(let text): wanted = .phrase(Words.all(in: text).map(plain))
        case .allWords(let text): wanted = .all(Words.all(in: text).map(plain))
        case .exact(let text): wanted = .any([.pattern(Wildcard([text], ignoresCase: options.ignoresCase))])
        case .pattern(let parts): wanted = .any([.pattern(Wildcard(parts, ignoresCase: options.ignoresCase))])
        case .regexp(let text): wanted = .any([.regexp(try LinearRegexp(text, ignoresCase: options.ignoresCase))])
        case .wildcard(let parts):
            var any: [StringTest] = []
            for word in Self.words(parts) {
                if word.count == 1 {
                    any += Words.all(in: word[0]).map(plain)
                } else {
                    any.append(.pattern(Wildcard(word.map { $0.lowercased() }, ignoresCase: false)))
                }
            }
            wanted = .any(any)
        case .bare, .boolean, .null: wanted = .any(Words.all(in: value.text).map(plain))
        }
        switch wanted {
        case .any(let all): return all.isEmpty ? nil : .words(wanted)
        case .phrase(let all), .all(let all):
            guard all.count <= WordTest.most else {
                throw KQLError(.tooLarge, at: value.position.lowerBound, "a phrase has \(WordTest.most) words at most")
            }
            return all.isEmpty ? nil : .words(wanted)
        }
    }

    /// A value with stars cut at its blanks: for each word the parts between its stars.
    static func words(_ parts: [String]) -> [[String]] {
        var words: [[String]] = [[""]]
        for (i, part) in parts.enumerated() {
            if i > 0 { words[words.count - 1].append("") }
            for scalar in part.unicodeScalars {
                if scalar.properties.isWhitespace {
                    words.append([""])
                } else {
                    let last = words.count - 1
                    words[last][words[last].count - 1].unicodeScalars.append(scalar)
                }
            }
        }
        return words.filter { $0 != [""] }
    }

    // MARK: Numbers, addresses, dates

    private func address(_ value: QueryLiteral, _ order: RangeOperator?, _ entry: FieldSchema.Entry) throws(KQLError) -> ValueTest? {
        guard let order else {
            guard let network = Network(value.text) else { throw wrong(value, entry, "an address, or a network such as 198.51.100.0/24") }
            return .network(network)
        }
        guard let address = IPAddress(value.text) else { throw wrong(value, entry, "an address") }
        let least = IPAddress(high: 0, low: 0)
        let greatest = IPAddress(high: .max, low: .max)
        switch order {
        case .gte: return .addresses(address...greatest)
        case .lte: return .addresses(least...address)
        case .gt:
            guard address < greatest else { return nil }
            return .addresses(IPAddress(high: address.low == .max ? address.high + 1 : address.high, low: address.low &+ 1)...greatest)
        case .lt:
            guard least < address else { return nil }
            return .addresses(least...IPAddress(high: address.low == 0 ? address.high - 1 : address.high, low: address.low &- 1))
        }
    }

    private func integer(_ value: QueryLiteral, _ order: RangeOperator?, _ entry: FieldSchema.Entry) throws(KQLError) -> ValueTest? {
        let text = Array(value.text.utf8)
        let exact = NumberText.integer(text.span)
        guard exact != nil || NumberText.double(text.span) != nil else { throw wrong(value, entry, "a number") }
        let real = NumberText.double(text.span) ?? 0
        /// A bound beyond 64 bits becomes the outermost number.
        func bound(_ real: Double) -> Int64 { exact ?? Int64(exactly: real) ?? (real < 0 ? .min : .max) }
        let isBeyond = exact == nil && Int64(exactly: real.rounded(.down)) == nil
        switch order {
        case nil: return exact.map { .integers($0...$0) }
        case .gte: return isBeyond && real > 0 ? nil : .integers(bound(real.rounded(.up))...Int64.max)
        case .lte: return isBeyond && real < 0 ? nil : .integers(Int64.min...bound(real.rounded(.down)))
        case .gt:
            let floor = bound(real.rounded(.down))
            if isBeyond, real < 0 { return .integers(Int64.min...Int64.max) }
            return floor == .max ? nil : .integers((floor + 1)...Int64.max)
        case .lt:
            let ceiling = bound(real.rounded(.up))
            if isBeyond, real > 0 { return .integers(Int64.min...Int64.max) }
            return ceiling == .min ? nil : .integers(Int64.min...(ceiling - 1))
        }
    }

    private func number(_ value: QueryLiteral, _ order: RangeOperator?, _ entry: FieldSchema.Entry) throws(KQLError) -> ValueTest? {
        guard let real = NumberText.double(Array(value.text.utf8).span) else { throw wrong(value, entry, "a number") }
        switch order {
        case nil: return .numbers(real...real)
        case .gte: return .numbers(real...Double.infinity)
        case .lte: return .numbers(-Double.infinity...real)
        case .gt: return .numbers(real.nextUp...Double.infinity)
        case .lt: return .numbers(-Double.infinity...real.nextDown)
        }
    }

    private mutating func date(_ value: QueryLiteral, _ order: RangeOperator?, _ entry: FieldSchema.Entry) throws(KQLError) -> ValueTest? {
        guard let span = DateText(value.text, now: options.now, zoneMinutes: options.zoneMinutes) else {
            throw wrong(value, entry, "a date such as 2026-03-01, 2026-03-01T10:00 or now-1d/d")
        }
        usesNow = usesNow || span.usesNow
        switch order {
        case nil: return .dates(span.first...max(span.first, span.last))
        case .gt: return .dates((span.last + 1)...Int64.max)
        case .gte: return .dates(span.first...Int64.max)
        case .lt: return .dates(Int64.min...(span.first - 1))
        case .lte: return .dates(Int64.min...span.last)
        }
    }
}

/// A regular expression of Lucene's syntax over a whole value, in time linear in the value (Thompson's simulation).
///
/// Knows `. ? + * {n} {n,} {n,m} | ( ) [ ] [^ ]`, `"…"`, `@` (any text), `\d \D \w \W \s \S` and `\` before any sign.
/// `~`, `&`, `<n-m>` and `#` are refused.
package struct LinearRegexp: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        case one(Unicode.Scalar)
        case any
        case set([ClosedRange<UInt32>], negated: Bool)
        case split(Int, Int)
        case jump(Int)
        case accept
    }

    /// Steps at most, so that nested repetitions cannot fill the memory.
    static let largest = 10_000

    private let steps: [Step]
    private let ignoresCase: Bool

    init(_ pattern: String, ignoresCase: Bool) throws(KQLError) {
        var reader = RegexpReader(ignoresCase ? pattern.lowercased() : pattern)
        steps = try reader.program()
        self.ignoresCase = ignoresCase
    }

    /// Whether the whole value matches.
    func matches(_ value: Span<UInt8>) -> Bool {
        let raw = value.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        let text = ignoresCase ? raw.lowercased() : raw
        var current = StateList(count: steps.count)
        var next = StateList(count: steps.count)
        add(0, to: &current)
        for scalar in text.unicodeScalars {
            next.removeAll()
            for state in current.states {
                switch steps[state] {
                case .one(let wanted): if wanted == scalar { add(state + 1, to: &next) }
                case .any: add(state + 1, to: &next)
                case .set(let ranges, let negated):
                    if ranges.contains(where: { $0.contains(scalar.value) }) != negated { add(state + 1, to: &next) }
                case .split, .jump, .accept: continue
                }
            }
            swap(&current, &next)
            if current.states.isEmpty { return false }
        }
        return current.states.contains { steps[$0] == .accept }
    }

    private func add(_ state: Int, to list: inout StateList) {
        var pending = [state]
        while let state = pending.popLast() {
            guard list.insert(state) else { continue }
            switch steps[state] {
            case .jump(let to): pending.append(to)
            case .split(let a, let b): pending += [b, a]
            case .one, .any, .set, .accept: continue
            }
        }
    }

    private struct StateList {
        var states: [Int] = []
        private var isIn: [Bool]

        init(count: Int) { isIn = [Bool](repeating: false, count: count) }

        mutating func insert(_ state: Int) -> Bool {
            if isIn[state] { return false }
            isIn[state] = true
            states.append(state)
            return true
        }

        mutating func removeAll() {
            for state in states { isIn[state] = false }
            states.removeAll(keepingCapacity: true)
        }
    }
}

/// Compiles a pattern into steps; targets of jumps are relative while fragments are put together.
private struct RegexpReader {
    private let text: [Unicode.Scalar]
    private var at = 0
    private var depth = 0

    init(_ pattern: String) { text = Array(pattern.unicodeScalars) }

    mutating func program() throws(KQLError) -> [LinearRegexp.Step] {
        let steps = try alternatives()
        guard at == text.count else { throw fault("“)” without “(” in the regular expression") }
        return steps + [.accept]
    }

    private mutating func alternatives() throws(KQLError) -> [LinearRegexp.Step] {
        var steps = try sequence()
        while text[safe: at] == "|" {
            at += 1
            let other = try sequence()
            let left = Self.moved(steps, by: 1)
            steps = [.split(1, left.count + 2)] + left + [.jump(left.count + other.count + 2)] + Self.moved(other, by: left.count + 2)
        }
        return steps
    }

    private mutating func sequence() throws(KQLError) -> [LinearRegexp.Step] {
        var steps: [LinearRegexp.Step] = []
        while let scalar = text[safe: at], scalar != "|", scalar != ")" {
            var atom = try atom(scalar)
            while let (low, high) = try repetition() { atom = try Self.repeated(atom, low, high) { fault($0) } }
            steps += Self.moved(atom, by: steps.count)
            guard steps.count <= LinearRegexp.largest else { throw fault("the regular expression is too large") }
        }
        return steps
    }

    private mutating func atom(_ scalar: Unicode.Scalar) throws(KQLError) -> [LinearRegexp.Step] {
        at += 1
        switch scalar {
        case ".": return [.any]
        case "@": return [.split(1, 3), .any, .jump(0)]
        case "(":
            guard depth < Query.deepestNesting else { throw fault("the regular expression is too deep") }
            depth += 1
            let inner = try alternatives()
            guard text[safe: at] == ")" else { throw fault("“(” is never closed in the regular expression") }
            at += 1
            depth -= 1
            return inner
        case "[": return [try set()]
        case "\"":
            var steps: [LinearRegexp.Step] = []
            while let next = text[safe: at], next != "\"" {
                steps.append(.one(next))
                at += 1
            }
            guard at < text.count else { throw fault("a quote is never closed in the regular expression") }
            at += 1
            return steps
        case "\\":
            guard let escaped = text[safe: at] else { throw fault("the regular expression ends with a backslash") }
            at += 1
            if let (ranges, negated) = Self.shorthand(escaped) { return [.set(ranges, negated: negated)] }
            return [.one(escaped)]
        case "~", "&", "<", "#":
            throw fault("“\(scalar)” is not known in regular expressions here: put a backslash before it if it is meant as text")
        case "*", "+", "?", "{": throw fault("“\(scalar)” repeats nothing in the regular expression")
        default: return [.one(scalar)]
        }
    }

    private mutating func set() throws(KQLError) -> LinearRegexp.Step {
        let negated = text[safe: at] == "^"
        if negated { at += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        while let scalar = text[safe: at], scalar != "]" || ranges.isEmpty {
            at += 1
            var low = scalar
            if scalar == "\\", let escaped = text[safe: at] {
                at += 1
                if let (more, isNegated) = Self.shorthand(escaped), !isNegated {
                    ranges += more
                    continue
                }
                low = escaped
            }
            var high = low
            if text[safe: at] == "-", let end = text[safe: at + 1], end != "]" {
                high = end
                at += 2
            }
            guard low.value <= high.value else { throw fault("a range is upside down in the regular expression") }
            ranges.append(low.value...high.value)
        }
        guard text[safe: at] == "]" else { throw fault("“[” is never closed in the regular expression") }
        at += 1
        return .set(ranges, negated: negated)
    }

    private static func shorthand(_ letter: Unicode.Scalar) -> ([ClosedRange<UInt32>], Bool)? {
        switch letter {
        case "d", "D": ([48...57], letter == "D")
        case "w", "W": ([48...57, 65...90, 95...95, 97...122], letter == "W")
        case "s", "S": ([9...13, 32...32], letter == "S")
        default: nil
        }
    }

    private mutating func repetition() throws(KQLError) -> (Int, Int?)? {
        switch text[safe: at] {
        case "*":
            at += 1
            return (0, nil)
        case "+":
            at += 1
            return (1, nil)
        case "?":
            at += 1
            return (0, 1)
        case "{":
            at += 1
            let low = number()
            var high = low
            if text[safe: at] == "," {
                at += 1
                high = number()
            }
            guard let low, text[safe: at] == "}", low <= high ?? low else { throw fault("a repetition in braces is wrong") }
            at += 1
            return (low, high)
        default: return nil
        }
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = text[safe: at], ("0"..."9").contains(scalar), (value ?? 0) <= LinearRegexp.largest {
            value = (value ?? 0) * 10 + Int(scalar.value - 48)
            at += 1
        }
        return value
    }

    private static func repeated(
        _ atom: [LinearRegexp.Step], _ low: Int, _ high: Int?, _ fault: (String) -> KQLError
    ) throws(KQLError) -> [LinearRegexp.Step] {
        guard (atom.count + 2) * max(low, high ?? 0, 1) <= LinearRegexp.largest else { throw fault("the regular expression is too large") }
        var steps: [LinearRegexp.Step] = []
        for _ in 0..<low { steps += moved(atom, by: steps.count) }
        guard let high else {
            let start = steps.count
            return steps + [.split(start + 1, start + atom.count + 2)] + moved(atom, by: start + 1) + [.jump(start)]
        }
        let end = steps.count + (high - low) * (atom.count + 1)
        for _ in low..<high {
            steps.append(.split(steps.count + 1, end))
            steps += moved(atom, by: steps.count)
        }
        return steps
    }

    private static func moved(_ steps: [LinearRegexp.Step], by distance: Int) -> [LinearRegexp.Step] {
        steps.map {
            switch $0 {
            case .split(let a, let b): .split(a + distance, b + distance)
            case .jump(let to): .jump(to + distance)
            case .one, .any, .set, .accept: $0
            }
        }
    }

    private func fault(_ detail: String) -> KQLError { KQLError(.syntax, at: 0, detail) }
}

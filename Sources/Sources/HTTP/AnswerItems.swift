import Wire

/// The items of a JSON answer: the elements of the array at a path, arrays in arrays looked through.
struct AnswerItems {
    /// Where the items lie in the body; nil when none of the paths is there, or the body is no JSON.
    let ranges: [Range<Int>]?
    /// The cursor in the answer; nil when the path is not there.
    private(set) var cursor: String?

    /// Finds the items at the first of the paths that leads to an array; `.` is the whole answer, `*` any member.
    init(_ body: [UInt8], paths: [String], cursor path: String?, pick: CursorPick, limit: Int) {
        var reader = JSONReader(maximumByteCount: limit)
        let span = body.span
        do throws(JSONError) {
            try reader.read(span)
        } catch {
            ranges = nil
            return
        }
        let walk = JSONWalk(reader: reader)
        var found: [Range<Int>]?
        for path in paths {
            let tokens = walk.tokens(at: path.split(separator: ".").map(String.init), in: span)
            let arrays = tokens.filter { reader[$0].kind == .array }
            guard !arrays.isEmpty else { continue }
            found = arrays.flatMap { walk.items(of: $0) }
            break
        }
        ranges = found
        guard let path else { return }
        let texts = walk.tokens(at: path.split(separator: ".").map(String.init), in: span).compactMap { walk.scalar($0, in: span) }
        cursor = pick.choose(texts)
    }
}

/// Which of several values of a cursor counts.
public enum CursorPick: String, Sendable, CaseIterable {
    case first, last, greatest

    /// The chosen one of the values, which stand in the order of the answer. Whole numbers are compared as such, others as text.
    func choose(_ texts: [String]) -> String? {
        switch self {
        case .first: texts.first
        case .last: texts.last
        case .greatest:
            texts.max { a, b in
                if let a = Int64(a), let b = Int64(b) { return a < b }
                return a < b
            }
        }
    }
}

/// Steps through the tokens of a JSON text by names.
struct JSONWalk {
    let reader: JSONReader

    /// The tokens at a path from the root; arrays on the way are looked through, `*` is any member.
    func tokens(at path: [String], in text: Span<UInt8>) -> [Int] {
        var found = [0]
        for name in path {
            var next: [Int] = []
            for token in found { step(token, name, text, &next) }
            found = next
        }
        return found
    }

    private func step(_ token: Int, _ name: String, _ text: Span<UInt8>, _ found: inout [Int]) {
        switch reader[token].kind {
        case .array:
            var at = token + 1
            while at < reader[token].next {
                step(at, name, text, &found)
                at = reader[at].next
            }
        case .object:
            var at = token + 1
            while at < reader[token].next {
                let key = reader[at]
                if !key.isSuperseded, name == "*" || self.text(of: key, in: text) == name { found.append(at + 1) }
                at = reader[at + 1].next
            }
        default: break
        }
    }

    /// The elements of an array that are no arrays themselves, those of arrays in it included.
    func items(of array: Int) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var at = array + 1
        while at < reader[array].next {
            let token = reader[at]
            if token.kind == .array {
                found += items(of: at)
            } else if token.kind == .object {
                found.append(token.range)
            } else {
                let isString = token.kind == .string
                found.append(isString ? token.range.lowerBound - 1..<token.range.upperBound + 1 : token.range)
            }
            at = token.next
        }
        return found
    }

    /// The text of a string or number.
    func scalar(_ token: Int, in text: Span<UInt8>) -> String? {
        switch reader[token].kind {
        case .string, .integer, .float: self.text(of: reader[token], in: text)
        default: nil
        }
    }

    private func text(of token: JSONToken, in input: Span<UInt8>) -> String {
        var out: [UInt8] = []
        reader.appendText(of: token, in: input, to: &out)
        return String(decoding: out, as: UTF8.self)
    }
}

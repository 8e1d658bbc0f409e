import Model

/// A sentence with values of the record: `login {username} on {protocol}`.
///
/// Words are what stands between blanks; a word with a path that has no value is left out. Of a long value the first 256 bytes count.
struct MessageTemplate: Sendable {
    private enum Part: Sendable {
        case text([UInt8])
        case path(Int)
    }

    private static let longestValue = 256

    private let words: [[Part]]

    /// A template whose paths get numbers from `number`.
    init(_ text: String, number: (String) -> Int) {
        words = text.split(separator: " ").map { word in
            var parts: [Part] = []
            var rest = word[...]
            while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
                if open > rest.startIndex { parts.append(.text(Array(rest[..<open].utf8))) }
                parts.append(.path(number(String(rest[rest.index(after: open)..<close]))))
                rest = rest[rest.index(after: close)...]
            }
            if !rest.isEmpty { parts.append(.text(Array(rest.utf8))) }
            return parts
        }
    }

    /// Appends the sentence; nothing when no word is left.
    func append(_ values: borrowing MappingValues, to out: inout [UInt8]) {
        for word in words {
            let isComplete = word.allSatisfy { part in
                if case .path(let path) = part { !values.first(path).isEmpty } else { true }
            }
            guard isComplete else { continue }
            if !out.isEmpty { out.append(UInt8(ascii: " ")) }
            for part in word {
                switch part {
                case .text(let text): out.append(contentsOf: text)
                case .path(let path): Self.append(values.text, values.first(path), to: &out)
                }
            }
        }
    }

    private static func append(_ text: [UInt8], _ range: Range<Int>, to out: inout [UInt8]) {
        guard range.count > longestValue else {
            out.append(contentsOf: text[range])
            return
        }
        var end = range.lowerBound + longestValue
        while end > range.lowerBound, text[end] & 0xc0 == 0x80 { end -= 1 }
        out.append(contentsOf: text[range.lowerBound..<end])
        out.append(contentsOf: "…".utf8)
    }
}

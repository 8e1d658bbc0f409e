/// Text with stars, matched against whole values: linear, no backtracking beyond the last star.
package struct Wildcard: Sendable, Equatable {
    private let parts: [[UInt8]]
    private let ignoresCase: Bool

    /// The parts between the stars; one part is plain equality.
    init(_ parts: [String], ignoresCase: Bool) {
        // Two stars side by side are one.
        let inner = parts.dropFirst().dropLast().filter { !$0.isEmpty }
        let kept = parts.count < 2 ? parts : [parts[0]] + inner + [parts[parts.count - 1]]
        self.parts = kept.map { Array((ignoresCase ? $0.lowercased() : $0).utf8) }
        self.ignoresCase = ignoresCase
    }

    /// The text, if it has no star and its case matters.
    var plain: [UInt8]? { parts.count == 1 && !ignoresCase ? parts[0] : nil }

    /// What every value that passes begins with, as far as bytes tell.
    var beginning: [UInt8] { ignoresCase ? [] : parts[0] }

    /// Whether the whole value is that text.
    func matches(_ value: Span<UInt8>) -> Bool {
        guard ignoresCase else { return search(value, fold: false) }
        for i in value.indices where value[i] >= 0x80 {
            let folded = Array(value.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }.lowercased().utf8)
            return search(folded.span, fold: false)
        }
        return search(value, fold: true)
    }

    private func search(_ value: Span<UInt8>, fold: Bool) -> Bool {
        let first = parts[0]
        if parts.count == 1 { return value.count == first.count && equals(first, value, 0, fold) }
        let last = parts[parts.count - 1]
        guard value.count >= first.count + last.count, equals(first, value, 0, fold),
            equals(last, value, value.count - last.count, fold)
        else { return false }
        var at = first.count
        let end = value.count - last.count
        for part in parts[1..<parts.count - 1] {
            while at + part.count <= end, !equals(part, value, at, fold) { at += 1 }
            guard at + part.count <= end else { return false }
            at += part.count
        }
        return true
    }

    @inline(__always) private func equals(_ part: [UInt8], _ value: Span<UInt8>, _ at: Int, _ fold: Bool) -> Bool {
        for i in part.indices {
            let byte = value[at + i]
            guard part[i] == (fold && byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte) else { return false }
        }
        return true
    }
}

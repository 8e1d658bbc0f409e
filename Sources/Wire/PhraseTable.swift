/// Finds which of a fixed set of phrases a text holds, in one walk over the text; ASCII case does not count.
///
/// Buckets by the first two bytes: nearly every place of a text costs one look-up. The first phrase of the list that occurs wins, so
/// lists run from the specific to the general.
public struct PhraseTable: Sendable {
    private let phrases: [[UInt8]]
    /// For each bucket the first phrase in it, or -1.
    private var heads = [Int32](repeating: -1, count: 1024)
    /// For each phrase the next of its bucket, or -1.
    private var next: [Int32]

    /// A table of phrases of at least two bytes; shorter ones are never found.
    public init(_ phrases: [String]) {
        self.phrases = phrases.map { $0.utf8.map(Span<UInt8>.lowercased) }
        next = [Int32](repeating: -1, count: phrases.count)
        for (number, phrase) in self.phrases.enumerated().reversed() where phrase.count >= 2 {
            let bucket = Self.bucket(phrase[0], phrase[1])
            next[number] = heads[bucket]
            heads[bucket] = Int32(truncatingIfNeeded: number)
        }
    }

    /// The number of the first phrase of the list that stands in the text, and where it stands; nil when none does.
    public func first(in text: Span<UInt8>) -> (number: Int, range: Range<Int>)? {
        guard text.count >= 2 else { return nil }
        var best: (number: Int, range: Range<Int>)?
        var here = Span<UInt8>.lowercased(text[0])
        for at in 0..<text.count - 1 {
            let second = Span<UInt8>.lowercased(text[at + 1])
            var number = Int(heads[Self.bucket(here, second)])
            here = second
            // A bucket's numbers ascend, so what is not better than the best ends the look.
            while number >= 0, best.map({ number < $0.number }) ?? true {
                if stands(phrases[number], in: text, at: at) {
                    best = (number, at..<at + phrases[number].count)
                    break
                }
                number = Int(next[number])
            }
        }
        return best
    }

    private func stands(_ phrase: [UInt8], in text: Span<UInt8>, at start: Int) -> Bool {
        guard start + phrase.count <= text.count else { return false }
        for i in phrase.indices where Span<UInt8>.lowercased(text[start + i]) != phrase[i] { return false }
        return true
    }

    @inline(__always) private static func bucket(_ first: UInt8, _ second: UInt8) -> Int { (Int(first) &* 37 &+ Int(second)) & 1023 }
}

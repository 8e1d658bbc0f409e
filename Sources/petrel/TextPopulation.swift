import Simulator

/// Texts of the query bench: one event in eight has a payload of a dozen words, nearly all different from each other.
///
/// Words come from a vocabulary with the skew of real texts. `beacon` is in one event of 100,000; `reverse` and `shell` are in many,
/// one after the other in one text of some hundred.
struct TextPopulation {
    private static let vocabulary = 20_000
    private static let syllables = [
        "ba", "co", "di", "fu", "ge", "hi", "jo", "ku", "la", "me", "ni", "po", "qua", "ru", "so", "ti", "vo", "xa", "ze", "ar",
    ]

    /// Of its own, so that the other values of an event do not depend on its text.
    private var random = RandomNumbers(seed: 2)

    /// The text of the event of that number, if it has one.
    mutating func text(_ number: Int) -> String? {
        guard number % 8 == 0 else { return nil }
        var words = (0..<12).map { _ in word() }
        if number % 100_000 == 0 { words.insert("beacon", at: 3) }
        return words.joined(separator: " ") + " n\(number)"
    }

    private mutating func word() -> String {
        let uniform = Double(random.next() >> 11) / 9_007_199_254_740_992
        switch Int(Double(Self.vocabulary) * uniform * uniform * uniform) {
        case 0: return "reverse"
        case 1: return "shell"
        case var rank:
            var word = ""
            while rank > 0 {
                word += Self.syllables[rank % Self.syllables.count]
                rank /= Self.syllables.count
            }
            return word
        }
    }
}

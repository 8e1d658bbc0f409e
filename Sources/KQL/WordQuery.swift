/// What a comparison asks of the words of a text, for an index of words.
package struct WordQuery: Sendable {
    /// How the words must be there.
    package enum Kind: Sendable {
        /// One of them.
        case any
        /// Each of them.
        case all
        /// Each of them, one after another; an index that does not know their places gives candidates.
        case phrase
    }

    /// How the words must be there; never ``Kind/phrase`` for a single one.
    package let kind: Kind
    /// The words, at least one.
    package let words: [WordPattern]
}

/// A test of single words in lower case.
package struct WordPattern: Sendable {
    private let test: StringTest
    /// What each word that passes begins with, in UTF-8; empty where nothing can be said.
    package let beginning: [UInt8]
    /// Whether no other word than ``beginning`` passes.
    package let isWhole: Bool

    init(_ test: StringTest) {
        self.test = test
        if case .pattern(let wildcard) = test {
            beginning = wildcard.beginning
            isWhole = wildcard.plain != nil
        } else {
            beginning = []
            isWhole = false
        }
    }

    /// Whether a word passes.
    package func matches(_ word: Span<UInt8>) -> Bool { test.matches(word) }
}

extension ValueTest {
    /// What the words of a text must be for the text to pass; nil for tests that are not of words.
    package var wordQuery: WordQuery? {
        guard case .words(let test) = self else { return nil }
        switch test {
        case .any(let words): return WordQuery(kind: .any, words: words.map(WordPattern.init))
        case .all(let words): return WordQuery(kind: .all, words: words.map(WordPattern.init))
        case .phrase(let words): return WordQuery(kind: words.count > 1 ? .phrase : .any, words: words.map(WordPattern.init))
        }
    }
}

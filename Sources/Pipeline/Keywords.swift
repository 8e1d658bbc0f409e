public import Model

/// What of the posts of a source is kept: words, phrases, `#hashtags` and `@accounts`, any of which is enough.
///
/// Case does not count, in any script; punctuation only separates words, so `zero day` finds `Zero-Day`. Words are whole: `log4j` does not find
/// `log4jshell`. In scripts that are written without spaces every character is a word, so there a keyword is found anywhere.
public struct Keywords: Sendable, Equatable {
    /// Most keywords of one source.
    public static let maximumCount = 10_000
    /// Most bytes of one keyword.
    public static let maximumBytes = 256

    /// The keywords as they were given, for those who ask a network for them.
    public let terms: [String]
    /// Behind its first word, the further words of each phrase.
    private var phrases: [Substring: [[Substring]]] = [:]
    private var hashtags: Set<String> = []
    private var accounts: Set<String> = []

    /// Why a text cannot be a keyword.
    public struct Problem: Error, Sendable, Equatable {
        /// Its place in the list, from 0.
        public let index: Int
        /// What is wrong with it, and what to do.
        public let text: String
    }

    /// Keywords of that spelling. Throws what is wrong with the first that cannot be one.
    public init(_ terms: [String]) throws(Problem) {
        self.terms = terms
        for (index, term) in terms.enumerated() {
            guard index < Self.maximumCount else {
                throw Problem(index: index, text: "is one keyword too many (\(Self.maximumCount)); remove some")
            }
            guard term.utf8.count <= Self.maximumBytes else {
                throw Problem(index: index, text: "is longer than \(Self.maximumBytes) bytes; shorten it")
            }
            let text = FoldedText(term.drop { $0.isWhitespace }.prefix(Self.maximumBytes))
            switch text.sign {
            case .hashtag:
                guard let tag = text.only else {
                    throw Problem(index: index, text: "is no hashtag; write # and letters, digits or _, without blanks")
                }
                hashtags.insert(tag)
            case .account:
                guard let name = text.only else { throw Problem(index: index, text: "is no account; write @name or @name@server") }
                accounts.insert(name)
            case nil:
                guard let first = text.words.first else {
                    throw Problem(index: index, text: "has neither letter nor digit; write a word, a phrase, #hashtag or @account")
                }
                phrases[first, default: []].append(Array(text.words.dropFirst()))
            }
        }
    }

    /// Whether an event is kept: whatever is no post, and a post that has one of the keywords in its text, hashtags, mentions or links, or an
    /// account among them as its author.
    public func keep(_ event: EventRow) -> Bool {
        guard event.string(.eventFamily) == EventFamily.post.name else { return true }
        var isFound = false
        event.visit { pair in
            guard !isFound else { return }
            switch pair.field {
            case .postText: isFound = find(in: FoldedText(text(event, pair)))
            case .postHashtags: isFound = find(hashtag: text(event, pair))
            case .postMentions: isFound = find(account: text(event, pair), isAuthor: false)
            case .postAuthorHandle, .postAuthorID: isFound = find(account: text(event, pair), isAuthor: true)
            case .postLinks: isFound = !phrases.isEmpty && findWords(in: FoldedText(text(event, pair)).words)
            default: break
            }
        }
        return isFound
    }

    private func text(_ event: EventRow, _ pair: EventRow.Pair) -> Substring { String(decoding: event.utf8(pair), as: UTF8.self)[...] }

    private func find(in text: FoldedText) -> Bool {
        if !hashtags.isEmpty, text.hashtags.contains(where: hashtags.contains) { return true }
        if !accounts.isEmpty, text.accounts.contains(where: find(account:)) { return true }
        return !phrases.isEmpty && findWords(in: text.words)
    }

    private func find(hashtag: Substring) -> Bool {
        let text = FoldedText(hashtag.drop { $0 == "#" })
        return hashtags.contains(text.text) || findWords(in: text.words)
    }

    private func find(account: Substring, isAuthor: Bool) -> Bool {
        let text = FoldedText(account.drop { $0 == "@" })
        return find(account: text.text) || !isAuthor && findWords(in: text.words)
    }

    /// An account that is followed without its server is followed on every server.
    private func find(account name: String) -> Bool {
        accounts.contains(name) || accounts.contains(String(name.prefix { $0 != "@" }))
    }

    private func findWords(in words: [Substring]) -> Bool {
        for (index, word) in words.enumerated() {
            guard let rests = phrases[word] else { continue }
            if rests.contains(where: { words.dropFirst(index + 1).starts(with: $0) }) { return true }
        }
        return false
    }
}

import KQL
import Model
import TestKit

/// Texts and questions about their words, from a seed: scripts, marks, signs, capitals, repetitions, words too long to be kept, damage.
struct RandomTexts {
    static let words = [
        "login", "Login", "logins", "failed", "FAILED", "root", "example.com", "it's", "1,000", "3.14", "wp", "x86_64", "_", "22", "a", "A",
        "ünlü",
        "Ünlü", "u\u{308}nlu\u{308}", "naïve", "Straße", "STRASSE", "İstanbul", "ΣΑΣ", "漢字", "漢", "かな", "カタカナ", "한국어", "привет", "Привет",
        "שלום",
        "مرحبا", "हिन्दी", "🙂", "👍🏽", "e\u{301}", "\u{301}", "K", "ﬁn", "٣", "a\u{200d}b", "z",
    ]
    static let signs = [" ", "  ", "-", ", ", "\n", "\t", " / ", "", ":", "…", "\"", "\\", "*", "\u{0}", "\u{a0}", "。"]
    static let fields: [Field] = [.message, .postText, .payloadPrintable]
    /// Words that agree in what is kept of them.
    static let longWords =
        ["", "b", "bc", "C", "ü"].map { String(repeating: "long", count: 16) + $0 }
        + [String(repeating: "é", count: 40), String(repeating: "x", count: 1000)]

    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &random)] }

    /// True once in so many calls.
    mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

    mutating func word() -> String {
        if chance(12) { return pick(Self.longWords) }
        return chance(3) ? "n\(Int.random(in: 0..<3000, using: &random))" : pick(Self.words)
    }

    mutating func text() -> [UInt8] {
        if chance(20) { return [] }
        let count = chance(90) ? 90 : Int.random(in: 1...7, using: &random)
        var bytes = Array((0..<count).map { _ in word() + pick(Self.signs) }.joined().utf8)
        if chance(15) { bytes[Int.random(in: 0..<bytes.count, using: &random)] = pick([0xff, 0xc3, 0x80, 0xe2, 0xf0]) }
        return bytes
    }

    /// Rows of which some have no text, some several, some that of others.
    mutating func batch(_ rows: Int) -> EventBatch {
        var batch = EventBatch()
        for row in 0..<rows {
            batch.append(.timestamp, MixedEvents.end.adding(seconds: -Double(rows - row)))
            batch.append(.attackType, pick(["scan", "web"]))
            if !chance(4) { batch.append(.message, utf8: (chance(10) ? text() : Array(pick(Array(Self.words[..<20])).utf8)).span) }
            for _ in 0..<pick([0, 1, 1, 2, 3]) { batch.append(.postText, utf8: text().span) }
            // All of them different, so that the column becomes plain.
            if !chance(3) { batch.append(.payloadPrintable, utf8: (text() + Array(" id\(row)".utf8)).span) }
            batch.endRowWithoutRaw()
        }
        return batch
    }

    // MARK: Questions

    /// A query; some are filters, which ask what KQL cannot.
    mutating func query() throws -> Query { chance(4) ? try FilterReader().query(filter()) : try Query(parsing: expression(depth: 2)) }

    private mutating func expression(depth: Int) -> String {
        switch depth > 0 ? Int.random(in: 0..<5, using: &random) : 0 {
        case 0, 1: return comparison()
        case 2: return "not (\(expression(depth: depth - 1)))"
        case 3: return "(\(expression(depth: depth - 1))) and (\(expression(depth: depth - 1)))"
        default: return "(\(expression(depth: depth - 1))) or (\(expression(depth: depth - 1)))"
        }
    }

    private mutating func comparison() -> String {
        let field = chance(5) ? "" : pick(Self.fields).name + ": "
        switch Int.random(in: 0..<9, using: &random) {
        case 0: return field + bare((0..<Int.random(in: 1...3, using: &random)).map { _ in word() }.joined(separator: " "))
        case 1, 2:
            let words = (0..<Int.random(in: 1...3, using: &random)).map { _ in word() }
            return field + "\"" + words.joined(separator: pick([" ", ", ", "-"])) + "\""
        case 3: return field + bare(String(word().prefix(Int.random(in: 1...4, using: &random)))) + "*"
        case 4: return field + "*" + bare(String(word().suffix(Int.random(in: 1...3, using: &random))))
        case 5: return field + bare(String(word().prefix(2))) + "*" + bare(String(word().suffix(1)))
        case 6: return pick(Self.fields).name + pick([" > ", " >= ", " < ", " <= "]) + bare(word())
        case 7: return pick(Self.fields).name + ": " + pick(["*", "nothing", "n1* n2*", "x*", "long*"])
        default: return field + bare(word())
        }
    }

    private func bare(_ text: String) -> String {
        let escaped = text.reduce("") { $0 + ("\\():<>\"*{}".contains($1) ? "\\" : "") + String($1) }
        return escaped.allSatisfy { $0 == " " } ? "x" : escaped
    }

    private mutating func filter() -> PlainValue {
        let field = pick(Self.fields).name
        let text = word()
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return .map(["term": .map([field: .text(text.lowercased())])])
        case 1: return .map(["prefix": .map([field: .text(String(text.prefix(3)))])])
        case 2: return .map(["wildcard": .map([field: .text(String(text.prefix(1)) + "?*" + String(text.suffix(1)))])])
        case 3: return .map(["regexp": .map([field: .text(pick(["n[0-9]+", "log.*", ".*i.*", "(root|z)", "n1.3?", ".{60,}"]))])])
        case 4: return .map(["match": .map([field: .map(["query": .text("\(text) \(word())"), "operator": .text("and")])])])
        default: return .map(["match_phrase": .map([field: .text("\(text) \(word())")])])
        }
    }
}

import AsyncHTTPClient
import Model
import NIOHTTP1
import Wire

/// The rules of X's filtered stream: those of this source are made to say what its keywords say.
struct XRules {
    let options: XStreamOptions
    let fetcher: HTTPFetcher

    /// Removes rules of this source that are no longer wanted and adds those that are missing.
    func set() async throws {
        let wanted = Self.values(of: options.keywords, maximumLength: options.maximumRuleLength)
        let present = try await read()
        let stale = present.filter { !wanted.contains($0.value) }.map(\.id)
        let missing = wanted.filter { value in !present.contains { $0.value == value } }
        if !stale.isEmpty { try await post("{\"delete\":{\"ids\":[\(stale.map(Self.quoted).joined(separator: ","))]}}") }
        guard !missing.isEmpty else { return }
        let rules = missing.map { "{\"value\":\(Self.quoted($0)),\"tag\":\(Self.quoted(options.tag))}" }
        try await post("{\"add\":[\(rules.joined(separator: ","))]}")
    }

    /// The rules of this source as X has them.
    private func read() async throws -> [(id: String, value: String)] {
        let body = try await exchange(nil)
        let answer = AnswerItems(body, paths: ["data"], cursor: nil, pick: .last, limit: Self.maximumAnswerBytes)
        var fields = JSONFields(JSONPaths(["id", "value", "tag"]))
        var found: [(id: String, value: String)] = []
        for range in answer.ranges ?? [] {
            let rule = body[range]
            do {
                guard try fields.read(rule.span) else { continue }
            } catch {
                throw HTTPSourceError(.badAnswer, "\(HTTPClientOptions.shown(options.rulesURL)): a rule is no JSON object: \(error)")
            }
            func text(_ path: Int) -> String {
                guard let token = fields.firstScalar(path) else { return "" }
                var out: [UInt8] = []
                fields.appendText(of: token, in: rule.span, to: &out)
                return String(decoding: out, as: UTF8.self)
            }
            if text(2) == options.tag { found.append((text(0), text(1))) }
        }
        return found
    }

    private func post(_ body: String) async throws {
        let answer = try await exchange(Array(body.utf8))
        // X answers 201 also when it took no rule; what it refused stands in errors.
        let refused = AnswerItems(answer, paths: ["errors"], cursor: "errors.title", pick: .first, limit: Self.maximumAnswerBytes)
        if let ranges = refused.ranges, !ranges.isEmpty {
            throw HTTPSourceError(
                .configuration,
                "\(HTTPClientOptions.shown(options.rulesURL)): X refused \(ranges.count) rules (\(refused.cursor ?? "no reason")); check keywords and the limits of the account"
            )
        }
    }

    private static let maximumAnswerBytes = 4 << 20

    private func exchange(_ body: [UInt8]?) async throws -> [UInt8] {
        let response = try await fetcher.send(
            body == nil ? .GET : .POST, to: options.rulesURL, fields: [("Content-Type", "application/json")], body: body)
        guard (200..<300).contains(response.status.code) else {
            throw StreamRefusal(error: await fetcher.refusal(response), response: response)
        }
        return try await AnswerBody.read(response, limit: Self.maximumAnswerBytes, of: fetcher)
    }

    // MARK: Values

    /// The keywords as rules of at most so many characters, joined by OR in their order.
    static func values(of keywords: [String], maximumLength: Int) -> [String] {
        var rules: [String] = []
        for term in keywords.map(term) where !term.isEmpty {
            if let last = rules.last, last.count + 4 + term.count <= maximumLength {
                rules[rules.count - 1] = last + " OR " + term
            } else {
                rules.append(term)
            }
        }
        return rules
    }

    /// A keyword as an operator of X: a hashtag, posts from or about an account, or words in quotes.
    static func term(_ keyword: String) -> String {
        let text = keyword.trimmed
        let name = text.dropFirst()
        if text.hasPrefix("#") { return "#\(name)" }
        if text.hasPrefix("@") {
            // An account of another network has no rule on X.
            return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } ? "(from:\(name) OR @\(name))" : ""
        }
        return quoted(text.replacing("\"", with: " ").replacing("\\", with: " "))
    }

    /// A text as a JSON string; also the form of X's phrases, which have no escapes.
    static func quoted(_ text: String) -> String {
        var json = JSONText()
        json.value(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

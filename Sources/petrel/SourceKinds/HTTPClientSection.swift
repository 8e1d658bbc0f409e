import Sources

/// The options of sources that ask over HTTP, declared once.
enum HTTPClientSection {
    /// The address.
    static func url(_ example: String, isRequired: Bool, summary: String) -> ConfigurationOption {
        ConfigurationOption(name: "url", type: .text, summary: summary, example: example, isRequired: isRequired)
    }

    /// Options of every client.
    static let options: [ConfigurationOption] = [
        ConfigurationOption(
            name: "headers", type: .table, summary: "Fields of every request; take secrets from the environment.",
            example: "{Auth-Key: \"${FEED_KEY}\"}"),
        ConfigurationOption(
            name: "token", type: .text, summary: "Token for Authorization: Bearer, from the environment as ${NAME}.",
            example: "${FEED_TOKEN}", isSecret: true),
        ConfigurationOption(
            name: "token_file", type: .path, summary: "File with the token for Authorization: Bearer.", example: "./feed-token"),
        ConfigurationOption(
            name: "tls_ca", type: .path, summary: "Certificates (PEM) that may sign the peer's, instead of the system's.",
            example: "./ca.pem"),
    ]

    /// The longest silence of a stream.
    static let idleTimeout = ConfigurationOption(
        name: "idle_timeout", type: .duration(100...3_600_000), summary: "Time without a byte after which a stream counts as lost.",
        standard: "90s")

    /// A client of the section's options; the token is read when the server starts.
    static func read(_ section: inout SourceSection, url: String) -> @Sendable () throws -> HTTPClientOptions {
        let values = section.values
        if values.text("token") != nil, values.text("token_file") != nil {
            section.note("token", "stands beside token_file; remove one of them")
        }
        var options = HTTPClientOptions(url: url)
        options.headers = values.table("headers")
        for (name, text) in options.headers.sorted(by: { $0.key < $1.key }) {
            let isName = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }
            if !isName { section.note("headers", "\(ConfigurationReader.quoted(name)) is no name of a field") }
            if text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 }) {
                section.note("headers", "\(name) has a control character in its value; remove it")
            }
        }
        options.authorityFile = values.text("tls_ca")
        if let milliseconds = values.integer("idle_timeout") { options.idleTimeout = .milliseconds(milliseconds) }
        let (stated, file) = (values.text("token"), values.text("token_file"))
        return { [options] in
            var options = options
            options.token = stated
            if let file { options.token = try token(inFile: file) }
            if let token = options.token, !token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) {
                throw HTTPSourceError(.configuration, "the token has blanks or characters beyond ASCII; check token or token_file")
            }
            return options
        }
    }

    private static func token(inFile path: String) throws(HTTPSourceError) -> String {
        do {
            let text = String(decoding: try SmallFile.read(path, limit: 64 << 10), as: UTF8.self)
            let token = text.split { $0.isWhitespace || $0.isNewline }
            guard token.count == 1, let only = token.first else {
                throw ValueProblem("holds no token in one line")
            }
            return String(only)
        } catch {
            throw HTTPSourceError(.configuration, "token_file \(path) \(error.text)")
        }
    }
}

import Sources

/// The options of sources that ask over HTTP, declared once.
enum HTTPClientSection {
    /// The address.
    static func url(_ example: String, isRequired: Bool, summary: String) -> ConfigurationOption {
        ConfigurationOption(name: "url", type: .text, summary: summary, example: example, isRequired: isRequired)
    }

    /// Options of every client.
    static let options: [ConfigurationOption] =
        [
            ConfigurationOption(
                name: "headers", type: .table, summary: "Fields of every request; take secrets from the environment.",
                example: "{Auth-Key: \"${FEED_KEY}\"}"),
            ConfigurationOption(
                name: "tls_ca", type: .path, summary: "Certificates (PEM) that may sign the peer's, instead of the system's.",
                example: "./ca.pem"),
        ] + SourceKinds.secret("token", "Token for Authorization: Bearer", variable: "FEED_TOKEN")

    /// The longest silence of a stream.
    static let idleTimeout = ConfigurationOption(
        name: "idle_timeout", type: .duration(100...3_600_000), summary: "Time without a byte after which a stream counts as lost.",
        standard: "90s")

    /// A client of the section's options.
    static func read(_ section: inout SourceSection, url: String) -> HTTPClientOptions {
        let values = section.values
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
        options.token = section.secret("token")
        if let token = options.token, !token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) {
            section.note(
                values.text("token_file") == nil ? "token" : "token_file", "holds a token with blanks or characters beyond ASCII; check it")
        }
        return options
    }
}

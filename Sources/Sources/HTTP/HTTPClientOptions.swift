/// How a source reaches its peer over HTTP.
public struct HTTPClientOptions: Sendable {
    /// The address; `{cursor}` in it stands for where the last answer ended.
    public var url: String
    /// Fields of every request, by name.
    public var headers: [String: String] = [:]
    /// What stands behind `Authorization: Bearer`; nil for none.
    public var token: String?
    /// Path of the certificates (PEM) that may sign the peer's, instead of the system's.
    public var authorityFile: String?
    /// Longest time for a connection to be made.
    public var connectTimeout: Duration = .seconds(10)
    /// Longest time in which nothing comes.
    public var idleTimeout: Duration = .seconds(60)
    /// Longest time for a whole request; nil for streams, which do not end.
    public var timeout: Duration?

    /// Options for an address.
    public init(url: String) { self.url = url }

    /// The address for messages: without user, query and fragment, which may hold secrets.
    var shownURL: String { Self.shown(url) }

    /// Part of an address that may be shown.
    static func shown(_ url: String) -> String {
        var text = url.prefix { $0 != "?" && $0 != "#" }
        if let scheme = text.firstRange(of: "://"), let at = text[scheme.upperBound...].prefix(while: { $0 != "/" }).lastIndex(of: "@") {
            text = text[..<scheme.upperBound] + text[text.index(after: at)...]
        }
        return String(text.prefix(200))
    }
}

extension Duration {
    /// Whole nanoseconds, at most those of 292 years.
    var nanosecondsClamped: Int64 {
        let (seconds, atto) = components
        let product = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return product.overflow ? .max : product.partialValue &+ atto / 1_000_000_000
    }

    /// Seconds, with their fraction.
    var inSeconds: Double { Double(nanosecondsClamped) / 1e9 }
}

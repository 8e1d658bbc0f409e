import Model
import Wire

/// The field `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
enum RetryAfter {
    /// The longest wait that is granted.
    static let maximum = Duration.seconds(86_400)

    /// How long to wait; nil when the text is neither.
    static func duration(_ text: String, now: Timestamp) -> Duration? {
        let text = text.trimmed
        if let seconds = Int64(text) { return seconds < 0 ? nil : min(.seconds(seconds), maximum) }
        guard let time = httpDate(text) else { return nil }
        return min(max(.zero, .seconds(time.seconds(since: now))), maximum)
    }

    /// A date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func httpDate(_ text: String) -> Timestamp? {
        guard text.hasSuffix(" GMT") else { return nil }
        return TimestampReader.any.read(Array((text.dropLast(3) + "+0000").utf8).span)
    }
}

extension String {
    /// Without blanks at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}

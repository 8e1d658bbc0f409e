import ArgumentParser
import Columns
import Journal
import KQL
import Model
import Wire

/// Reads what a command line says of a query.
enum QueryText {
    /// The query compiled; a mistake is shown with a caret below it. Nil for the empty query, which means everything.
    static func predicate(_ query: String, now: Timestamp) throws -> KQLPredicate? {
        if query.allSatisfy(\.isWhitespace) { return nil }
        do {
            let predicate = try KQLPredicate(parsing: query, options: QueryOptions(now: now))
            for warning in predicate.warnings { Console.error("query: \(warning.message)") }
            return predicate
        } catch {
            throw ValidationError(error.rendered(in: query))
        }
    }

    /// The field of that name.
    static func field(_ name: String) throws -> Field {
        if let field = Field.named(name) { return field }
        throw ValidationError(Field.unknown(name))
    }

    /// A span such as `15m`, in microseconds.
    static func span(_ text: String, option: String) throws -> Int64 {
        if let span = SpanText.microseconds(text) { return span }
        throw ValidationError("\(option): \(text) is not a span such as 30s, 15m, 1h, 7d or 2w")
    }

    /// The event times between two texts, the end outside; nil for any time.
    static func times(since: String?, until: String?, now: Timestamp) throws -> Range<Timestamp>? {
        if since == nil, until == nil { return nil }
        let from = try since.map { try time($0, now, option: "--since") } ?? Timestamp(microseconds: .min)
        let to = try until.map { try time($0, now, option: "--until") } ?? Timestamp(microseconds: .max)
        guard from <= to else { throw ValidationError("--since lies behind --until") }
        return from..<to
    }

    private static func time(_ text: String, _ now: Timestamp, option: String) throws -> Timestamp {
        if text == "now" { return now }
        if let span = SpanText.microseconds(text) { return Timestamp(microseconds: now.microseconds - span) }
        if let time = TimestampReader.iso8601.read(Array(text.utf8).span) { return time }
        throw ValidationError("\(option): \(text) is neither a span such as 24h nor a date such as 2024-05-01 or 2024-05-01T12:00:00Z")
    }
}

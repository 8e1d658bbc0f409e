/// Spans of time as people write them in questions: `30s`, `15m`, `1h`, `7d`, `2w`.
public enum SpanText {
    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    /// Microseconds of a span of 1 to 1,000,000 units; nil when the text is none.
    public static func microseconds(_ text: String) -> Int64? {
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), (1...1_000_000).contains(number) else {
            return nil
        }
        return number * unit * 1_000_000
    }
}

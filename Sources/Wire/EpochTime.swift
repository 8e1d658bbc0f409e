import Model

/// Times as numbers since 1970-01-01T00:00:00Z.
enum EpochTime {
    /// Reads seconds, milliseconds, microseconds or nanoseconds, with or without a fraction.
    ///
    /// - Parameter unitsPerSecond: nil tells the unit by magnitude. Numbers below 10⁸ (before March 1973 in seconds) are then no time
    ///   at all: they are seconds since some start of a capture.
    static func read(_ text: Span<UInt8>, unitsPerSecond: Int64?) -> Timestamp? {
        guard let value = NumberText.double(text), abs(value) < 9e18 else { return nil }
        let units = unitsPerSecond ?? unit(of: value)
        guard units > 0 else { return nil }
        if units >= 1_000_000, let whole = NumberText.integer(text) { return Timestamp(microseconds: whole / (units / 1_000_000)) }
        let microseconds = value * (1_000_000 / Double(units))
        guard let rounded = Int64(exactly: microseconds.rounded()), abs(rounded) < 253_402_300_800_000_000 else { return nil }
        return Timestamp(microseconds: rounded)
    }

    private static func unit(of value: Double) -> Int64 {
        switch value {
        case 1e8..<1e11: 1
        case 1e11..<1e14: 1000
        case 1e14..<1e17: 1_000_000
        case 1e17..<9e18: 1_000_000_000
        default: 0
        }
    }
}

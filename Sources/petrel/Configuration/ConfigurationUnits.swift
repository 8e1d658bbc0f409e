/// Numbers with units: time spans in milliseconds and sizes in bytes.
enum ConfigurationUnits {
    /// Units with the value of each, smallest first.
    struct Scale: Sendable {
        let units: [(name: String, value: Int)]
    }

    static let durations = Scale(units: [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)])

    static let sizes = Scale(
        units: [
            ("B", 1), ("KB", 1000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20), ("GB", 1_000_000_000), ("GiB", 1 << 30),
            ("TB", 1_000_000_000_000), ("TiB", 1 << 40),
        ])

    /// Reads a number with its unit, e.g. `250ms`, `1.5GiB`; what is too large for a number becomes the largest.
    ///
    /// - Parameter sample: a proper value, whose unit is proposed.
    static func value(of text: String, _ scale: Scale, sample: String) throws(ValueProblem) -> Int {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(number.count).drop { $0 == " " }
        let names = scale.units.map(\.name).joined(separator: ", ")
        guard !number.isEmpty, let amount = Double(number) else {
            throw ValueProblem("is no number with a unit; write e.g. \(sample)")
        }
        guard !unit.isEmpty else {
            let usual = sample.drop { !$0.isLetter }.prefix { $0.isLetter }
            throw ValueProblem("has no unit; write e.g. \(number)\(usual) (units: \(names))")
        }
        guard let factor = scale.units.first(where: { $0.name == unit })?.value else {
            let meant = scale.units.first { $0.name.lowercased() == unit.lowercased() }?.name
            throw ValueProblem("has the unknown unit \(unit); " + (meant.map { "write \(number)\($0)" } ?? "units are \(names)"))
        }
        // Whole numbers stay exact; a product beyond 2^62 is no longer a sensible one.
        if let whole = Int(number) {
            let product = whole.multipliedReportingOverflow(by: factor)
            if !product.overflow { return product.partialValue }
        }
        let product = (amount * Double(factor)).rounded()
        return product < 0x1p62 ? Int(product) : .max
    }

    /// A value in the largest unit that gives a whole number.
    static func text(_ value: Int, _ scale: Scale) -> String {
        guard let unit = scale.units.last(where: { value != 0 && value % $0.value == 0 }) else { return "\(value)\(scale.units[0].name)" }
        return "\(value / unit.value)\(unit.name)"
    }

    /// A number without a fraction of zero.
    static func text(_ number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }

    /// Minutes east of UTC of `UTC`, `Z`, `+02:00`, `-0530` or `+2`.
    static func zoneMinutes(_ text: String) -> Int? {
        if ["utc", "z", "gmt"].contains(text.lowercased()) { return 0 }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard text.dropFirst().allSatisfy({ $0 == ":" || ("0"..."9").contains($0) }), let number = Int(digits) else { return nil }
        let minutes = digits.count <= 2 ? number * 60 : number / 100 * 60 + number % 100
        guard digits.count <= 4, digits.count <= 2 || number % 100 < 60, minutes <= 14 * 60 else { return nil }
        return sign == "-" ? -minutes : minutes
    }
}

/// Builds JSON text piece by piece; commas are placed by themselves.
///
/// ```swift
/// var json = JSONText()
/// json.object { json in
///     json.member("count", 3)
///     json.member("name") { $0.value("<b>") }
/// }
/// ```
public struct JSONText: Sendable {
    /// The text so far.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// An empty text.
    public init() {}

    /// Writes `{…}` as a value.
    public mutating func object(_ body: (inout JSONText) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Writes `[…]` as a value.
    public mutating func array(_ body: (inout JSONText) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Writes the key of a member; a value must follow.
    public mutating func key(_ name: String) {
        value(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member whose value the body writes.
    public mutating func member(_ name: String, _ body: (inout JSONText) -> Void) {
        key(name)
        body(&self)
    }

    /// Writes a member with a whole number.
    public mutating func member(_ name: String, _ number: Int) {
        key(name)
        value(number)
    }

    /// Writes a member with text, or null.
    public mutating func member(_ name: String, _ text: String?) {
        key(name)
        value(text)
    }

    /// Writes text, or null.
    public mutating func value(_ text: String?) {
        separate()
        if let text { EventJSON.appendQuoted(text.utf8, to: &bytes) } else { bytes.append(contentsOf: "null".utf8) }
        needsComma = true
    }

    /// Writes a whole number.
    public mutating func value(_ number: Int) {
        separate()
        bytes.appendDecimal(number)
        needsComma = true
    }

    /// Writes a number, or null; with `digits`, rounded to so many fraction digits.
    public mutating func value(_ number: Double?, digits: Int = 3) {
        separate()
        if let number {
            var scale = 1.0
            for _ in 0..<digits { scale *= 10 }
            EventJSON.appendNumber((number * scale).rounded() / scale, to: &bytes)
        } else {
            bytes.append(contentsOf: "null".utf8)
        }
        needsComma = true
    }

    /// Writes a number with all its digits; null for what JSON has no number for.
    public mutating func value(exact number: Double) {
        separate()
        EventJSON.appendNumber(number, to: &bytes)
        needsComma = true
    }

    /// Writes true or false.
    public mutating func value(_ flag: Bool) {
        separate()
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        needsComma = true
    }

    /// Writes a value that is JSON already.
    public mutating func value(json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }
}

import Hummingbird

/// The parameters of a URL, as forms and URLSearchParams write them (WHATWG URL §5.1): `+` is a blank.
///
/// Every route reads its parameters by it, so that what is checked is what is read.
struct QueryString: Sendable {
    /// Names and values in their order.
    let parameters: [(name: String, value: String)]

    /// The parameters of a request.
    init(_ request: borrowing Request) { self.init(request.uri.query ?? "") }

    /// The parameters of what stands behind `?`.
    init(_ text: String) { parameters = Self.parameters(text) }

    /// The first value of that name.
    subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// Every value of that name.
    func all(_ name: String) -> [String] { parameters.filter { $0.name == name }.map(\.value) }

    /// Names and values in their order; bytes that are not UTF-8 are replaced by U+FFFD.
    static func parameters(_ query: some StringProtocol) -> [(name: String, value: String)] {
        query.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(parts[0]), parts.count > 1 ? decoded(parts[1]) : "")
        }
    }

    private static func decoded(_ text: some Collection<UInt8>) -> String {
        let bytes = Array(text)
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count, let high = digit(bytes[at + 1]), let low = digit(bytes[at + 2]) {
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(bytes[at] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

import Model
import Wire

/// An address with its port, as logs write the two in one word.
struct Endpoint: Equatable {
    var address: IPAddress
    var port: Int64?

    /// Reads `a`, `a:p`, `[a]:p`, `a.p`, `a#p`, `a/p` and `a(p)`; nil when the word is no address.
    ///
    /// Of an IPv6 address without brackets the last group is the port only where `hasPort` says that a port must be there.
    init?(_ text: Span<UInt8>, hasPort: Bool = false) {
        guard text.count >= 2, text.count <= 64 else { return nil }
        if text[0] == UInt8(ascii: "[") {
            guard let close = text.firstIndex(of: UInt8(ascii: "]")), let address = IPAddress(utf8: text.extracting(1..<close)) else {
                return nil
            }
            self.address = address
            if close + 2 < text.count, text[close + 1] == UInt8(ascii: ":") { port = Self.port(text, close + 2..<text.count) }
            return
        }
        if !hasPort, let address = IPAddress(utf8: text) {
            self.address = address
            return
        }
        for at in stride(from: text.count - 1, to: 1, by: -1) where text[at] &- UInt8(ascii: "0") >= 10 {
            switch text[at] {
            case UInt8(ascii: ":"), UInt8(ascii: "#"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "("):
                guard let address = IPAddress(utf8: text.extracting(0..<at)) else {
                    if hasPort, let address = IPAddress(utf8: text) {
                        self.address = address
                        return
                    }
                    return nil
                }
                self.address = address
                port = Self.port(text, at + 1..<text.count)
                return
            case UInt8(ascii: ")"): continue
            default: return nil
            }
        }
        return nil
    }

    private static func port(_ text: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        var end = range.lowerBound
        while end < range.upperBound, text[end] &- UInt8(ascii: "0") < 10 { end += 1 }
        guard end > range.lowerBound, let value = NumberText.integer(text.extracting(range.lowerBound..<end)), value <= 65_535 else {
            return nil
        }
        return value
    }

    /// Appends the address and the port, if there is one.
    func append(_ ip: Field, _ portField: Field, into batch: inout EventBatch) {
        batch.append(ip, address)
        if let port { batch.append(portField, integer: port) }
    }
}

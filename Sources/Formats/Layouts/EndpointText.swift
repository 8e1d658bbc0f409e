import Model
import Wire

/// An address and a port in one text, as many sensors write them.
enum EndpointText {
    /// Splits `a:p`, `[v6]:p`, `v6` and `v6:p`; the port is nil where there is none.
    ///
    /// IPv6 without brackets is ambiguous: what is an address as a whole has no port, else the last group is the port (`2001:db8::5:40669`).
    static func split(_ text: Span<UInt8>) -> (host: Range<Int>, port: Int64?) {
        var lastColon: Int?
        var colons = 0
        for i in text.indices where text[i] == UInt8(ascii: ":") {
            lastColon = i
            colons += 1
        }
        if text.count > 2, text[0] == UInt8(ascii: "[") {
            var close = 1
            while close < text.count, text[close] != UInt8(ascii: "]") { close += 1 }
            let port = close + 1 < text.count && text[close + 1] == UInt8(ascii: ":") ? port(text, from: close + 2) : nil
            return (1..<close, port)
        }
        guard let lastColon, colons == 1 || IPAddress(utf8: text) == nil, let port = port(text, from: lastColon + 1) else {
            return (0..<text.count, nil)
        }
        return (0..<lastColon, port)
    }

    private static func port(_ text: Span<UInt8>, from start: Int) -> Int64? {
        guard start < text.count, let port = NumberText.integer(text.extracting(start..<text.count)), (0...65_535).contains(port) else {
            return nil
        }
        return port
    }
}

extension FieldWriter {
    /// Appends both parts of an endpoint; a port beyond the range stays out.
    func appendEndpoint(_ field: Field, _ domain: Field?, _ port: Field?, _ text: Span<UInt8>, into batch: inout EventBatch) {
        let parts = EndpointText.split(text)
        let host = text.extracting(parts.host)
        if let address = IPAddress(utf8: host) {
            batch.append(field, address)
        } else if let domain, host.count > 0 {
            batch.append(domain, utf8: host)
        }
        if let port, let number = parts.port { batch.append(port, integer: number) }
    }

    /// Appends a hash to the field for its length; false when it is none.
    func appendFileHash(_ text: Span<UInt8>, into batch: inout EventBatch) -> Bool {
        for i in text.indices {
            let byte = text[i]
            guard byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 6 else { return false }
        }
        switch text.count {
        case 32: batch.append(.fileMD5, utf8: text)
        case 40: batch.append(.fileSHA1, utf8: text)
        case 64: batch.append(.fileSHA256, utf8: text)
        default: return false
        }
        return true
    }
}

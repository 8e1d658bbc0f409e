import Model

/// Where polling has got to: what makes the next request conditional, and the cursor of the answers. Kept in ``RawBatch/identity``.
struct PollPosition: Equatable, Sendable {
    /// Most bytes of a cursor.
    static let maximumCursorBytes = 96
    private static let version: UInt8 = 1

    /// Hash of the address as it is configured: what belongs to another address is not used.
    var address: UInt64
    var entityTag = ""
    var modified = ""
    /// What stands for `{cursor}` in the next address.
    var cursor = ""

    /// The beginning, at an address.
    init(address: String) { self.address = fnv1a64(Array(address.utf8)) }

    /// The position that was committed; the beginning when it is none, or that of another address.
    init(stored: [UInt8], address: String) {
        self.init(address: address)
        guard stored.first == Self.version, stored.count >= 9 else { return }
        let hash = stored[1..<9].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let parts = stored[9...].split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard hash == self.address, parts.count == 3 else { return }
        (entityTag, modified, cursor) = (
            String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self), String(decoding: parts[2], as: UTF8.self)
        )
    }

    /// The position as bytes, at most 256. A tag or date too long to be kept is left out: the next request is unconditional then.
    var stored: [UInt8] {
        let tag = entityTag.utf8.count <= 100 && !entityTag.utf8.contains(0) ? entityTag : ""
        let date = modified.utf8.count <= 40 && !modified.utf8.contains(0) ? modified : ""
        var out: [UInt8] = [Self.version]
        for shift in (0..<UInt64(8)).reversed() { out.append(UInt8(truncatingIfNeeded: address >> (8 * shift))) }
        out += Array(tag.utf8) + [0] + Array(date.utf8) + [0] + Array(cursor.utf8)
        return out
    }

    /// The address of a request.
    func url(_ template: String) -> String { template.replacing("{cursor}", with: Self.encoded(cursor)) }

    /// A text as part of a query (RFC 3986 §2.3).
    static func encoded(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            let isPlain = byte < 0x80 && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber)
            if isPlain || "-._~".utf8.contains(byte) {
                out.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return out
    }
}

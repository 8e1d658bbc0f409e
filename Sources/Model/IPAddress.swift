/// An IPv4 or IPv6 address as 128 bits; IPv4 is held in its mapped form `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2).
///
/// So `::ffff:10.0.0.1` and `10.0.0.1` are the same address, and IPv6 sorts after IPv4 only where its bits do.
public struct IPAddress: Hashable, Sendable {
    /// The upper 64 bits, in host order.
    public var high: UInt64
    /// The lower 64 bits, in host order.
    public var low: UInt64

    /// An address from its two halves.
    @inlinable public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address from its 32 bits, in host order.
    @inlinable public init(v4: UInt32) {
        high = 0
        low = 0xffff_0000_0000 | UInt64(v4)
    }

    /// The 32 bits of an IPv4 address, or nil for IPv6.
    @inlinable public var v4: UInt32? {
        high == 0 && low >> 32 == 0xffff ? UInt32(truncatingIfNeeded: low) : nil
    }

    /// Parses dotted IPv4 or RFC 4291 IPv6; a zone (`%eth0`) is dropped. Nil when it is no address.
    public init?(_ text: String) {
        let parsed = text.utf8.withContiguousStorageIfAvailable { IPAddress(utf8: Span(_unsafeElements: $0)) }
        guard let address = parsed ?? Array(text.utf8).withUnsafeBufferPointer({ IPAddress(utf8: Span(_unsafeElements: $0)) })
        else { return nil }
        self = address
    }

    /// Parses the textual form from UTF-8 bytes without making a String.
    public init?(utf8 text: Span<UInt8>) {
        var hasColon = false
        for i in text.indices where text[i] == UInt8(ascii: ":") {
            hasColon = true
            break
        }
        guard let parsed = hasColon ? Self.parseV6(text) : Self.parseV4(text, from: 0, to: text.count).map(IPAddress.init(v4:)) else {
            return nil
        }
        self = parsed
    }

    private static func parseV4(_ text: Span<UInt8>, from: Int, to: Int) -> UInt32? {
        guard to - from >= 7, to - from <= 15 else { return nil }
        var value: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for i in from..<to {
            let c = text[i]
            if c == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                value = value << 8 | octet
                octet = 0
                digits = 0
                dots += 1
            } else {
                let d = c &- UInt8(ascii: "0")
                // A leading zero is refused: other parsers read it as octal.
                guard d < 10, digits < 3, !(digits > 0 && octet == 0) else { return nil }
                octet = octet * 10 + UInt32(d)
                guard octet <= 255 else { return nil }
                digits += 1
            }
        }
        guard dots == 3, digits > 0 else { return nil }
        return value << 8 | octet
    }

    private static func parseV6(_ text: Span<UInt8>) -> IPAddress? {
        var end = text.count
        for i in text.indices where text[i] == UInt8(ascii: "%") {
            end = i
            break
        }
        guard end >= 2, end <= 45 else { return nil }
        var groups: (UInt64, UInt64) = (0, 0)
        func shifted(_ value: (UInt64, UInt64), by bits: UInt64, adding group: UInt64) -> (UInt64, UInt64) {
            (value.0 << bits | value.1 >> (64 - bits), value.1 << bits | group)
        }
        var count = 0
        var gapAt: Int?
        var head: (UInt64, UInt64) = (0, 0)
        var i = 0
        if text[0] == UInt8(ascii: ":") {
            guard end >= 2, text[1] == UInt8(ascii: ":") else { return nil }
            gapAt = 0
            i = 2
        }
        while i < end {
            guard count < 8 else { return nil }
            let start = i
            var group: UInt64 = 0
            while i < end, let nibble = hexValue(text[i]) {
                guard i - start < 4 else { return nil }
                group = group << 4 | UInt64(nibble)
                i += 1
            }
            if i < end, text[i] == UInt8(ascii: ".") {
                guard count <= 6, let v4 = parseV4(text, from: start, to: end) else { return nil }
                groups = shifted(groups, by: 32, adding: UInt64(v4))
                count += 2
                i = end
                break
            }
            guard i > start else { return nil }
            groups = shifted(groups, by: 16, adding: group)
            count += 1
            if i == end { break }
            guard text[i] == UInt8(ascii: ":") else { return nil }
            i += 1
            guard i < end else { return nil }
            if text[i] == UInt8(ascii: ":") {
                guard gapAt == nil else { return nil }
                gapAt = count
                head = groups
                groups = (0, 0)
                i += 1
            }
        }
        guard let gap = gapAt else { return count == 8 ? IPAddress(high: groups.0, low: groups.1) : nil }
        guard count < 8 else { return nil }
        // The head stands at the front, the tail (all that followed the gap) at the back.
        var front = head
        for _ in 0..<(8 - gap) where gap > 0 { front = shifted(front, by: 16, adding: 0) }
        return IPAddress(high: front.0 | groups.0, low: front.1 | groups.1)
    }

    @inline(__always) private static func hexValue(_ c: UInt8) -> UInt8? {
        switch c {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): c - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): c - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): c - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted IPv4, or IPv6 in RFC 5952's canonical form.
    public var description: String {
        var out: [UInt8] = []
        appendText(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends ``description`` without making a String.
    public func appendText(to out: inout [UInt8]) {
        if let v4 {
            out.appendDecimal(Int(v4 >> 24))
            for shift: UInt32 in [16, 8, 0] {
                out.append(UInt8(ascii: "."))
                out.appendDecimal(Int(v4 >> shift & 255))
            }
            return
        }
        let group = { (i: Int) in UInt16(truncatingIfNeeded: i < 4 ? high >> UInt64(48 - 16 * i) : low >> UInt64(112 - 16 * i)) }
        var best = 0..<0
        var i = 0
        while i < 8 {
            var j = i
            while j < 8, group(j) == 0 { j += 1 }
            if j - i > best.count, j - i > 1 { best = i..<j }
            i = max(j, i + 1)
        }
        i = 0
        while i < 8 {
            if i == best.lowerBound, !best.isEmpty {
                out.append(contentsOf: [UInt8(ascii: ":"), UInt8(ascii: ":")])
                i = best.upperBound
                continue
            }
            if i > 0, i != best.upperBound || best.isEmpty { out.append(UInt8(ascii: ":")) }
            out.append(contentsOf: String(group(i), radix: 16).utf8)
            i += 1
        }
    }
}

extension IPAddress: Comparable {
    @inlinable public static func < (a: IPAddress, b: IPAddress) -> Bool {
        a.high != b.high ? a.high < b.high : a.low < b.low
    }
}

/// A range of addresses written as `address/bits` (CIDR, RFC 4632).
public struct Network: Hashable, Sendable, CustomStringConvertible {
    /// The first address of the range.
    public let first: IPAddress
    /// Leading bits that are fixed, of 128; an IPv4 `/24` has 120 here.
    public let prefixLength: Int

    /// Parses `198.51.100.0/24`, `2001:db8::/32`, or one address. Host bits may be set; they are cleared.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        let isV4 = address.v4 != nil && !parts[0].contains(":")
        var bits = 128
        if parts.count == 2 {
            guard let stated = Int(parts[1]), stated >= 0, stated <= (isV4 ? 32 : 128) else { return nil }
            bits = isV4 ? stated + 96 : stated
        }
        prefixLength = bits
        first = IPAddress(high: address.high & Self.mask(bits).0, low: address.low & Self.mask(bits).1)
    }

    /// Whether the address lies in the range.
    @inlinable public func contains(_ address: IPAddress) -> Bool {
        let mask = Self.mask(prefixLength)
        return address.high & mask.0 == first.high && address.low & mask.1 == first.low
    }

    @usableFromInline static func mask(_ bits: Int) -> (UInt64, UInt64) {
        (bits >= 64 ? ~0 : bits == 0 ? 0 : ~0 << UInt64(64 - bits), bits <= 64 ? 0 : bits == 128 ? ~0 : ~0 << UInt64(128 - bits))
    }

    public var description: String {
        let isV4 = first.v4 != nil && prefixLength >= 96
        return "\(first)/\(isV4 ? prefixLength - 96 : prefixLength)"
    }
}

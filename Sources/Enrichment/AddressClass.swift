public import Model

/// What the IANA special-purpose address registries say about an address.
///
/// Follows the registries of RFC 6890 as of 2025 (IPv4, IPv6), the multicast ranges of RFC 5771 and RFC 4291 §2.7, and takes IPv6
/// outside 2000::/3 as reserved, because IANA has allocated nothing else. Only a ``global`` address is ever looked up in a database.
public enum AddressClass: UInt8, CaseIterable, Sendable {
    /// Ordinary unicast that can be reached from the internet.
    case global
    /// 0.0.0.0/8 (RFC 791) and `::` (RFC 4291).
    case unspecified
    /// 10/8, 172.16/12, 192.168/16 (RFC 1918), fc00::/7 (RFC 4193), fec0::/10 (RFC 3879).
    case `private`
    /// 100.64.0.0/10, carrier-grade NAT (RFC 6598).
    case shared
    /// 127/8 (RFC 1122), ::1 (RFC 4291).
    case loopback
    /// 169.254/16 (RFC 3927), fe80::/10 (RFC 4291).
    case linkLocal
    /// RFC 5737, 2001:db8::/32 (RFC 3849), 3fff::/20 (RFC 9637).
    case documentation
    /// 198.18/15 (RFC 2544), 2001:2::/48 (RFC 5180).
    case benchmarking
    /// 224/4 (RFC 5771), ff00::/8 (RFC 4291).
    case multicast
    /// Kept back, deprecated or never forwarded, e.g. 240/4 (RFC 1112), 192.0.0/24 (RFC 6890), 100::/64 (RFC 6666).
    case reserved

    /// The class of an address. A mapped IPv4 address is IPv4.
    public init(_ address: IPAddress) {
        if let v4 = address.v4 { self = Self.classify(v4) } else { self = Self.classify(address.high, address.low) }
    }

    private static func classify(_ a: UInt32) -> AddressClass {
        switch a >> 24 {
        case 0: .unspecified
        case 10: .private
        case 100: a >> 22 == 0x6440_0000 >> 22 ? .shared : .global
        case 127: .loopback
        case 169: a >> 16 == 0xa9fe ? .linkLocal : .global
        case 172: a >> 20 == 0xac1 ? .private : .global
        case 192: classify192(a)
        case 198: a >> 17 == 0xc612_0000 >> 17 ? .benchmarking : a >> 8 == 0xc6_3364 ? .documentation : .global
        case 203: a >> 8 == 0xcb_0071 ? .documentation : .global
        case 224...239: .multicast
        case 240...255: .reserved
        default: .global
        }
    }

    private static func classify192(_ a: UInt32) -> AddressClass {
        switch a >> 8 {
        case 0xc0_0000: a & 0xff == 9 || a & 0xff == 10 ? .global : .reserved
        case 0xc0_0002: .documentation
        case 0xc0_5863: .reserved
        default: a >> 16 == 0xc0a8 ? .private : .global
        }
    }

    private static func classify(_ high: UInt64, _ low: UInt64) -> AddressClass {
        if high == 0, low <= 1 { return low == 0 ? .unspecified : .loopback }
        if high >> 61 == 1 {
            if high >> 32 == 0x2001_0db8 || high >> 44 == 0x3fff0 { return .documentation }
            if high >> 16 == 0x2001_0002_0000 { return .benchmarking }
            // 2001::/23 holds IETF protocol assignments; those that are reachable are listed one by one.
            if high >> 41 == 0x2001_0000 >> 9 { return isReachableAssignment(high, low) ? .global : .reserved }
            return .global
        }
        if high == 0x0064_ff9b_0000_0000, low >> 32 == 0 { return .global }
        if high >> 56 == 0xff { return .multicast }
        if high >> 57 == 0xfc >> 1 { return .private }
        switch high >> 54 {
        case 0xfe80 >> 6: return .linkLocal
        case 0xfec0 >> 6: return .private
        default: return .reserved
        }
    }

    /// Teredo (RFC 4380), PCP and TURN anycast, AMT, AS112, ORCHIDv2, drone identifiers.
    private static func isReachableAssignment(_ high: UInt64, _ low: UInt64) -> Bool {
        if high == 0x2001_0001_0000_0000 { return (1...3).contains(low) }
        let group = high >> 32 & 0xffff
        return group == 0 || group == 3 || high >> 16 == 0x2001_0004_0112 || group >> 4 == 2 || group >> 4 == 3
    }
}

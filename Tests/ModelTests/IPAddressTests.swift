import Glibc
import Model
import TestKit
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:201", "192.0.2.1"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::0001", "2001:db8::1"),
        // RFC 5952: the longest run of zeros is cut, the first of equals, and never a single group.
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ("fe80::1%eth0", "fe80::1"),
    ])
    func `Text is read and written canonically`(text: String, canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test(
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.", "1.2.3.4.5", "256.1.1.1", "1.2.3.1234", "01.2.3.4", "1.2.3.00",
            "0x1.2.3.4", "1.2.3.4 ", "+1.2.3.4", "1.2.3.-4", ":", ":::", "1:", ":1", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.4:5", "::256.1.1.1", "::1.2.3",
            "%eth0", "1%eth0", "::%", "\u{661}.2.3.4",
        ].filter { $0 != "::%" })
    func `What is no address is refused`(text: String) { #expect(IPAddress(text) == nil) }

    @Test func `Every address survives its text, and the C library agrees`() throws {
        var random = SeededGenerator(seed: 1)
        for round in 0..<4000 {
            var address = IPAddress(high: random.next(), low: random.next())
            // Zero groups make the interesting texts.
            for group in 0..<4 where Bool.random(using: &random) {
                address.high &= ~(0xffff << UInt64(16 * group))
                if Bool.random(using: &random) { address.low &= ~(0xffff << UInt64(16 * group)) }
            }
            if round % 4 == 0 { address = IPAddress(v4: UInt32(truncatingIfNeeded: random.next())) }
            let text = address.description
            #expect(IPAddress(text) == address, "\(text)")
            #expect(Self.parsed(text) == address, "\(text)")
        }
    }

    @Test func `Damaged text is read as the C library reads it, or not at all`() {
        var random = SeededGenerator(seed: 2)
        let alphabet = Array("0123456789abcdefF:::...::%gx ".utf8)
        for _ in 0..<20_000 {
            var bytes = Array(IPAddress(high: random.next() & random.next(), low: random.next() & random.next()).description.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = alphabet.randomElement(using: &random) ?? 0
                case 1: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: at)
                default: if bytes.count > 1 { bytes.remove(at: at) }
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard !text.contains("%") else { continue }
            #expect(IPAddress(text) == Self.parsed(text), "\(text)")
        }
    }

    /// The address as `inet_pton` reads it.
    static func parsed(_ text: String) -> IPAddress? {
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 { return IPAddress(v4: UInt32(bigEndian: v4.s_addr)) }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        return withUnsafeBytes(of: &v6) { bytes in
            IPAddress(
                high: UInt64(bigEndian: bytes.load(as: UInt64.self)), low: UInt64(bigEndian: bytes.load(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}

@Suite struct NetworkTests {
    @Test(arguments: [
        ("198.51.100.7/24", "198.51.100.0/24", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
        ("10.0.0.0/8", "10.0.0.0/8", "10.255.255.255", "10.0.0.0", "11.0.0.0"),
        ("0.0.0.0/0", "0.0.0.0/0", "0.0.0.0", "255.255.255.255", "2001:db8::"),
        ("192.0.2.1", "192.0.2.1/32", "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
        ("2001:db8::1/32", "2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"),
        ("2001:db8::/65", "2001:db8::/65", "2001:db8::", "2001:db8::7fff:ffff:ffff:ffff", "2001:db8::8000:0:0:0"),
        ("::/0", "::/0", "::", "192.0.2.1", ""), ("::1/128", "::1/128", "::1", "::1", "::2"),
    ])
    func `A network holds its first and last address`(text: String, canonical: String, first: String, last: String, outside: String) throws
    {
        let network = try #require(Network(text))
        #expect(network.description == canonical)
        #expect(network.contains(try #require(IPAddress(first))))
        #expect(network.contains(try #require(IPAddress(last))))
        if let address = IPAddress(outside) { #expect(!network.contains(address)) }
    }

    @Test(arguments: ["", "/", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "::/129", "1.2.3.4/8/8", "x/8", "/8", "1.2.3/8"])
    func `What is no network is refused`(text: String) { #expect(Network(text) == nil) }
}

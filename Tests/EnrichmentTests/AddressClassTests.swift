import Enrichment
import Model
import Testing

@Suite struct AddressClassTests {
    @Test(arguments: [
        ("8.8.8.8", AddressClass.global), ("0.0.0.0", .unspecified), ("0.255.255.255", .unspecified), ("1.0.0.0", .global),
        ("10.0.0.0", .private), ("10.255.255.255", .private), ("9.255.255.255", .global), ("11.0.0.0", .global),
        ("100.63.255.255", .global), ("100.64.0.0", .shared), ("100.127.255.255", .shared), ("100.128.0.0", .global),
        ("127.0.0.1", .loopback), ("169.253.255.255", .global), ("169.254.0.0", .linkLocal), ("169.255.0.0", .global),
        ("172.15.255.255", .global), ("172.16.0.0", .private), ("172.31.255.255", .private), ("172.32.0.0", .global),
        ("192.0.0.0", .reserved), ("192.0.0.9", .global), ("192.0.0.10", .global), ("192.0.0.11", .reserved), ("192.0.1.0", .global),
        ("192.0.2.1", .documentation), ("192.31.196.1", .global), ("192.52.193.1", .global), ("192.88.99.1", .reserved),
        ("192.167.255.255", .global), ("192.168.0.0", .private), ("192.169.0.0", .global), ("198.17.255.255", .global),
        ("198.18.0.0", .benchmarking), ("198.19.255.255", .benchmarking), ("198.20.0.0", .global), ("198.51.100.7", .documentation),
        ("198.51.101.0", .global), ("203.0.113.255", .documentation), ("203.0.114.0", .global), ("223.255.255.255", .global),
        ("224.0.0.1", .multicast), ("239.255.255.255", .multicast), ("240.0.0.0", .reserved), ("255.255.255.255", .reserved),
        ("::", .unspecified), ("::1", .loopback), ("::2", .reserved), ("::ffff:10.0.0.1", .private), ("::ffff:8.8.8.8", .global),
        ("64:ff9b::808:808", .global), ("64:ff9b:1::1", .reserved), ("100::1", .reserved), ("100:0:0:1::1", .reserved),
        ("2001::1", .global), ("2001:1::1", .global), ("2001:1::4", .reserved), ("2001:2::1", .benchmarking), ("2001:3::1", .global),
        ("2001:4:112::1", .global), ("2001:5::1", .reserved), ("2001:10::1", .reserved), ("2001:20::1", .global), ("2001:3f::1", .global),
        ("2001:1ff::1", .reserved), ("2001:200::1", .global), ("2001:db8::1", .documentation), ("2001:db9::1", .global),
        ("2002::1", .global), ("2606:4700::1111", .global), ("3fff::1", .documentation), ("3fff:fff::1", .documentation),
        ("3fff:1000::1", .global), ("4000::1", .reserved), ("5f00::1", .reserved), ("fc00::1", .private), ("fdff::1", .private),
        ("fe80::1", .linkLocal), ("febf::1", .linkLocal), ("fec0::1", .private), ("ff02::1", .multicast), ("fe00::1", .reserved),
    ])
    func isClassifiedByTheRegistries(text: String, expected: AddressClass) throws {
        #expect(AddressClass(try #require(IPAddress(text))) == expected)
    }
}

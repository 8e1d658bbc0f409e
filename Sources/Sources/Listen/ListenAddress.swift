public import Model

/// Where a listener listens: an address and a port, written `127.0.0.1:5514` or `[::1]:5514`.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address; `0.0.0.0` and `::` are all addresses of the machine.
    public let address: IPAddress
    /// Whether the address was written as IPv6, so that `::` differs from `0.0.0.0`.
    public let isIPv6: Bool
    /// The port; 0 lets the system choose one.
    public var port: Int

    /// Parses `ADDRESS:PORT`; `localhost` stands for 127.0.0.1. Nil for anything else: names of hosts are not looked up.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port) else {
            return nil
        }
        var host = String(text[..<colon])
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = String(host.dropFirst().dropLast()) }
        if host == "localhost" { host = "127.0.0.1" }
        guard host.contains(":") == isBracketed, let address = IPAddress(host) else { return nil }
        self.address = address
        isIPv6 = isBracketed
        self.port = port
    }

    /// Whether only this machine reaches the address.
    public var isLoopback: Bool { address.isLoopback }

    /// The address without the port, as the system's calls take it.
    public var host: String {
        guard isIPv6, let v4 = address.v4 else { return address.description }
        return "::ffff:\(IPAddress(v4: v4))"
    }

    public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension IPAddress {
    /// Whether it is an address of the machine itself: 127.0.0.0/8 or ::1.
    public var isLoopback: Bool { v4.map { $0 >> 24 == 127 } ?? (high == 0 && low == 1) }
}

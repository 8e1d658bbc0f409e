public import Model

/// The networks from which a listener takes input.
public struct AllowList: Equatable, Sendable {
    /// The networks; nil allows every address.
    public let networks: [Network]?

    /// Allows every address.
    public static let any = AllowList(networks: nil)

    /// Allows those networks, or every address with nil.
    public init(networks: [Network]?) { self.networks = networks }

    /// Reads networks in CIDR form, or `any` alone. Throws ``ListenError`` naming the entry that is neither.
    public init(_ texts: [String]) throws(ListenError) {
        if texts == ["any"] {
            networks = nil
            return
        }
        var networks: [Network] = []
        for text in texts {
            guard let network = Network(text) else {
                throw ListenError(
                    .badOption, option: "allow", "\(text) is no network; write e.g. 192.0.2.0/24 or 2001:db8::/32, or any alone")
            }
            networks.append(network)
        }
        self.networks = networks
    }

    /// Whether input from the address is taken. Local sockets have no address and are always allowed.
    public func allows(_ address: IPAddress?) -> Bool {
        guard let networks, let address else { return true }
        return networks.contains { $0.contains(address) }
    }

    /// Fails for a listener beyond loopback without a stated list: what asks for no credentials must say whom it trusts.
    public static func required(_ texts: [String], for listen: ListenAddress) throws(ListenError) -> AllowList {
        if !texts.isEmpty { return try AllowList(texts) }
        guard !listen.isLoopback else { return .any }
        throw ListenError(
            .badOption, option: "listen",
            "\(listen) takes input from other machines without credentials; say from which networks (allow: [192.0.2.0/24]) or allow: [any]"
        )
    }
}

import FoundationEssentials

/// Names of services by transport and port (`services.json`).
struct ServiceNames: Sendable {
    private var names: [[UInt8]] = [[]]
    /// By port: index into ``names``, 0 for none.
    private var tcp = [UInt16](repeating: 0, count: 65_536)
    private var udp = [UInt16](repeating: 0, count: 65_536)

    /// No names.
    init() {}

    /// Reads `{"tcp":{"22":"ssh",…},"udp":{…}}`.
    init(json: Data) throws {
        let ports = try JSONDecoder().decode([String: [String: String]].self, from: json)
        tcp = table(of: ports["tcp"] ?? [:])
        udp = table(of: ports["udp"] ?? [:])
    }

    private mutating func table(of ports: [String: String]) -> [UInt16] {
        var table = [UInt16](repeating: 0, count: 65_536)
        for (port, name) in ports {
            guard let port = UInt16(port), let index = UInt16(exactly: names.count), !name.isEmpty else { continue }
            names.append(Array(name.utf8))
            table[Int(port)] = index
        }
        return table
    }

    /// The service on a port; empty when unknown. Without a transport the name is believed only when TCP and UDP do not disagree.
    func name(port: UInt16, transport: Transport) -> [UInt8] {
        let onTCP = names[Int(tcp[Int(port)])]
        let onUDP = names[Int(udp[Int(port)])]
        switch transport {
        case .tcp: return onTCP
        case .udp: return onUDP
        case .other: return []
        case .unstated: return onTCP.isEmpty ? onUDP : onUDP.isEmpty || onTCP == onUDP ? onTCP : []
        }
    }

    /// What `network.transport` says.
    enum Transport: Sendable {
        case tcp, udp, other, unstated
    }
}

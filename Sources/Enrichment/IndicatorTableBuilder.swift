public import Model

/// Gathers the indicators of lists from their decoded events.
public struct IndicatorTableBuilder: Sendable {
    private var lists: [IndicatorTable.List] = []
    private var addresses: [IPAddress: UInt64] = [:]
    private var networks: [Network: UInt64] = [:]
    private var domains: [[UInt8]: UInt64] = [:]
    private var urls: [[UInt8]: UInt64] = [:]
    private var hashes: [[UInt8]: UInt64] = [:]

    /// Nothing yet.
    public init() {}

    /// Adds a list and the events that its format made of it.
    public mutating func add(list name: String, _ batch: EventBatch) throws(EnrichmentError) {
        let number: Int
        if let known = lists.firstIndex(where: { $0.name == name }) {
            number = known
        } else {
            guard lists.count < IndicatorTable.maximumLists else {
                throw EnrichmentError(
                    .badList, "\(name): more than \(IndicatorTable.maximumLists) indicator lists; put several files into one")
            }
            number = lists.count
            lists.append(IndicatorTable.List(name: name))
        }
        for row in 0..<batch.count { add(batch[row], to: number) }
    }

    private mutating func add(_ row: EventRow, to number: Int) {
        let bit: UInt64 = 1 << UInt64(number)
        if let url = row.string(.threatIndicatorURL) {
            // The host of a listed URL is not listed: it may serve much else.
            urls[Array(url.utf8), default: 0] |= bit
            lists[number].urls += 1
            return
        }
        var isUsed = false
        if let domain = row.string(.threatIndicatorDomain) {
            domains[Self.normal(domain), default: 0] |= bit
            lists[number].domains += 1
            isUsed = true
        }
        if let address = row.ip(.threatIndicatorIP) {
            addresses[address, default: 0] |= bit
            lists[number].addresses += 1
            isUsed = true
        }
        for field in [Field.fileMD5, .fileSHA1, .fileSHA256] {
            guard let hash = row.string(field) else { continue }
            hashes[Array(hash.lowercased().utf8), default: 0] |= bit
            lists[number].hashes += 1
            isUsed = true
        }
        for network in Self.networks(row) {
            networks[network, default: 0] |= bit
            lists[number].addresses += 1
            isUsed = true
        }
        if !isUsed { lists[number].unused += 1 }
    }

    private static func networks(_ row: EventRow) -> [Network] {
        var networks: [Network] = []
        row.visit { pair in
            guard pair.field == .labels else { return }
            let (key, text) = row.label(pair)
            if key == "indicator_network", let network = Network(text) { networks.append(network) }
        }
        return networks
    }

    private static func normal(_ domain: String) -> [UInt8] {
        var bytes = Array(domain.lowercased().utf8)
        while bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        return bytes
    }

    /// The table of what was added.
    public func build() -> IndicatorTable {
        // Sums do not depend on the order in which a dictionary gives its entries.
        var revision: UInt64 = 0
        func add(_ bytes: [UInt8], _ lists: UInt64) { revision &+= fnv1a64(bytes) &* (lists | 1) }
        for (address, lists) in addresses { add(Array("\(address)".utf8), lists) }
        for (network, lists) in networks { add(Array("\(network)".utf8), lists) }
        for texts in [domains, urls, hashes] { for (text, lists) in texts { add(text, lists) } }
        for list in lists { add(Array(list.name.utf8), 1) }
        return IndicatorTable(
            lists: lists, revision: revision, addresses: IndicatorAddresses(single: addresses, networks: networks),
            domains: IndicatorTexts(domains), urls: IndicatorTexts(urls), hashes: IndicatorTexts(hashes))
    }
}

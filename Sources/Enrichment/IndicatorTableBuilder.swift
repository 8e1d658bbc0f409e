public import Model

/// Gathers the indicators of lists from their decoded events.
public struct IndicatorTableBuilder: Sendable {
    /// Memory that an indicator costs besides its text, in bytes.
    private static let overhead = 96

    /// The label in which events of lists have a network.
    static let networkLabel = "indicator_network"

    /// About how much memory it takes, in bytes.
    public private(set) var bytes = 0
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
        let number = try number(of: name)
        for row in 0..<batch.count { add(batch[row], to: number) }
    }

    /// Adds an indicator to a list.
    public mutating func add(list name: String, _ row: EventRow) throws(EnrichmentError) { add(row, to: try number(of: name)) }

    /// Adds all that another has gathered.
    public mutating func add(_ other: IndicatorTableBuilder) throws(EnrichmentError) {
        var numbers: [Int] = []
        for list in other.lists {
            let number = try number(of: list.name)
            numbers.append(number)
            lists[number].unused += list.unused
        }
        func mapped(_ bits: UInt64) -> UInt64 {
            numbers.indices.reduce(0) { bits & 1 << UInt64($1) == 0 ? $0 : $0 | 1 << UInt64(numbers[$1]) }
        }
        for (key, bits) in other.addresses { note(key, mapped(bits), 0, \.addresses, \.addresses) }
        for (key, bits) in other.networks { note(key, mapped(bits), 0, \.networks, \.addresses) }
        for (key, bits) in other.domains { note(key, mapped(bits), key.count, \.domains, \.domains) }
        for (key, bits) in other.urls { note(key, mapped(bits), key.count, \.urls, \.urls) }
        for (key, bits) in other.hashes { note(key, mapped(bits), key.count, \.hashes, \.hashes) }
    }

    /// Notes that lists name a value, and counts it for those that did not name it yet.
    private mutating func note<Key: Hashable>(
        _ key: Key, _ bits: UInt64, _ textBytes: Int, _ values: WritableKeyPath<Self, [Key: UInt64]>,
        _ count: WritableKeyPath<IndicatorTable.List, Int>
    ) {
        let known = self[keyPath: values][key]
        if known == nil { bytes += Self.overhead + textBytes }
        let more = bits & ~(known ?? 0)
        guard more != 0 else { return }
        self[keyPath: values][key] = (known ?? 0) | more
        for number in lists.indices where more & 1 << UInt64(number) != 0 { lists[number][keyPath: count] += 1 }
    }

    private mutating func number(of name: String) throws(EnrichmentError) -> Int {
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
        return number
    }

    private mutating func add(_ row: EventRow, to number: Int) {
        let bit: UInt64 = 1 << UInt64(number)
        if let url = row.string(.threatIndicatorURL) {
            // The host of a listed URL is not listed: it may serve much else.
            return note(Array(url.utf8), bit, url.utf8.count, \.urls, \.urls)
        }
        var isUsed = false
        if let domain = row.string(.threatIndicatorDomain) {
            let name = Self.normal(domain)
            note(name, bit, name.count, \.domains, \.domains)
            isUsed = true
        }
        if let address = row.ip(.threatIndicatorIP) {
            note(address, bit, 0, \.addresses, \.addresses)
            isUsed = true
        }
        for field in [Field.fileMD5, .fileSHA1, .fileSHA256] {
            guard let hash = row.string(field) else { continue }
            note(Array(hash.lowercased().utf8), bit, hash.utf8.count, \.hashes, \.hashes)
            isUsed = true
        }
        for network in Self.networks(row) {
            note(network, bit, 0, \.networks, \.addresses)
            isUsed = true
        }
        if !isUsed { lists[number].unused += 1 }
    }

    private static func networks(_ row: EventRow) -> [Network] {
        var networks: [Network] = []
        row.visit { pair in
            guard pair.field == .labels else { return }
            let (key, text) = row.label(pair)
            if key == Self.networkLabel, let network = Network(text) { networks.append(network) }
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

import Model

/// What makes an event noise, in a form in which it is marked while its row is read once; does not change, but for what it counts.
public final class NoiseTable: Sendable {
    /// Own scanners and lists at most: each is a bit.
    public static let maximumLists = IndicatorTable.maximumLists

    /// Changes with what would be marked.
    public let revision: UInt64
    /// Own scanners first, then lists, by number.
    private let table: IndicatorTable
    private let options: NoiseOptions
    private let agents: AgentPatterns
    private let repeats: RepeatCounter?
    private let kindPairs: [NoiseKind: [UInt8]]
    private let listPairs: [[UInt8]]
    private let agentPairs: [[UInt8]]
    private let repeatPair: [UInt8]

    /// A table of the options and of lists of scanners. Throws when they are too many together.
    public convenience init(_ options: NoiseOptions, lists: IndicatorTableBuilder) throws(EnrichmentError) {
        try self.init(options, lists, repeats: options.repeats.map { RepeatCounter($0) })
    }

    /// The same with other lists; what was counted of repeat offenders stays.
    public func replacing(lists: IndicatorTableBuilder) throws(EnrichmentError) -> NoiseTable {
        try NoiseTable(options, lists, repeats: repeats)
    }

    init(_ options: NoiseOptions, _ lists: IndicatorTableBuilder, repeats: RepeatCounter?) throws(EnrichmentError) {
        var all = IndicatorTableBuilder()
        for own in options.own {
            for network in own.networks {
                var batch = EventBatch()
                batch.append(label: IndicatorTableBuilder.networkLabel, network.description)
                batch.endRowWithoutRaw()
                try all.add(list: own.name, batch)
            }
        }
        try all.add(lists)
        table = all.build()
        self.options = options
        self.repeats = repeats
        agents = AgentPatterns(options.agents, usesKnown: options.usesKnownAgents)
        var hash = ContentHash()
        hash.add(table.revision)
        hash.add("\(options)")
        revision = hash.value
        func pair(_ field: Field, _ text: String) -> [UInt8] {
            var batch = EventBatch()
            batch.append(field, text)
            return batch.bytes
        }
        kindPairs = Dictionary(uniqueKeysWithValues: NoiseKind.allCases.map { ($0, pair(.noiseKind, $0.rawValue)) })
        listPairs = table.lists.map { pair(.noiseName, $0.name) }
        agentPairs = agents.names.map { pair(.noiseName, $0) }
        repeatPair = options.repeats.map { pair(.noiseName, "more than \($0.moreThan) in \(Self.text(seconds: $0.seconds))") } ?? []
    }

    /// The lists of the configured files and how much of each is used; own scanners come first.
    public var lists: [IndicatorTable.List] { table.lists }

    /// The bits that mark noise among those of indicator lists.
    func feeds(_ indicators: IndicatorTable?) -> UInt64 {
        guard let indicators, !options.feeds.isEmpty else { return 0 }
        var bits: UInt64 = 0
        for (number, list) in indicators.lists.enumerated() where options.feeds.contains(list.name) { bits |= 1 << UInt64(number) }
        return bits
    }

    /// Appends to `out` why the row is noise; nothing to posts, and nothing to a row that says it already.
    ///
    /// - Parameter feeds: the bits of those lists of `indicators` that mark noise.
    func mark(_ row: Span<UInt8>, _ indicators: IndicatorTable?, feeds: UInt64, _ memo: inout AgentMemo, to out: inout [UInt8]) {
        guard let scan = NoiseScan(row), scan.isWanted else { return }
        let listed = scan.source.map { table.lists(of: $0) } ?? 0
        let fed = feeds == 0 ? 0 : feeds & (scan.source.flatMap { indicators?.lists(of: $0) } ?? 0)
        var agent: Int?
        if !agents.isEmpty {
            for value in [scan.userAgent, scan.sshClient] where agent == nil {
                agent = value.flatMap { memo.find(row.extracting($0), in: agents) }
            }
        }
        var isRepeated = false
        if let repeats, scan.isAttack, let source = scan.source, let time = scan.time { isRepeated = repeats.count(source, at: time) }
        guard listed | fed != 0 || agent != nil || isRepeated else { return }
        let own: UInt64 = options.own.isEmpty ? 0 : ~0 >> UInt64(64 - options.own.count)
        func append(_ kind: NoiseKind) { if let pair = kindPairs[kind] { out += pair } }
        if listed & own != 0 { append(.own) }
        if listed & ~own != 0 { append(.scanner) }
        if agent != nil { append(.agent) }
        if fed != 0 { append(.feed) }
        if isRepeated { append(.repeat) }
        for number in listPairs.indices where listed & 1 << UInt64(number) != 0 { out += listPairs[number] }
        if let agent { out += agentPairs[agent] }
        if fed != 0, let indicators {
            var names = EventBatch()
            for (number, list) in indicators.lists.enumerated() where fed & 1 << UInt64(number) != 0 { names.append(.noiseName, list.name) }
            out += names.bytes
        }
        if isRepeated { out += repeatPair }
    }

    private static func text(seconds: Int) -> String {
        for (length, unit) in [(86_400, "d"), (3600, "h"), (60, "m")] where seconds % length == 0 { return "\(seconds / length)\(unit)" }
        return "\(seconds)s"
    }
}

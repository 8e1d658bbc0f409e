public import Model

/// Indicator lists in a form in which an event is looked up while its row is read once; does not change.
public final class IndicatorTable: Sendable {
    /// Lists at most: each is a bit.
    public static let maximumLists = 64

    /// A list and how much of it is used.
    public struct List: Sendable, Equatable {
        /// The name in the configuration.
        public var name: String
        /// Addresses and networks.
        public var addresses = 0
        /// Domains.
        public var domains = 0
        /// URLs.
        public var urls = 0
        /// Hashes of files.
        public var hashes = 0
        /// Indicators of other types, which are joined with nothing.
        public var unused = 0
    }

    /// What was found in an event.
    public struct Match: Sendable, Equatable {
        /// The field whose value is listed.
        public var field: Field
        /// The value as the event has it.
        public var value: String
        /// The numbers of the lists in ``IndicatorTable/lists``, a bit each.
        public var lists: UInt64
    }

    /// The lists, by number.
    public let lists: [List]
    /// Changes with the content of any list.
    public let revision: UInt64
    private let addresses: IndicatorAddresses
    private let domains: IndicatorTexts
    private let urls: IndicatorTexts
    private let hashes: IndicatorTexts

    init(
        lists: [List], revision: UInt64, addresses: IndicatorAddresses, domains: IndicatorTexts, urls: IndicatorTexts,
        hashes: IndicatorTexts
    ) {
        self.lists = lists
        self.revision = revision
        self.addresses = addresses
        self.domains = domains
        self.urls = urls
        self.hashes = hashes
    }

    /// What of an attack or a post is listed, whether it was marked when it came or not; at most 16 values. Nothing of records, nor of posts
    /// that are indicators themselves.
    public func matches(_ row: EventRow) -> [Match] {
        if row.isIndicator { return [] }
        let pairs = Array(row.bytes[row.start..<row.end])
        return matches(pairs.span, isMarking: false).map { found in
            let value: String
            if found.field.type == .ip {
                value = RowScan.address(pairs.span, found.range).description
            } else {
                value = String(decoding: pairs[found.range], as: UTF8.self)
            }
            return Match(field: found.field, value: value, lists: found.lists)
        }
    }

    /// The fields in whose values indicators are looked for: those for which a list has any.
    public var searchedFields: [Field] {
        Field.allCases.filter { field in
            switch Self.roles[Int(field.rawValue)] {
            case .none, .family, .indicator: false
            case .address: lists.contains { $0.addresses > 0 }
            case .domain: !domains.isEmpty
            case .url: !urls.isEmpty
            case .hash: !hashes.isEmpty
            }
        }
    }

    /// Whether a list names that value of a field, given as it is stored in a row.
    public func names(_ field: Field, _ value: Span<UInt8>) -> Bool {
        switch Self.roles[Int(field.rawValue)] {
        case .none, .family, .indicator: false
        case .address: value.count == 16 && addresses.lists(of: RowScan.address(value, 0..<16)) != 0
        case .domain: domains.lists(ofDomain: value) != 0
        case .url: urls.lists(of: value) != 0
        case .hash: hashes.lists(ofLowercased: value) != 0
        }
    }

    /// The lists that name an address or a network around it, a bit for each.
    func lists(of address: IPAddress) -> UInt64 { addresses.lists(of: address) }

    /// Appends to `out` what the lists say about the row's values.
    func join(_ row: Span<UInt8>, to out: inout [UInt8]) {
        let found = matches(row, isMarking: true)
        guard !found.isEmpty else { return }
        var batch = EventBatch()
        var all: UInt64 = 0
        for match in found {
            all |= match.lists
            let value = row.extracting(match.range)
            switch Self.roles[Int(match.field.rawValue)] {
            case .address:
                let address = RowScan.address(row, match.range)
                batch.append(.threatIndicatorType, address.v4 == nil ? "ipv6-addr" : "ipv4-addr" as StaticString)
                batch.append(.threatIndicatorIP, address)
            case .domain:
                batch.append(.threatIndicatorType, "domain-name" as StaticString)
                batch.append(.threatIndicatorDomain, utf8: value)
            case .url:
                batch.append(.threatIndicatorType, "url" as StaticString)
                batch.append(.threatIndicatorURL, utf8: value)
            default: batch.append(.threatIndicatorType, "file" as StaticString)
            }
        }
        for (number, list) in lists.enumerated() where all & 1 << UInt64(number) != 0 { batch.append(.threatFeedName, list.name) }
        batch.append(.tags, "indicator" as StaticString)
        out.append(contentsOf: batch.bytes)
    }

    // MARK: Rows

    private enum Role: UInt8 {
        case none, address, domain, url, hash, family, indicator
    }

    private struct Found {
        var field: Field
        var range: Range<Int>
        var lists: UInt64
    }

    private static let maximumMatches = 16

    private static let roles: [Role] = {
        var roles = [Role](repeating: .none, count: Int(Field.allCases.map(\.rawValue).max() ?? 0) + 1)
        for field in [Field.sourceIP, .destinationIP, .relatedIP] { roles[Int(field.rawValue)] = .address }
        for field in [Field.sourceDomain, .destinationDomain, .urlDomain, .dnsQuestionName, .tlsServerName, .relatedHosts] {
            roles[Int(field.rawValue)] = .domain
        }
        for field in [Field.urlFull, .postLinks] { roles[Int(field.rawValue)] = .url }
        for field in [Field.fileMD5, .fileSHA1, .fileSHA256, .relatedHash] { roles[Int(field.rawValue)] = .hash }
        roles[Int(Field.eventFamily.rawValue)] = .family
        roles[Int(Field.threatIndicatorType.rawValue)] = .indicator
        return roles
    }()

    private static let types: [FieldType?] = (0..<UInt16(roles.count)).map { Field(rawValue: $0)?.type }

    private func matches(_ row: Span<UInt8>, isMarking: Bool) -> [Found] {
        var found: [Found] = []
        var isWanted = false
        var at = 0
        while at < row.count {
            guard let number = LEB128.read(row, &at), number < UInt64(Self.types.count), let type = Self.types[Int(number)],
                let value = RowScan.value(row, &at, type)
            else { return [] }
            let lists: UInt64
            switch Self.roles[Int(number)] {
            case .none: continue
            case .address: lists = addresses.lists(of: RowScan.address(row, value))
            case .domain: lists = domains.isEmpty ? 0 : domains.lists(ofDomain: row.extracting(value))
            case .url: lists = urls.isEmpty ? 0 : urls.lists(of: row.extracting(value))
            case .hash: lists = hashes.isEmpty ? 0 : hashes.lists(ofLowercased: row.extracting(value))
            case .family:
                isWanted = !RowScan.equals(row.extracting(value), "record")
                continue
            case .indicator:
                // It is marked, or an indicator itself.
                if isMarking { return [] }
                continue
            }
            guard lists != 0, found.count < Self.maximumMatches, let field = Field(rawValue: UInt16(truncatingIfNeeded: number)) else {
                continue
            }
            // The same value often stands in several fields (source.ip and related.ip).
            let isKnown = found.contains { known in
                known.range.count == value.count && zip(known.range, value).allSatisfy { row[$0] == row[$1] }
            }
            if !isKnown { found.append(Found(field: field, range: value, lists: lists)) }
        }
        return isWanted ? found : []
    }
}

/// Which lists name a text, exactly.
struct IndicatorTexts: Sendable {
    private var table = ByteTable()
    private var listsOfText: [UInt64] = []

    init(_ texts: [[UInt8]: UInt64]) {
        for (text, lists) in texts where table.insert(text) == listsOfText.count { listsOfText.append(lists) }
    }

    var isEmpty: Bool { listsOfText.isEmpty }

    func lists(of text: Span<UInt8>) -> UInt64 { table.find(text).map { listsOfText[$0] } ?? 0 }

    func lists(ofLowercased text: Span<UInt8>) -> UInt64 {
        let isLower = text.indices.allSatisfy { !(0x41...0x5A).contains(text[$0]) }
        if isLower { return lists(of: text) }
        var lower = [UInt8]()
        for i in text.indices { lower.append((0x41...0x5A).contains(text[i]) ? text[i] | 0x20 : text[i]) }
        return lists(of: lower.span)
    }

    /// The lists that name the domain or one above it, but no top-level domain.
    func lists(ofDomain text: Span<UInt8>) -> UInt64 {
        var end = text.count
        if end > 0, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        var found: UInt64 = 0
        var start = 0
        while start < end {
            var dot = start
            while dot < end, text[dot] != UInt8(ascii: ".") { dot += 1 }
            // A name without a dot stands for itself only.
            guard dot < end || start == 0 else { break }
            found |= lists(ofLowercased: text.extracting(start..<end))
            start = dot + 1
        }
        return found
    }
}

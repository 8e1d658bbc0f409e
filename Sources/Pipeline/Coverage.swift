import Journal
public import Model
import Sources

/// How much of a stream is understood: what became of its records, and how far its events are filled.
public struct Coverage: Equatable, Sendable {
    /// The stream: the file's path.
    public var name: String
    /// The format that decoded it; empty when none claims it.
    public var format = ""
    /// What was framed, headers and comments included.
    public var framed = 0
    /// Framed, but no record: headers, comments, blank lines.
    public var notRecords = 0
    /// Understood, but not wanted (a like, a keep-alive).
    public var filtered = 0
    /// Records from which events were made.
    public var decoded = 0
    /// Events made; a record may hold several.
    public var events = 0
    /// Records that were not understood, by reason.
    public var deadLetters: [String: Int] = [:]
    /// For each reason the first record: its offset and what is wrong with it.
    public var firstDeadLetters: [String: String] = [:]
    /// Events by where their time came from: `record`, `file_name`, `arrival`.
    public var times: [String: Int] = [:]
    /// Events with a source address.
    public var withSourceAddress = 0
    /// Events whose source has coordinates.
    public var withPlace = 0
    /// Events without coordinates of the source, by the reason: `private`, `unmapped`, `absent`.
    public var placements: [String: Int] = [:]
    /// Events by family.
    public var families: [String: Int] = [:]
    /// Attacks by type.
    public var attackTypes: [String: Int] = [:]
    /// Attacks by severity.
    public var severities: [String: Int] = [:]
    /// For each field the events that have it.
    public var fields: [Field: Int] = [:]

    /// The coverage of a stream of which nothing has been read.
    public init(name: String) { self.name = name }

    /// Records, however they ended.
    public var records: Int { decoded + filtered + deadLetters.values.reduce(0, +) }

    /// Counts a batch whose events are enriched.
    mutating func count(_ batch: DecodedBatch) {
        framed += batch.verdicts.count
        for verdict in batch.verdicts {
            switch verdict {
            case .stored: decoded += 1
            case .filtered: filtered += 1
            case .notARecord: notRecords += 1
            case .deadLettered, .duplicate, .shed, .spilled: break
            }
        }
        for letter in batch.deadLetters {
            deadLetters[letter.reason, default: 0] += 1
            if firstDeadLetters[letter.reason] == nil { firstDeadLetters[letter.reason] = "at byte \(letter.offset): \(letter.detail)" }
        }
        events += batch.events.count
        var seen: Set<Field> = []
        for row in 0..<batch.events.count { count(batch.events[row], &seen) }
    }

    private mutating func count(_ row: EventRow, _ seen: inout Set<Field>) {
        seen.removeAll(keepingCapacity: true)
        row.visit { seen.insert($0.field) }
        for field in seen { fields[field, default: 0] += 1 }
        if seen.contains(.timestamp) { times[row.string(.timeQuality) ?? "record", default: 0] += 1 }
        if seen.contains(.sourceIP) { withSourceAddress += 1 }
        if seen.contains(.sourceLocation) {
            withPlace += 1
        } else {
            placements[row.string(.sourcePlacement) ?? "none", default: 0] += 1
        }
        if let family = row.string(.eventFamily) { families[family, default: 0] += 1 }
        if let type = row.string(.attackType) { attackTypes[type, default: 0] += 1 }
        if let severity = row.string(.attackSeverity) { severities[severity, default: 0] += 1 }
    }
}

public import Model
import Wire

/// Decodes Cowrie's text log (`cowrie.log`): `time [context] message`, where the context names session number and address.
///
/// A line without a time continues the one before it (a traceback, a reason with line ends): it is a record at that one's time.
public struct CowrieTextFormat: Format {
    public static let spec = FormatSpec(name: "cowrie-text", summary: "Cowrie text log, cowrie.log", framing: .lines)

    private var scratch: [UInt8] = []

    private var lastTime: Timestamp?

    /// The time of the last line that had one, in microseconds as text; for lines that continue it.
    public var state: [UInt8] { lastTime.map { Array(String($0.microseconds).utf8) } ?? [] }

    public init?(state: [UInt8]) {
        guard !state.isEmpty else { return }
        guard let microseconds = NumberText.integer(state.span) else { return nil }
        lastTime = Timestamp(microseconds: microseconds)
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        guard let line = CowrieLine(record) else { return appendContinuation(record, context, &batch) }
        let message = record.extracting(line.message)
        guard let time = TimestampReader.iso8601.read(record.extracting(line.time), zoneMinutes: context.zoneMinutes) else {
            throw DecodeError(.badTime, "no time: \(RecordTime.excerpt(record.extracting(line.time)))")
        }
        lastTime = time
        batch.append(.timestamp, time)
        let kind = CowrieTextEvents.kind(of: message)
        batch.append(.eventFamily, kind.attack == nil ? "record" : "attack")
        batch.append(.eventKind, "event")
        for category in kind.categories { batch.append(.eventCategory, category) }
        batch.append(.eventType, kind.attack == nil ? "info" : "start")
        if let outcome = kind.outcome { batch.append(.eventOutcome, outcome) }
        batch.append(.eventAction, kind.action)
        batch.append(.eventModule, "cowrie")
        batch.append(.eventDataset, "cowrie-text")
        batch.append(.observerType, "honeypot")
        if let attack = kind.attack {
            batch.append(.attackType, attack.type.name)
            batch.append(.attackSeverity, attack.severity.name)
        }
        if let technique = kind.technique { batch.append(.threatTechniqueID, technique) }
        if let sensor = context.sensor { batch.append(.observerName, sensor) }
        batch.append(.networkTransport, "tcp")
        batch.append(.networkProtocol, line.isTelnet ? "telnet" : "ssh")
        if !line.session.isEmpty { batch.append(.sessionID, utf8: record.extracting(line.session)) }
        let text = kind.extract(message, into: &batch)
        if !text.namesSource, let address = IPAddress(utf8: record.extracting(line.address)) { batch.append(.sourceIP, address) }
        scratch.removeAll(keepingCapacity: true)
        if kind.holdsPassword {
            scratch.append(contentsOf: kind.action.utf8)
            if let user = text.user { scratch.append(contentsOf: " as \(user)".utf8) }
        } else {
            UTF8Sequence.appendRepaired(message, to: &scratch)
        }
        if scratch.isEmpty { scratch.append(contentsOf: "cowrie".utf8) }
        batch.append(.message, utf8: scratch.span)
        batch.endRow(raw: record)
        return .events(1)
    }

    private mutating func appendContinuation(_ record: Span<UInt8>, _ context: RecordContext, _ batch: inout EventBatch) -> Decoded {
        scratch.removeAll(keepingCapacity: true)
        UTF8Sequence.appendRepaired(record, to: &scratch)
        if scratch.isEmpty { return .notARecord }
        if let lastTime { batch.append(.timestamp, lastTime) } else { RecordTime.appendSubstitute(context, into: &batch) }
        batch.append(.eventFamily, "record")
        batch.append(.eventKind, "event")
        batch.append(.eventCategory, "network")
        batch.append(.eventType, "info")
        batch.append(.eventAction, "log.continued")
        batch.append(.eventModule, "cowrie")
        batch.append(.eventDataset, "cowrie-text")
        batch.append(.observerType, "honeypot")
        if let sensor = context.sensor { batch.append(.observerName, sensor) }
        batch.append(.message, utf8: scratch.span)
        batch.endRow(raw: record)
        return .events(1)
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        var start = 0
        var lines = 0
        var cowrie = 0
        while start < head.count, lines < 40 {
            var end = start
            while end < head.count, head[end] != 10, head[end] != 13 { end += 1 }
            if end > start {
                lines += 1
                let line = head.extracting(start..<end)
                if CowrieLine(line) != nil {
                    let text = line.withUnsafeBufferPointer { String(decoding: $0.prefix(200), as: UTF8.self) }
                    if ["HoneyPot", "cowrie.", "Cowrie", "SSHService", "CowrieTelnetTransport"].contains(where: text.contains) {
                        cowrie += 1
                    }
                }
            }
            start = end + 1
        }
        return cowrie * 4 >= lines && cowrie > 0 ? 92 : 0
    }
}

/// The parts of a line of `cowrie.log`.
struct CowrieLine {
    let time: Range<Int>
    let message: Range<Int>
    /// The number of the session in this run of the honeypot: not the session id of the JSON log.
    private(set) var session = 0..<0
    private(set) var address = 0..<0
    private(set) var isTelnet = false

    init?(_ line: Span<UInt8>) {
        var at = 0
        while at < min(line.count, 40), line[at] != UInt8(ascii: "[") { at += 1 }
        guard at > 20, at < line.count, line[at] == UInt8(ascii: "["), line[at - 1] == UInt8(ascii: " "), line[4] == UInt8(ascii: "-")
        else {
            return nil
        }
        time = 0..<at - 1
        var close = at + 1
        while close < line.count, line[close] != UInt8(ascii: "]") { close += 1 }
        guard close < line.count else { return nil }
        message = min(close + 2, line.count)..<line.count
        // The address is behind the last comma, the number behind the one before.
        var last: Int?
        var before: Int?
        for i in at..<close where line[i] == UInt8(ascii: ",") {
            before = last
            last = i
        }
        if let last, let before {
            address = last + 1..<close
            session = before + 1..<last
        }
        for i in at..<max(at, close - 5)
        where line[i] == UInt8(ascii: "T") && line[i + 1] == UInt8(ascii: "e") && line[i + 2] == UInt8(ascii: "l") {
            isTelnet = true
        }
    }
}

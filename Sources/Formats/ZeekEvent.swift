import Model
import Wire

/// The values of one Zeek record that the code reads, as texts; JSON and TSV fill it, ``append(into:context:)`` files it.
struct ZeekEvent: Sendable {
    private var text: [UInt8] = []
    private var ranges = [Range<Int>](repeating: 0..<0, count: Zeek.Path.count)
    private var scratch: [UInt8] = []

    /// Forgets the record before.
    mutating func removeAll() {
        text.removeAll(keepingCapacity: true)
        for i in ranges.indices { ranges[i] = 0..<0 }
    }

    /// Whether the record has a value at that path.
    func has(_ path: Zeek.Path) -> Bool { !ranges[path.rawValue].isEmpty }

    /// Takes the value of the rule of that number, if the code reads it; the first one counts.
    mutating func take(_ rule: Int, _ write: (inout [UInt8]) -> Void) {
        guard rule < ranges.count, ranges[rule].isEmpty else { return }
        let start = text.count
        write(&text)
        ranges[rule] = start..<text.count
    }

    private func with<R>(_ path: Zeek.Path, _ body: (Span<UInt8>) -> R) -> R { body(text.span.extracting(ranges[path.rawValue])) }

    /// Appends what the log and its values mean; all but the values that have a field of their own.
    mutating func append(into batch: inout EventBatch, context: RecordContext) {
        let number = logNumber()
        let log = number.map { Zeek.logs[$0] }
        let verdict = verdict(log) ?? log?.verdict ?? .record(nil, ["network"], ["protocol"])
        verdict.append(into: &batch)
        batch.append(.eventModule, "zeek")
        batch.append(.eventDataset, dataset(log))
        batch.append(.observerType, "ids")
        if let sensor = context.sensor { batch.append(.observerName, sensor) }
        appendEndpoints(into: &batch)
        appendOwnFields(log?.name ?? "", into: &batch)
        if let protocolName = log?.protocolName { batch.append(.networkProtocol, protocolName) }
        appendTotals(into: &batch)
        appendMessage(log, into: &batch)
    }

    private func logNumber() -> Int? {
        if has(.path) {
            return with(.path) { text in
                // Rotated and per-node names: `conn_red`, `conn-summary` are not conn; `zeek.conn` is.
                Zeek.logTable.number(text)
            }
        }
        for (path, log) in Zeek.tellingPaths where has(path) { return Zeek.logs.firstIndex { $0.name == log } }
        return nil
    }

    private func dataset(_ log: Zeek.Log?) -> String {
        if let log { return "zeek." + log.name }
        guard has(.path) else { return "zeek.other" }
        let name = with(.path) { text in
            var name: [UInt8] = []
            for i in 0..<min(text.count, 48) {
                let byte = Span<UInt8>.lowercased(text[i])
                let isLetter = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") || byte &- UInt8(ascii: "0") < 10
                name.append(isLetter ? byte : UInt8(ascii: "_"))
            }
            return String(decoding: name, as: UTF8.self)
        }
        return "zeek." + name
    }

    /// What makes the record an attack; nil when nothing does.
    private func verdict(_ log: Zeek.Log?) -> Verdict? {
        switch log?.name {
        case "notice": with(.note, ZeekAttacks.notice)
        case "weird": with(.name, ZeekAttacks.weird)
        case "intel": ZeekAttacks.intel
        case "signatures": ZeekAttacks.signature
        case "traceroute": ZeekAttacks.traceroute
        case "ssh", "rfb": isFalse(.authSuccess) ? ZeekAttacks.failedLogin : nil
        case "ntlm": isFalse(.ntlmSuccess) ? ZeekAttacks.failedLogin : nil
        case "kerberos": with(.reason, ZeekAttacks.isKerberosGuess) ? ZeekAttacks.failedLogin : nil
        case "radius": with(.result) { $0.equals("failed") } ? ZeekAttacks.failedLogin : nil
        case "ftp": with(.ftpReply) { $0.equals("530") } ? ZeekAttacks.failedLogin : nil
        default: nil
        }
    }

    private func isFalse(_ path: Zeek.Path) -> Bool { with(path) { $0.equals("false") || $0.equals("F") } }

    private func appendEndpoints(into batch: inout EventBatch) {
        appendAddress(has(.originHost) ? .originHost : .source, .sourceIP, into: &batch)
        appendAddress(has(.responderHost) ? .responderHost : .destination, .destinationIP, into: &batch)
        appendPort(.originPort, .sourcePort, into: &batch)
        appendPort(has(.responderPort) ? .responderPort : .port, .destinationPort, into: &batch)
    }

    private func appendAddress(_ path: Zeek.Path, _ field: Field, into batch: inout EventBatch) {
        if let address = with(path, { IPAddress(utf8: $0) }) { batch.append(field, address) }
    }

    private func appendPort(_ path: Zeek.Path, _ field: Field, into batch: inout EventBatch) {
        if let port = with(path, { NumberText.integer($0) }), (0...65_535).contains(port) { batch.append(field, integer: port) }
    }

    /// Values whose meaning depends on the log.
    private func appendOwnFields(_ log: String, into batch: inout EventBatch) {
        func keep(_ path: Zeek.Path, _ field: Field) { if has(path) { with(path) { batch.append(field, utf8: $0) } } }
        func keep(_ path: Zeek.Path, label: String) { if has(path) { with(path) { batch.append(label: label, utf8: $0) } } }
        switch log {
        case "notice": keep(.note, .eventAction)
        case "weird", "dns": keep(.name, .eventAction)
        case "http":
            keep(.host, .urlDomain)
            keep(.version, .httpVersion)
        case "ssl":
            keep(.version, .tlsVersion)
            keep(.subject, .tlsSubject)
        case "smb_files": keep(.name, .fileName)
        default: keep(.name, label: "name")
        }
        if log == "conn" { keep(.service, .networkProtocol) } else { keep(.service, label: "service") }
        if log != "http" {
            if let address = with(.host, { IPAddress(utf8: $0) }) { batch.append(.relatedIP, address) } else { keep(.host, label: "host") }
            if log != "ssl" { keep(.version, label: "version") }
        }
        if log != "ssl" { keep(.subject, label: "subject") }
        keep(.sharePath, label: "path")
        keep(.authSuccess, label: "auth_success")
        keep(.ntlmSuccess, label: "success")
        let isSuccess = with(.authSuccess) { $0.equals("true") || $0.equals("T") }
        if isSuccess { batch.append(.eventOutcome, "success") }
    }

    /// Sums and the duration, which Zeek gives in seconds.
    private func appendTotals(into batch: inout EventBatch) {
        func integer(_ path: Zeek.Path) -> Int64? { with(path) { NumberText.integer($0) } }
        if let a = integer(.originBytes), let b = integer(.responderBytes) { batch.append(.networkBytes, integer: a &+ b) }
        if let a = integer(.originPackets), let b = integer(.responderPackets) { batch.append(.networkPackets, integer: a &+ b) }
        if let seconds = with(.duration, { NumberText.double($0) }), seconds >= 0, seconds < 1e9 {
            batch.append(.eventDuration, integer: Int64(seconds * 1e9))
        }
    }

    private mutating func appendMessage(_ log: Zeek.Log?, into batch: inout EventBatch) {
        scratch.removeAll(keepingCapacity: true)
        if let log { scratch.append(contentsOf: log.name.utf8) } else { scratch.append(contentsOf: text[ranges[Zeek.Path.path.rawValue]]) }
        if scratch.isEmpty { scratch.append(contentsOf: "zeek".utf8) }
        for path in log?.message ?? [] where has(path) {
            scratch.append(UInt8(ascii: " "))
            scratch.append(contentsOf: text[ranges[path.rawValue]])
        }
        batch.append(.message, utf8: scratch.span)
    }

    /// The time as it stands in the record.
    func appendTime(into batch: inout EventBatch, context: RecordContext) throws(DecodeError) {
        let range = ranges[Zeek.Path.ts.rawValue]
        if let seconds = NumberText.double(text.span.extracting(range)), seconds >= 0, seconds < 1e8 {
            throw DecodeError(
                .badTime, "ts \(text.span.extracting(range).string) counts from the start of a capture; Zeek needs packets with real times")
        }
        try RecordTime.append(text.span.extracting(range), reader: .any, context: context, into: &batch)
    }
}

import Model
import Wire

/// Appends values of records to the open row by the rules of a format.
///
/// A value that does not fit its field (a port beyond 65535, a size that is no number) goes to `labels.<field with underscores>` as it
/// stands, so that nothing is lost. Empty text and null count as absent.
struct FieldWriter: Sendable {
    private enum Kind: UInt8 {
        case keyword, lowercased, integer, port, address, date, number, boolean, cve, label, aside
        case endpoint, seconds, fileHash, base64, url, requestTarget, translated
    }

    private struct Step {
        var kind: Kind
        var field: Field = .labels
        var domain: Field?
        var port: Field?
        var label = ""
        /// Index into the writer's translations.
        var translation = 0
    }

    private let steps: [Step]
    private let translations: [Translation]
    private var decoded: [UInt8] = []

    /// A writer of those rules; a rule's index is its number.
    init(_ rules: [FieldRule]) {
        var translations: [Translation] = []
        steps = rules.map { rule in
            var step = Self.step(of: rule.action)
            if case .translated(_, let translation) = rule.action {
                step.translation = translations.count
                translations.append(translation)
            }
            return step
        }
        self.translations = translations
    }

    private static func step(of action: FieldRule.Action) -> Step {
        func step(_ kind: Kind, _ field: Field, domain: Field? = nil) -> Step {
            Step(kind: kind, field: field, domain: domain, label: field.name.replacing(".", with: "_"))
        }
        return switch action {
        case .keyword(let field): step(.keyword, field)
        case .lowercased(let field): step(.lowercased, field)
        case .integer(let field): step(.integer, field)
        case .port(let field): step(.port, field)
        case .address(let field, let domain): step(.address, field, domain: domain)
        case .date(let field): step(.date, field)
        case .number(let field): step(.number, field)
        case .boolean(let field): step(.boolean, field)
        case .cve: step(.cve, .vulnerabilityID)
        case .label(let key): Step(kind: .label, label: key)
        case .aside: Step(kind: .aside)
        case .endpoint(let field, let domain, let port):
            Step(kind: .endpoint, field: field, domain: domain, port: port, label: port.name.replacing(".", with: "_"))
        case .seconds(let field): step(.seconds, field)
        case .fileHash: Step(kind: .fileHash, label: "file_hash")
        case .base64(let field): step(.base64, field)
        case .url: step(.url, .urlFull)
        case .requestTarget: step(.requestTarget, .urlOriginal)
        case .translated(let field, _): step(.translated, field)
        }
    }

    /// Appends all that was found in a JSON record.
    mutating func write(_ fields: borrowing JSONFields, of record: Span<UInt8>, zoneMinutes: Int, into batch: inout EventBatch) {
        for i in fields.matches.indices {
            let match = fields.matches[i]
            if steps[match.path].kind == .aside { continue }
            let token = fields[match.token]
            switch token.kind {
            case .null, .object, .key: break
            case .array:
                var at = match.token + 1
                while at < token.next {
                    let element = fields[at]
                    switch element.kind {
                    case .null, .object, .array, .key: break
                    default: write(match.path, element, fields, record, zoneMinutes, into: &batch)
                    }
                    at = element.next
                }
            default: write(match.path, token, fields, record, zoneMinutes, into: &batch)
            }
        }
    }

    @inline(__always) private mutating func write(
        _ rule: Int, _ token: JSONToken, _ fields: borrowing JSONFields, _ record: Span<UInt8>, _ zoneMinutes: Int,
        into batch: inout EventBatch
    ) {
        if token.isPlain {
            write(rule, record.extracting(token.range), zoneMinutes: zoneMinutes, into: &batch)
        } else {
            var text: [UInt8] = []
            swap(&text, &decoded)
            text.removeAll(keepingCapacity: true)
            fields.appendText(of: token, in: record, to: &text)
            write(rule, text.span, zoneMinutes: zoneMinutes, into: &batch)
            swap(&text, &decoded)
        }
    }

    /// Appends one value by the rule of that number.
    func write(_ rule: Int, _ text: Span<UInt8>, zoneMinutes: Int, into batch: inout EventBatch) {
        guard text.count > 0 else { return }
        switch steps[rule].kind {
        case .keyword: batch.append(steps[rule].field, utf8: text)
        case .lowercased: appendLowercased(steps[rule].field, text, into: &batch)
        case .integer:
            if let value = NumberText.integer(text) { batch.append(steps[rule].field, integer: value) } else { misfit(rule, text, &batch) }
        case .port:
            if let value = NumberText.integer(text), value >= 0, value <= 65_535 {
                batch.append(steps[rule].field, integer: value)
            } else if !isMinusOne(text) {
                misfit(rule, text, &batch)
            }
        case .address:
            if let address = IPAddress(utf8: text) {
                batch.append(steps[rule].field, address)
            } else if let domain = steps[rule].domain {
                batch.append(domain, utf8: text)
            } else {
                misfit(rule, text, &batch)
            }
        case .date:
            if let time = TimestampReader.any.read(text, zoneMinutes: zoneMinutes) {
                batch.append(steps[rule].field, time)
            } else {
                misfit(rule, text, &batch)
            }
        case .number:
            if let value = NumberText.double(text) { batch.append(steps[rule].field, number: value) } else { misfit(rule, text, &batch) }
        case .boolean:
            switch text[0] | 0x20 {
            case UInt8(ascii: "t"), UInt8(ascii: "y"), UInt8(ascii: "1"): batch.append(steps[rule].field, true)
            case UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "0"): batch.append(steps[rule].field, false)
            default: misfit(rule, text, &batch)
            }
        case .cve: appendCVE(text, into: &batch)
        case .label: misfit(rule, text, &batch)
        case .aside: break
        case .endpoint: appendEndpoint(steps[rule].field, steps[rule].domain, steps[rule].port, text, into: &batch)
        case .seconds:
            if let seconds = NumberText.double(text), seconds >= 0, seconds < 1e9 {
                batch.append(steps[rule].field, integer: Int64(seconds * 1e9))
            } else {
                misfit(rule, text, &batch)
            }
        case .fileHash: if !appendFileHash(text, into: &batch) { misfit(rule, text, &batch) }
        case .base64:
            if let decoded = Base64Text.decode(text), !decoded.isEmpty {
                var repaired: [UInt8] = []
                UTF8Sequence.appendRepaired(decoded.span, to: &repaired)
                batch.append(steps[rule].field, utf8: repaired.span)
            } else {
                batch.append(steps[rule].field, utf8: text)
            }
        case .url: URLParts.append(text, into: &batch)
        case .requestTarget: URLParts.appendTarget(text, into: &batch)
        case .translated:
            if let word = translations[steps[rule].translation].word(for: text) {
                batch.append(steps[rule].field, utf8: word.span)
            } else {
                appendLowercased(steps[rule].field, text, into: &batch)
            }
        }
    }

    /// Whether a port says that there is none.
    private func isMinusOne(_ text: Span<UInt8>) -> Bool { text.count == 2 && text[0] == UInt8(ascii: "-") && text[1] == UInt8(ascii: "1") }

    /// Keeps a value as a label.
    private func misfit(_ rule: Int, _ text: Span<UInt8>, _ batch: inout EventBatch) {
        batch.append(label: steps[rule].label, utf8: text)
    }

    private func appendLowercased(_ field: Field, _ text: Span<UInt8>, into batch: inout EventBatch) {
        if text.count == 3 {
            switch (text[0] | 0x20, text[1] | 0x20, text[2] | 0x20) {
            case (UInt8(ascii: "t"), UInt8(ascii: "c"), UInt8(ascii: "p")): return batch.append(field, "tcp")
            case (UInt8(ascii: "u"), UInt8(ascii: "d"), UInt8(ascii: "p")): return batch.append(field, "udp")
            default: break
            }
        }
        var lower: [UInt8] = []
        for i in text.indices { lower.append(text[i] &- UInt8(ascii: "A") < 26 ? text[i] | 0x20 : text[i]) }
        batch.append(field, utf8: lower.span)
    }

    private func appendCVE(_ text: Span<UInt8>, into batch: inout EventBatch) {
        var id: [UInt8] = []
        for i in text.indices {
            let byte = text[i]
            id.append(byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte &- UInt8(ascii: "a") < 26 ? byte & 0xdf : byte)
        }
        batch.append(.vulnerabilityID, utf8: id.span)
    }
}

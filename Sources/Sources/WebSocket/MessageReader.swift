import Model
import Wire

/// Reads what a source must know of the messages it hands on: records inside, cursor, key, refusals.
struct MessageReader {
    /// The records of a burst.
    struct Records {
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        var oversized: [Int: UInt64] = [:]
        /// Messages that were committed before.
        var duplicates = 0
        /// Messages without the path of records.
        var filtered = 0
        /// How the feed refused or ended the subscription.
        var refusal: String?
        /// Whether it refused the subscription itself, which it may do for the cursor's sake.
        var refusesSubscription = false
        /// Whether the answer came that is waited for between two texts of the subscription.
        var hasAnswer = false
    }

    private static let recordPath = 0
    private static let cursorPath = 1
    private static let actionPath = 2
    private static let firstKey = 3

    private let options: WebSocketSourceOptions
    private var fields: JSONFields
    private let readsFields: Bool

    init(_ options: WebSocketSourceOptions) {
        self.options = options
        // A path that is not asked for stands as a name that no feed has.
        let absent = "\u{0}"
        let paths = [options.record ?? absent + "r", options.cursor ?? absent + "c", "action"] + options.key
        fields = JSONFields(JSONPaths(paths))
        readsFields = options.record != nil || options.cursor != nil || !options.key.isEmpty || options.refusals == .satori
    }

    /// Takes the messages of a burst and notes cursors and keys in the memory.
    mutating func read(_ burst: WebSocketBurst, _ memory: inout ResumeMemory) -> Records {
        var records = Records(bytes: burst.bytes)
        for (index, range) in burst.messages.enumerated() {
            if let length = burst.oversized[index] {
                records.oversized[records.ranges.count] = length
                records.ranges.append(range)
                continue
            }
            let message = burst.bytes.span.extracting(range)
            if let answer = options.subscribeAfter, !records.hasAnswer { records.hasAnswer = Self.begins(message, answer) }
            if options.refusals == .wamp, records.refusal == nil { records.refusal = Self.wampRefusal(message) }
            guard readsFields, let isObject = try? fields.read(message), isObject else {
                // What is no JSON object goes to the format as it is, which says what is wrong with it.
                records.ranges.append(range)
                continue
            }
            let cursor = text(Self.cursorPath, message)
            if options.refusals == .satori, records.refusal == nil, let action = text(Self.actionPath, message),
                Self.satoriRefusals.contains(action)
            {
                records.refusal = "\(action): \(Self.shown(message))"
                records.refusesSubscription = action == "rtm/subscribe/error"
            }
            if let cursor { memory.note(cursor: cursor) }
            if let key = key(message), !memory.insert(key, at: cursor.flatMap { Int64($0) }) {
                records.duplicates += 1
                continue
            }
            append(range, of: message, to: &records)
        }
        return records
    }

    // MARK: Records

    private func append(_ range: Range<Int>, of message: Span<UInt8>, to records: inout Records) {
        guard options.record != nil else {
            records.ranges.append(range)
            return
        }
        var isPresent = false
        for match in fields.matches where match.path == Self.recordPath {
            isPresent = true
            let token = fields[match.token]
            guard token.kind == .array else {
                append(token, range, message, &records)
                continue
            }
            var at = match.token + 1
            while at < token.next {
                append(fields[at], range, message, &records)
                at = fields[at].next
            }
        }
        if !isPresent { records.filtered += 1 }
    }

    /// Adds a value as a record: of a string its text, else the bytes as they stand.
    private func append(_ token: JSONToken, _ range: Range<Int>, _ message: Span<UInt8>, _ records: inout Records) {
        let inside = token.range.lowerBound + range.lowerBound..<token.range.upperBound + range.lowerBound
        if token.kind == .string, !token.isPlain {
            let start = records.bytes.count
            fields.appendText(of: token, in: message, to: &records.bytes)
            records.ranges.append(start..<records.bytes.count)
        } else {
            records.ranges.append(inside)
        }
    }

    // MARK: Values

    private func text(_ path: Int, _ message: Span<UInt8>) -> String? {
        guard let token = fields.firstScalar(path) else { return nil }
        var bytes: [UInt8] = []
        fields.appendText(of: token, in: message, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A hash of the values at the key's paths; nil where none is present.
    private func key(_ message: Span<UInt8>) -> UInt64? {
        guard !options.key.isEmpty else { return nil }
        var bytes: [UInt8] = []
        var isPresent = false
        for path in options.key.indices {
            if let token = fields.firstScalar(Self.firstKey + path) {
                isPresent = true
                fields.appendText(of: token, in: message, to: &bytes)
            }
            bytes.append(0)
        }
        return isPresent ? fnv1a64(bytes) : nil
    }

    // MARK: Refusals

    private static let satoriRefusals = ["rtm/subscribe/error", "rtm/subscription/error", "/error"]

    private static func wampRefusal(_ message: Span<UInt8>) -> String? {
        for (start, name) in [("[3,", "ABORT"), ("[6,", "GOODBYE"), ("[8,", "ERROR")] where begins(message, start) {
            return "\(name): \(shown(message))"
        }
        return nil
    }

    private static func shown(_ message: Span<UInt8>) -> String {
        WebSocketAgreement.shown(message.withUnsafeBufferPointer { String(decoding: $0.prefix(200), as: UTF8.self) })
    }

    /// Whether a message begins with a text, blanks aside.
    private static func begins(_ message: Span<UInt8>, _ text: String) -> Bool {
        var at = 0
        for byte in text.utf8 {
            while at < message.count, message[at] == 0x20 { at += 1 }
            guard at < message.count, message[at] == byte else { return false }
            at += 1
        }
        return true
    }
}

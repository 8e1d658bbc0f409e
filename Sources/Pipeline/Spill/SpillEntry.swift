import Formats
import Model
import Sources

/// A batch as it waits on disk, with the stream it belongs to.
struct SpillEntry: Sendable {
    /// What entries begin with since they hold more than the first version's, which began with the length of a name.
    private static let second = UInt64.max - 1

    /// The stream; its head is not kept, as its format is known.
    var stream: StreamDescription
    /// Tells streams without an id apart.
    var key: String
    /// Where the stream stood before the batch, so that a gap shows.
    var previousOffset: UInt64
    /// The state of the stream's decoder before what waits of it, for streams that have no cursor to keep it.
    var decoderState: [UInt8] = []
    var batch: RawBatch

    /// The bytes on disk.
    var bytes: [UInt8] {
        var out = SpillWriter()
        out.number(Self.second)
        out.blob(decoderState)
        out.number(UInt64(batch.labels.count))
        for label in batch.labels {
            out.text(label.key)
            out.text(label.value)
        }
        out.optional(batch.sensorOtherwise) { $0.text($1) }
        out.text(stream.id)
        out.text(stream.name)
        out.text(stream.format ?? "")
        out.text(key)
        out.number(previousOffset)
        out.blob(batch.bytes)
        out.number(UInt64(batch.records.count))
        for record in batch.records {
            out.number(UInt64(record.lowerBound))
            out.number(UInt64(record.count))
        }
        out.number(batch.startOffset)
        out.number(batch.endOffset)
        out.blob(batch.identity)
        out.blob(batch.framerState)
        out.number(UInt64(batch.oversized.count))
        for (index, length) in batch.oversized.sorted(by: { $0.key < $1.key }) {
            out.number(UInt64(index))
            out.number(length)
        }
        out.number(UInt64(bitPattern: batch.arrival.microseconds))
        for count in [batch.duplicates, batch.shed, batch.filtered] { out.number(UInt64(count)) }
        out.number(UInt64(batch.refused.count))
        for (index, refusal) in batch.refused.sorted(by: { $0.key < $1.key }) {
            out.number(UInt64(index))
            out.text(refusal.code.rawValue)
            out.text(refusal.detail)
        }
        out.optional(batch.fileTime.map { UInt64(bitPattern: $0.microseconds) }) { $0.number($1) }
        out.optional(batch.sensor) { $0.text($1) }
        out.optional(batch.originKey) { $0.text($1) }
        return out.bytes
    }

    /// The entry of those bytes; nil when they are none.
    init?(_ bytes: [UInt8]) {
        var reader = SpillReader(bytes)
        var labels: [RawBatch.Label] = []
        var sensorOtherwise: String?
        if SpillReader(bytes).startsWith(Self.second) {
            guard reader.number() != nil, let state = reader.blob(), let count = reader.count(), count <= bytes.count else { return nil }
            decoderState = state
            for _ in 0..<count {
                guard let key = reader.text(), let value = reader.text() else { return nil }
                labels.append(RawBatch.Label(key: key, value: value))
            }
            guard let sensor = reader.optional({ $0.text() }) else { return nil }
            sensorOtherwise = sensor
        }
        guard let id = reader.text(), let name = reader.text(), let format = reader.text(), let key = reader.text(),
            let previous = reader.number(), let content = reader.blob(), let count = reader.number(), count <= UInt64(bytes.count)
        else { return nil }
        var records: [Range<Int>] = []
        for _ in 0..<count {
            guard let start = reader.number(), let length = reader.number(), start <= UInt64(content.count),
                length <= UInt64(content.count) - start
            else { return nil }
            records.append(Int(start)..<Int(start + length))
        }
        guard let startOffset = reader.number(), let endOffset = reader.number(), let identity = reader.blob(), let framer = reader.blob(),
            let long = reader.number(), long <= count
        else { return nil }
        var oversized: [Int: UInt64] = [:]
        for _ in 0..<long {
            guard let index = reader.number(), let length = reader.number(), index < count else { return nil }
            oversized[Int(index)] = length
        }
        guard let arrival = reader.number(), let duplicates = reader.count(), let shed = reader.count(), let filtered = reader.count(),
            let refusals = reader.count(), refusals <= records.count
        else { return nil }
        var refused: [Int: DecodeError] = [:]
        for _ in 0..<refusals {
            guard let index = reader.count(), let code = reader.text().flatMap({ DecodeError.Code(rawValue: $0) }),
                let detail = reader.text()
            else { return nil }
            refused[index] = DecodeError(code, detail)
        }
        guard let fileTime = reader.optional({ $0.number() }), let sensor = reader.optional({ $0.text() }),
            let originKey = reader.optional({ $0.text() })
        else { return nil }
        stream = StreamDescription(id: id, name: name, format: format.isEmpty ? nil : format)
        self.key = key
        previousOffset = previous
        batch = RawBatch(
            bytes: content, records: records, startOffset: startOffset, endOffset: endOffset, identity: identity, framerState: framer,
            oversized: oversized, arrival: Timestamp(microseconds: Int64(bitPattern: arrival)), duplicates: duplicates,
            filtered: filtered, fileTime: fileTime.map { Timestamp(microseconds: Int64(bitPattern: $0)) }, sensor: sensor,
            originKey: originKey)
        batch.shed = shed
        batch.refused = refused
        batch.labels = labels
        batch.sensorOtherwise = sensorOtherwise
    }

    init(stream: StreamDescription, key: String, previousOffset: UInt64, decoderState: [UInt8] = [], batch: RawBatch) {
        self.stream = StreamDescription(id: stream.id, name: stream.name, format: stream.format)
        self.key = key
        self.previousOffset = previousOffset
        self.decoderState = decoderState
        self.batch = batch
    }
}

/// Writes numbers of eight bytes, little end first, and bytes with their length before them.
struct SpillWriter {
    private(set) var bytes: [UInt8] = []

    mutating func number(_ value: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    mutating func blob(_ value: [UInt8]) {
        number(UInt64(value.count))
        bytes += value
    }

    mutating func text(_ value: String) { blob(Array(value.utf8)) }

    mutating func optional<Value>(_ value: Value?, _ write: (inout SpillWriter, Value) -> Void) {
        number(value == nil ? 0 : 1)
        if let value { write(&self, value) }
    }
}

/// Reads what ``SpillWriter`` wrote; nil where it ends too early.
struct SpillReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether that number comes first.
    func startsWith(_ number: UInt64) -> Bool {
        var copy = self
        return copy.number() == number
    }

    mutating func number() -> UInt64? {
        guard bytes.count - at >= 8 else { return nil }
        defer { at += 8 }
        return bytes[at..<at + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func blob() -> [UInt8]? {
        guard let count = number(), count <= UInt64(bytes.count - at) else { return nil }
        defer { at += Int(count) }
        return Array(bytes[at..<at + Int(count)])
    }

    mutating func count() -> Int? { number().flatMap { Int(exactly: $0) } }

    mutating func text() -> String? { blob().map { String(decoding: $0, as: UTF8.self) } }

    /// Nil where the bytes end too early; a value that is not there is `.some(nil)`.
    mutating func optional<Value>(_ read: (inout SpillReader) -> Value?) -> Value?? {
        switch number() {
        case 0: return .some(nil)
        case 1: return read(&self).map { .some($0) }
        default: return nil
        }
    }
}

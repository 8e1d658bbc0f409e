import Formats
import Journal
import Model
import Sources

/// What became of a raw batch: events, dead letters, the books and a verdict per record.
struct DecodedBatch {
    var events = EventBatch()
    var deadLetters: [DeadLetter] = []
    var ledger = Ledger()
    var verdicts: [BatchVerdict.Verdict] = []
    var newest: Timestamp?
    /// Events whose time was too far ahead of the clock.
    var future = 0
    /// Name of the format, for dead letters.
    let format: String

    init(format: String) { self.format = format }

    /// Decodes every record; what is not understood becomes a dead letter.
    mutating func decode(_ batch: RawBatch, with decoder: inout any Format, of stream: StreamDescription, settings: SourceSettings) {
        let context = RecordContext(
            arrival: batch.arrival, sensor: batch.sensor ?? settings.sensor, fileTime: batch.fileTime, zoneMinutes: settings.zoneMinutes)
        events.reserve(
            rows: batch.records.count, rowBytes: 400, rawBytes: batch.records.isEmpty ? 0 : batch.bytes.count / batch.records.count)
        verdicts.reserveCapacity(batch.records.count)
        for (index, range) in batch.records.enumerated() {
            let firstRow = events.count
            var verdict: BatchVerdict.Verdict
            if let length = batch.oversized[index] {
                verdict = bury(
                    DecodeError(.tooLong, "\(length) bytes; the limit is the source's max_record"), batch, range, length, stream, settings)
            } else if let refusal = batch.refused[index] {
                verdict = bury(refusal, batch, range, UInt64(range.count), stream, settings)
            } else {
                do {
                    let bytes = batch.bytes.span
                    verdict = Self.verdict(try decoder.decode(bytes.extracting(range), in: context, into: &events))
                } catch {
                    events.abandonRow()
                    verdict = bury(error, batch, range, UInt64(range.count), stream, settings)
                }
            }
            if let keywords = settings.keywords, case .stored(let count) = verdict {
                verdict = filter(by: keywords, from: firstRow, count)
            }
            count(verdict)
            verdicts.append(verdict)
        }
        if batch.sensorOtherwise != nil || !batch.labels.isEmpty { append(batch.sensorOtherwise, batch.labels) }
        if let feed = settings.indicatorList { events.noteFeed(feed) }
        ledger.received += Int64(batch.duplicates) + Int64(batch.shed) + Int64(batch.filtered)
        ledger.duplicate += Int64(batch.duplicates)
        ledger.shed += Int64(batch.shed)
        ledger.filtered += Int64(batch.filtered)
        if let last = newestTime, let tolerance = settings.clockToleranceSeconds, last > batch.arrival.adding(seconds: tolerance) {
            future = events.clampFuture(to: batch.arrival, toleranceSeconds: tolerance)
        }
        newest = [newest.map { min($0, batch.arrival) }, newestTime].compactMap(\.self).max()
    }

    /// Appends labels to every event, and a sensor to those that have none.
    private mutating func append(_ sensor: String?, _ labels: [RawBatch.Label]) {
        var pairs = EventBatch()
        for label in labels { pairs.append(label: label.key, label.value) }
        var observer = EventBatch()
        if let sensor { observer.append(.observerName, sensor) }
        let isKnown = (0..<events.count).map { events[$0].string(.observerName) != nil }
        var row = 0
        events.appendToEachRow(reserving: pairs.bytes.count + observer.bytes.count) { _, out in
            if !isKnown[row] { out += observer.bytes }
            out += pairs.bytes
            row += 1
        }
    }

    /// Takes out the posts of a record that have no keyword. They count as filtered, one each; their times still show how far the source is.
    private mutating func filter(by keywords: Keywords, from firstRow: Int, _ count: Int) -> BatchVerdict.Verdict {
        var newestFiltered: Timestamp?
        let filtered = events.removeRows(from: firstRow) { row in
            if keywords.keep(row) { return false }
            if let time = row.date(.timestamp) { newestFiltered = max(newestFiltered ?? time, time) }
            return true
        }
        newest = [newest, newestFiltered].compactMap(\.self).max()
        guard filtered < count else {
            // The record itself is counted as one by its verdict.
            ledger.received += Int64(filtered - 1)
            ledger.filtered += Int64(filtered - 1)
            return .filtered
        }
        ledger.received += Int64(filtered)
        ledger.filtered += Int64(filtered)
        return .stored(count - filtered)
    }

    private var newestTime: Timestamp? { (0..<events.count).lazy.compactMap { [events] in events[$0].date(.timestamp) }.max() }

    private static func verdict(_ decoded: Decoded) -> BatchVerdict.Verdict {
        switch decoded {
        case .events(let count): .stored(count)
        case .filtered: .filtered
        case .notARecord: .notARecord
        }
    }

    private mutating func count(_ verdict: BatchVerdict.Verdict) {
        switch verdict {
        case .stored(let count):
            ledger.received += Int64(count)
            ledger.stored += Int64(count)
        case .filtered:
            ledger.received += 1
            ledger.filtered += 1
        case .deadLettered:
            ledger.received += 1
            ledger.deadLettered += 1
        case .duplicate:
            ledger.received += 1
            ledger.duplicate += 1
        case .notARecord, .shed, .spilled: break
        }
    }

    /// Gives up what would be stored or buried, counted as shed.
    mutating func shed() {
        ledger.shed += ledger.stored + ledger.deadLettered
        (ledger.stored, ledger.deadLettered) = (0, 0)
        events = EventBatch()
        deadLetters = []
        newest = nil
        verdicts = verdicts.map { verdict in
            switch verdict {
            case .stored, .deadLettered: .shed
            default: verdict
            }
        }
    }

    private mutating func bury(
        _ error: DecodeError, _ batch: RawBatch, _ range: Range<Int>, _ length: UInt64, _ stream: StreamDescription,
        _ settings: SourceSettings
    ) -> BatchVerdict.Verdict {
        let kept = range.lowerBound..<min(range.upperBound, range.lowerBound + DeadLetter.maximumBytes)
        deadLetters.append(
            DeadLetter(
                source: settings.name, stream: stream.name, offset: batch.startOffset + UInt64(range.lowerBound),
                reason: error.code.rawValue,
                detail: error.detail, bytes: Array(batch.bytes[kept]), length: length, arrival: batch.arrival, format: format,
                sensor: batch.sensor))
        return .deadLettered(error.description)
    }
}

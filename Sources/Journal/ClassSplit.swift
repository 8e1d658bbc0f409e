import Model

/// The earliest and latest event time of a batch, and the classes of its events.
struct BatchSurvey {
    /// Event times; the greatest and the least number when no event has one.
    private(set) var earliest = Timestamp(microseconds: .max)
    private(set) var latest = Timestamp(microseconds: .min)
    /// The class of all events; nil when they are of several (or there are none).
    private(set) var only: RetentionClass?
    /// Runs of events of one class, when they are of several.
    private(set) var runs: [(retained: RetentionClass, rows: Range<Int>)] = []

    init(_ batch: EventBatch) {
        var current: RetentionClass?
        var start = 0
        var row = 0
        batch.scanTimesAndFamilies { time, family in
            if let time {
                earliest = min(earliest, time)
                latest = max(latest, time)
            }
            let retained = RetentionClass(family)
            if retained != current {
                if let current { runs.append((current, start..<row)) }
                current = retained
                start = row
            }
            row += 1
        }
        if runs.isEmpty { only = current } else if let current { runs.append((current, start..<row)) }
    }
}

/// Divides events into one block for each class.
///
/// A raw record that several events share stands at the first of them. Where that one goes to another block, the next gets a copy, so that
/// every block can be removed without the others losing anything.
struct ClassSplit {
    /// The events of one class.
    struct Part {
        let retained: RetentionClass
        var events = EventBatch()
        var ids = IDRuns()
        /// Which raw record the last event has.
        fileprivate var record = 0
    }

    /// In the order in which the classes came.
    private(set) var parts: [Part] = []
    /// The newest raw record, and how many there were before.
    private var raw: ArraySlice<UInt8> = []
    private var record = 0

    /// The blocks of a batch with consecutive ids.
    init(_ batch: EventBatch, firstID: EventID, survey: BatchSurvey) {
        for run in survey.runs {
            add(run.rows, of: batch, firstID: EventID(firstID.value + Int64(run.rows.lowerBound)), as: run.retained)
        }
    }

    /// Adds events with consecutive ids behind those before.
    private mutating func add(_ rows: Range<Int>, of batch: EventBatch, firstID: EventID, as retained: RetentionClass) {
        let index = parts.firstIndex { $0.retained == retained } ?? parts.count
        if index == parts.count { parts.append(Part(retained: retained)) }
        var plain = rows
        if batch.raw(rows.lowerBound).isEmpty, parts[index].record != record {
            parts[index].events.appendRow(rows.lowerBound, of: batch, raw: raw)
            plain = rows.lowerBound + 1..<rows.upperBound
        }
        parts[index].events.appendRows(plain, of: batch)
        parts[index].ids.append(firstID, count: rows.count)
        if let last = rows.last(where: { !batch.raw($0).isEmpty }) {
            raw = batch.raw(last)
            record += 1
        }
        parts[index].record = record
    }
}

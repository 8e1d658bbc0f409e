import Model

extension EventBatch {
    /// Sets event times that are further ahead of the arrival than the tolerance to the arrival, and returns how many there were.
    ///
    /// A sensor's clock that runs ahead would else hold every window that follows the newest event. What the record states is kept as
    /// `labels.stated_time`, and `event.time_quality` says `clamped`.
    mutating func clampFuture(to arrival: Timestamp, toleranceSeconds: Double) -> Int {
        let limit = arrival.adding(seconds: toleranceSeconds)
        var stated: [Int: Timestamp] = [:]
        for row in 0..<count {
            guard let time = self[row].date(.timestamp), time > limit, replace(.timestamp, with: arrival, inRow: row) else { continue }
            stated[row] = time
        }
        guard !stated.isEmpty else { return 0 }
        var row = 0
        appendToEachRow(reserving: 0) { _, out in
            defer { row += 1 }
            guard let time = stated[row] else { return }
            var marks = EventBatch()
            marks.append(.timeQuality, "clamped" as StaticString)
            marks.append(label: "stated_time", time.iso8601)
            out.append(contentsOf: marks.bytes)
        }
        return stated.count
    }
}

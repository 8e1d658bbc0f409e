public import Journal
public import Model

/// A stored window cut into frames by event time, ready to be played.
///
/// The journal is in order of commit, and events come late by minutes: so the window is read once and every event put into the frame of its own
/// time. Memory: one tally and the merged arcs per frame.
public struct ReplayTape: Sendable {
    struct Frame: Sendable {
        var tally = LensTally()
        private var all = Shown()
        /// Without noise; nil where there is none.
        private var quiet: Shown?

        /// What a screen shows of the frame.
        func shown(hidesNoise: Bool) -> Shown { hidesNoise ? quiet ?? all : all }

        mutating func show(_ event: MapEvent, row: TickerRow) {
            if event.isNoise {
                if quiet == nil { quiet = all }
            } else {
                quiet?.add(event, row: row)
            }
            all.add(event, row: row)
        }
    }

    /// What is drawn and listed of a frame.
    struct Shown: Sendable {
        private(set) var arcs = ArcSet()
        private(set) var rows: [TickerRow] = []
        private var newest: Timestamp?

        mutating func add(_ event: MapEvent, row: TickerRow) {
            arcs.add(event)
            if let newest, event.time < newest, rows.count >= ReplayTape.rowsPerFrame { return }
            newest = max(newest ?? event.time, event.time)
            rows.append(row)
            if rows.count > ReplayTape.rowsPerFrame { rows.removeFirst() }
        }
    }

    /// Frames a second of playing.
    static let framesPerSecond = 10
    /// Ticker rows kept per frame.
    static let rowsPerFrame = 3

    /// The event times that are played.
    public let window: ClosedRange<Timestamp>
    private(set) var frames: [Frame]

    /// Reads the window from the journal.
    ///
    /// - Parameters:
    ///   - seconds: how long playing takes.
    ///   - sensors: gives the sensors their numbers.
    public init(
        window: ClosedRange<Timestamp>, seconds: Int, journal: EventJournal, sensors: inout SensorTable
    ) async throws(JournalError) {
        self.window = window
        frames = [Frame](repeating: Frame(), count: max(1, seconds * Self.framesPerSecond))
        var cursor = EventID.zero
        let end = journal.head
        while cursor < end, let block = try await journal.next(after: cursor, times: window) {
            for index in block.firstIndex(after: cursor)..<block.events.count {
                let row = block.events[index]
                let event = MapEvent(row, id: block.id(index), sensors: &sensors)
                if window.contains(event.time) { add(event, row: row, sensors: sensors.sensors) }
            }
            cursor = block.lastID
        }
    }

    /// Event times of a frame, the end excluded (but for the last frame's).
    func span(of index: Int) -> (from: Timestamp, to: Timestamp) {
        let length = Double(window.upperBound.microseconds - window.lowerBound.microseconds)
        let at = { (i: Int) in Timestamp(microseconds: window.lowerBound.microseconds + Int64(length * Double(i) / Double(frames.count))) }
        return (at(index), index == frames.count - 1 ? Timestamp(microseconds: window.upperBound.microseconds + 1) : at(index + 1))
    }

    /// Original seconds that pass in one second of playing.
    var speed: Double {
        window.upperBound.seconds(since: window.lowerBound) / Double(frames.count) * Double(Self.framesPerSecond)
    }

    private mutating func add(_ event: MapEvent, row: EventRow, sensors: [SensorTable.Sensor]) {
        let length = Double(window.upperBound.microseconds - window.lowerBound.microseconds) + 1
        var index = min(
            frames.count - 1, Int(Double(event.time.microseconds - window.lowerBound.microseconds) / length * Double(frames.count)))
        // The division may land beside the frame whose span holds the time.
        if event.time < span(of: index).from { index -= 1 } else if event.time >= span(of: index).to { index += 1 }
        frames[index].tally.add(event, sensor: sensors[Int(event.sensor)].name)
        guard event.family != .record else { return }
        frames[index].show(event, row: TickerRow(event, row: row, sensors: sensors))
    }
}

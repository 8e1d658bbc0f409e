import Dispatch
import Formats
import Journal
import Model
import Sources
import Synchronization

/// The queue on disk of one source: takes batches for which the pipeline has no room, and hands them to their lanes in order.
///
/// The number of an entry is committed with its events, as the cursor of a stream of its own, so that an entry is appended once however often
/// the process is killed.
final class SpillStation: Sendable {
    /// The stream whose cursor tells the last entry that is committed; no source names a stream so.
    static let cursorStream = "(spill)"

    private struct State {
        var isReady = false
        var places: [SpillFiles.Place] = []
        var homes: [String: Waiting] = [:]
        /// How often entries were given back to the source, which must read them again.
        var breaks = 0
        /// States of the decoders of streams without a cursor behind their last entry that is committed, while others of them wait.
        var decoders: [String: [UInt8]] = [:]
    }

    /// A stream of which entries wait.
    private struct Waiting {
        var home: LaneHome
        var numbers: Set<UInt64> = []
        /// Where the stream stands behind its last entry.
        var tail: StreamCursor
    }

    private let folder: String
    private let limit: Int64
    private let settings: SourceSettings
    private let pipeline: IngestPipeline
    private let meter: SourceMeter
    private let disk = DispatchQueue(label: "petrel.spill")
    /// Used on ``disk`` only.
    private nonisolated(unsafe) var files: SpillFiles?
    /// The settings that are noted in the folder; used on ``disk`` only.
    private nonisolated(unsafe) var noted: SpillSettings?
    private let state = Mutex(State())
    private let changed = ChangeSignal()

    /// A station in that folder; beyond `limit` bytes sources wait.
    init(folder: String, limit: Int64, settings: SourceSettings, pipeline: IngestPipeline, meter: SourceMeter) {
        self.folder = folder
        self.limit = limit
        self.settings = settings
        self.pipeline = pipeline
        self.meter = meter
    }

    private func onDisk<Value: Sendable>(
        _ body: @escaping @Sendable () throws(IntakeError) -> Value
    ) async throws(IntakeError) -> Value {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, IntakeError>, Never>) in
            disk.async { continuation.resume(returning: Result { () throws(IntakeError) in try body() }) }
        }
        return try result.get()
    }

    /// Finds what a process before has left. To be called before the source runs; later calls do nothing.
    func prepare() async throws(IntakeError) {
        guard !state.withLock({ $0.isReady }) else { return }
        let cursors = await pipeline.journal.cursors(of: settings.name)
        let own = cursors.first { $0.stream == Self.cursorStream }
        let committed = own?.offset ?? 0
        let found = try await onDisk { [self] () throws(IntakeError) -> [(SpillFiles.Place, SpillEntry)] in
            var found: [(SpillFiles.Place, SpillEntry)] = []
            files = try SpillFiles(folder: folder, committed: committed) { place, entry in
                var light = entry
                light.batch.bytes = []
                found.append((place, light))
            }
            return found
        }
        state.withLock { state in
            state.isReady = true
            state.decoders = Self.decoders(own?.decoderState ?? []).filter { known in found.contains { $0.1.key == known.key } }
            for (place, entry) in found { note(place, entry, home: nil, cursors.first { $0.stream == entry.stream.id }, &state) }
        }
        await measure()
    }

    // MARK: Taking

    /// Whether entries of a stream wait, behind which its next batch must go.
    func isWaiting(_ key: String) -> Bool { state.withLock { $0.homes[key] != nil } }

    /// Where the lane of a stream is kept: the same for the entries that wait and for what comes.
    func home(of key: String, _ stream: StreamDescription) -> LaneHome {
        state.withLock { $0.homes[key]?.home } ?? LaneHome(stream: stream)
    }

    /// The cursors of the source as they will be when all that waits is committed.
    func advance(_ cursors: [StreamCursor]) -> [StreamCursor] {
        let tails = state.withLock { $0.homes.values.filter { !$0.tail.stream.isEmpty }.map(\.tail) }
        let waiting = Set(tails.map(\.stream))
        return cursors.filter { !waiting.contains($0.stream) && $0.stream != Self.cursorStream } + tails
    }

    /// Writes a batch to disk, waiting for room there; returns when it is durable.
    func take(_ entry: SpillEntry, home: LaneHome, known: StreamCursor?) async throws(IntakeError) {
        while true {
            let generation = changed.generation
            let isTaken = try await onDisk { [self] () throws(IntakeError) -> Bool in
                guard let files else { throw IntakeError(.closed, "\(folder): not open") }
                // An entry larger than the limit passes alone.
                guard files.places.isEmpty || files.bytes + Int64(entry.batch.bytes.count) < limit else { return false }
                let place = try files.append(entry)
                try noteSettings()
                state.withLock { note(place, entry, home: home, known, &$0) }
                return true
            }
            if isTaken { break }
            await changed.wait(after: generation)
            if Task.isCancelled { throw IntakeError(.closed, "\(entry.stream.name): cancelled while waiting for room on disk") }
        }
        await measure()
        changed.notify()
    }

    /// Writes what will be needed to store what waits when the source is not configured any more.
    private func noteSettings() throws(IntakeError) {
        let settings = SpillSettings(settings)
        guard noted != settings else { return }
        try settings.write(into: folder)
        noted = settings
    }

    private func note(_ place: SpillFiles.Place, _ entry: SpillEntry, home: LaneHome?, _ known: StreamCursor?, _ state: inout State) {
        state.places.append(place)
        var waiting =
            state.homes[entry.key]
            ?? Waiting(
                home: home ?? LaneHome(stream: entry.stream, decoderState: state.decoders[entry.key] ?? entry.decoderState),
                tail: known ?? StreamCursor(stream: entry.stream.id, name: entry.stream.name, format: entry.stream.format ?? ""))
        waiting.numbers.insert(place.number)
        if entry.batch.moves {
            waiting.tail.offset = entry.batch.endOffset
            waiting.tail.identity = entry.batch.identity
            waiting.tail.framerState = entry.batch.framerState
            waiting.tail.records += UInt64(entry.batch.records.count)
        }
        state.homes[entry.key] = waiting
    }

    private func measure() async {
        let bytes = await withCheckedContinuation { continuation in disk.async { continuation.resume(returning: self.files?.bytes ?? 0) } }
        meter.note(SourceStatus.Spill(batches: state.withLock { $0.places.count }, bytes: bytes, limit: limit))
    }

    // MARK: Draining

    /// Hands what waits to the lanes, one entry after the other, until cancelled.
    ///
    /// - Parameters:
    ///   - wait: the pause after a failure.
    ///   - onFailure: told of each failure that is not the one before.
    func drain(wait: @Sendable (Duration) async throws -> Void, onFailure: @Sendable (String) -> Void = { _ in }) async {
        var told: String?
        while !Task.isCancelled {
            let generation = changed.generation
            guard let place = state.withLock({ $0.places.first }) else {
                await changed.wait(after: generation)
                continue
            }
            do {
                try await hand(place)
            } catch {
                if error.code == .closed { return }
                let text = "what waits on disk: \(error)"
                meter.note(detail: text)
                if text != told { onFailure(text) }
                told = text
                // Cancellation ends the wait early, and the loop sees it.
                try? await wait(.seconds(1))
            }
        }
    }

    /// Waits until nothing waits on disk; returns early when the task is cancelled.
    func waitUntilEmpty() async {
        while !Task.isCancelled {
            let generation = changed.generation
            if state.withLock({ $0.places.isEmpty }) { return }
            await changed.wait(after: generation)
        }
    }

    /// How often entries were given back to the source: what came before them was never committed, as after a kill. The source then starts
    /// anew from the committed place, also when it has nothing more to hand on and would not notice.
    var breaks: Int { state.withLock { $0.breaks } }

    /// Waits until entries are given back; returns early when the task is cancelled.
    func waitForBreak(after known: Int) async {
        while !Task.isCancelled {
            let generation = changed.generation
            if breaks != known { return }
            await changed.wait(after: generation)
        }
    }

    private func hand(_ place: SpillFiles.Place) async throws(IntakeError) {
        let entry = try await onDisk { [self] () throws(IntakeError) in
            guard let files else { throw IntakeError(.closed, "\(folder): not open") }
            return try files.read(place)
        }
        guard let home = state.withLock({ $0.homes[entry.key]?.home }) else {
            throw IntakeError(.badCursor, "\(entry.stream.name): nobody knows the stream")
        }
        let lane = try await home.lane(settings, pipeline, meter, replacingBroken: true)
        guard entry.stream.id.isEmpty || lane.submittedOffset == entry.previousOffset else {
            // What came before it was refused: the source reads all of it again from the committed place.
            home.fail(IntakeError(.journalUnavailable, "\(entry.stream.name): going on from the committed place"))
            try await forget(state.withLock { $0.homes[entry.key]?.numbers ?? [place.number] })
            state.withLock { $0.breaks += 1 }
            return changed.notify()
        }
        let ticket = try await lane.accept(entry.batch) { [self] in cursor(behind: place, of: entry, decoder: $0) }
        _ = try await ticket.committed
        if let decoder = state.withLock({ $0.decoders[entry.key] }) { home.noteCommitted(decoder) }
        try await forget([place.number])
    }

    /// The queue's own cursor behind an entry, which left its stream's decoder in that state.
    private func cursor(behind place: SpillFiles.Place, of entry: SpillEntry, decoder: [UInt8]) -> StreamCursor {
        let decoders = state.withLock { state in
            if entry.stream.id.isEmpty, !decoder.isEmpty { state.decoders[entry.key] = decoder }
            return state.decoders
        }
        return StreamCursor(
            stream: Self.cursorStream, name: "queue on disk", format: "", offset: place.number, decoderState: Self.bytes(of: decoders))
    }

    /// The states of decoders as they are committed: keys and states in turn.
    private static func bytes(of decoders: [String: [UInt8]]) -> [UInt8] {
        var out = SpillWriter()
        for (key, state) in decoders.sorted(by: { $0.key < $1.key }) {
            out.text(key)
            out.blob(state)
        }
        return out.bytes
    }

    private static func decoders(_ bytes: [UInt8]) -> [String: [UInt8]] {
        var reader = SpillReader(bytes)
        var found: [String: [UInt8]] = [:]
        while let key = reader.text(), let state = reader.blob() { found[key] = state }
        return found
    }

    /// Forgets entries that are committed, or that will be read again.
    private func forget(_ numbers: Set<UInt64>) async throws(IntakeError) {
        try await onDisk { [self] () throws(IntakeError) in try files?.remove(numbers) }
        state.withLock { state in
            state.places.removeAll { numbers.contains($0.number) }
            for (key, waiting) in state.homes where !waiting.numbers.isDisjoint(with: numbers) {
                state.homes[key]?.numbers.subtract(numbers)
                if state.homes[key]?.numbers.isEmpty == true {
                    state.homes[key] = nil
                    state.decoders[key] = nil
                }
            }
        }
        await measure()
        changed.notify()
    }
}

extension RawBatch {
    /// Whether it moves its stream's cursor: a batch of duplicates only repeats what is committed.
    var moves: Bool { !records.isEmpty || duplicates == 0 }
}

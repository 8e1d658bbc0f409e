internal import Foundation
internal import Journal
internal import Model
public import ServiceLifecycle
internal import Synchronization

/// Indexes the words of sealed segments, one segment after another, the newest first, on a thread that gives way to all others.
///
/// What it has done is what files there are, so that it goes on behind a restart. Segments that it has not come to are searched without it.
public final class TextIndexer: Service {
    private struct State {
        var failure: String?
        /// Seeds of segments whose texts cannot be read; they are left alone until they are made again.
        var refused: Set<UInt64> = []
    }

    private let store: ColumnStore
    private let state = Mutex(State())
    private let idle = CommitSignal(head: .zero)
    /// Time until what failed is tried again.
    private static let retryPause = Duration.seconds(5)
    /// How often, and how many times, it is looked whether a burst is over; a burst is more events than this between two looks (20,000/s).
    private static let burstPause = Duration.milliseconds(200)
    private static let burstEvents = 4000
    private static let mostPauses = 150

    /// An indexer of a store's segments; there is one for a store.
    public init(_ store: ColumnStore) { self.store = store }

    /// Follows the columns until the service group shuts down. What fails is tried again, and said by ``failure``.
    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do {
                    let head = store.sealedSegments.last?.lastID ?? .zero
                    await letBurstPass()
                    if try await step() { continue }
                    idle.publish(head)
                    if await store.sealed.wait(after: head) == nil { return }
                } catch {
                    if Task.isCancelled { return }
                    state.withLock { $0.failure = "\(error)" }
                    // Cancellation ends the wait early, and the loop sees it.
                    try? await Task.sleep(for: Self.retryPause)
                }
            }
        }
    }

    /// Waits while events pour in, for half a minute at most: what is not indexed is scanned meanwhile, and a burst needs the processors more.
    private func letBurstPass() async {
        var before = store.size.rows
        for _ in 0..<Self.mostPauses {
            // Cancellation ends the pause early, and the loop sees it.
            try? await Task.sleep(for: Self.burstPause)
            let now = store.size.rows
            if Task.isCancelled || now - before < Self.burstEvents { return }
            before = now
        }
    }

    /// Why words are not indexed at the moment, or why those of a segment cannot be; nil when all is well.
    public var failure: String? { state.withLock { $0.failure } }

    /// Waits until every segment that is sealed now has been indexed; false when cancelled before. For use beside ``run()``.
    public func wait() async -> Bool {
        guard let last = store.sealedSegments.last?.lastID else { return true }
        return await idle.wait(after: EventID(last.value - 1)) != nil
    }

    /// Indexes what is sealed now; for programs that do not run the service.
    ///
    /// - Parameter progress: told after each segment.
    public func catchUp(progress: (TextProgress) -> Void = { _ in }) async throws {
        while try await step() { progress(store.textProgress) }
    }

    /// Indexes the newest segment without an index and removes files that belong to none; false when there is none left.
    func step() async throws(ColumnError) -> Bool {
        let refused = state.withLock { $0.refused }
        let segments = store.sealedSegments
        // Segments of another process are only read.
        let mine = segments.filter { $0.path.hasPrefix(store.folder + "/") }
        try removeStrays(besides: mine)
        guard let next = mine.last(where: { $0.text.index == nil && !refused.contains($0.text.identity.seed) }) else { return false }
        do throws(ColumnError) {
            try await Self.index(next)
            state.withLock { if $0.refused.isEmpty { $0.failure = nil } }
        } catch {
            guard error.code == .damaged else { throw error }
            state.withLock {
                $0.refused.insert(next.text.identity.seed)
                $0.failure = "\(error)"
            }
        }
        return true
    }

    /// Removes files whose segments are gone, and those left by a process that ended while it wrote.
    private func removeStrays(besides segments: [MappedSegment]) throws(ColumnError) {
        let known = Set(segments.map(\.text.path))
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: store.folder)
        } catch {
            throw ColumnError(.io, "\(store.folder): \(error.localizedDescription)")
        }
        for name in names where name.hasSuffix(".words") || name.hasSuffix(".words.new") {
            let path = "\(store.folder)/\(name)"
            if !known.contains(path) { unlink(path) }
        }
    }

    /// Writes and takes the index of a segment. Cancellation stops it within some hundred texts.
    private static func index(_ segment: MappedSegment) async throws(ColumnError) {
        let stop = QueryStop()
        let result = await withTaskCancellationHandler {
            await ColumnStore.givingWay { Result { () throws(ColumnError) in try write(segment, stop) } }
        } onCancel: {
            stop.stop()
        }
        try result.get()
    }

    private static func write(_ segment: MappedSegment, _ stop: QueryStop) throws(ColumnError) {
        let slot = segment.text
        let fields = slot.identity.fields.compactMap { UInt16(exactly: $0).flatMap(Field.init(rawValue:)) }
        let view = try segment.view(of: fields)
        try TextIndexFile.write(view, slot.identity, to: slot.path, stop: stop)
        guard slot.load() else { throw ColumnError(.io, "\(slot.path): cannot be read back") }
    }
}

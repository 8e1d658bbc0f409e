import Foundation
import Model
import Synchronization
import TestKit
import Testing
import Wire

@testable import Sources

/// The promises that every source keeps, for files that are followed; `FileFollowTests` has rotation in every way.
@Suite(.timeLimit(.minutes(2))) struct FileContractTests {
    private static func source(_ path: String, limit: Int = 1 << 20) -> FileSource {
        FileSource(
            FileSourceOptions(paths: [path], follow: true, chunkBytes: 4096, batchRecords: 10, maxRecordBytes: limit, rotatedPolls: 3),
            ticker: {
                var looks = 0
                try await eventually {
                    looks += 1
                    return looks > 1
                }
            })
    }

    private static func lines(_ numbers: Range<Int>) -> String { numbers.map { "{\"n\":\($0)}\n" }.joined() }

    private static func texts(_ numbers: Range<Int>) -> [String] { numbers.map { "{\"n\":\($0)}" } }

    private static func append(_ text: String, to path: String) throws {
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// Runs the source until the store holds that many records, then cancels it.
    private static func run(_ path: String, _ store: RecordingStore, limit: Int = 1 << 20, until count: Int) async throws {
        let run = Task { try await source(path, limit: limit).run(into: RecordingIntake(store: store)) }
        defer { run.cancel() }
        try await eventually { store.texts.count >= count }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }

    /// While a batch is not taken the file is not read on.
    @Test func backPressure() async throws {
        let folder = try ScratchFolder()
        let path = try folder.write("eve.json", Self.lines(0..<5000))
        let store = RecordingStore()
        let gate = GatedIntake(RecordingIntake(store: store))
        let read = Mutex(UInt64(0))
        let options = FileSourceOptions(paths: [path], follow: false, chunkBytes: 4096, batchRecords: 10)
        let source = FileSource(options, onProgress: { progress in read.withLock { $0 = progress.bytesRead } })
        let run = Task { try await source.run(into: gate) }
        try await eventually { gate.waiting == 1 }
        for _ in 0..<1000 { await Task.yield() }
        #expect(gate.waiting == 1 && store.texts.isEmpty && read.withLock { $0 } <= 2 * 4096)
        gate.release()
        try await run.value
        #expect(store.texts == Self.texts(0..<5000))
    }

    @Test func resumeWithoutLoss() async throws {
        let folder = try ScratchFolder()
        let path = try folder.write("eve.json", "")
        let store = RecordingStore()
        var random = SeededGenerator(seed: 12)
        var written = 0
        for _ in 0..<20 {
            let more = Int.random(in: 20...60, using: &random)
            try Self.append(Self.lines(written..<written + more), to: path)
            written += more
            let intake = RecordingIntake(
                store: store, lag: Int.random(in: 0...2, using: &random), killAt: Int.random(in: 1...3, using: &random))
            await #expect(throws: IntakeError.self) { try await Self.source(path).run(into: intake) }
        }
        try await Self.run(path, store, until: written)
        #expect(store.texts == Self.texts(0..<written) && store.duplicates == 0)
    }

    /// A file that goes away and comes back, moved or new, is gone on with or begun.
    @Test func reconnect() async throws {
        let folder = try ScratchFolder()
        let path = try folder.write("eve.json", Self.lines(0..<3))
        let store = RecordingStore()
        let run = Task { try await Self.source(path).run(into: RecordingIntake(store: store)) }
        defer { run.cancel() }
        try await eventually { store.texts.count == 3 }
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        try Self.append(Self.lines(3..<5), to: path + ".away")
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        try await eventually { store.texts.count == 5 }
        try FileManager.default.removeItem(atPath: path)
        _ = try folder.write("eve.json", Self.lines(5..<7))
        try await eventually { store.texts.count == 7 }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(store.texts == Self.texts(0..<7))
    }

    @Test func malformedMessage() async throws {
        let folder = try ScratchFolder()
        let path = try folder.write("eve.json", "{\"n\":0}\n\u{0}\u{1}rubbish }{\n\n{\"n\":1}\n")
        let store = RecordingStore()
        try await Self.run(path, store, until: 3)
        #expect(store.texts.first == "{\"n\":0}" && store.texts.last == "{\"n\":1}")
        #expect(store.texts.contains { $0.contains("rubbish") })
    }

    @Test func hugeMessage() async throws {
        let folder = try ScratchFolder()
        let long = "{\"n\":\"\(String(repeating: "h", count: 200_000))\"}"
        let path = try folder.write("eve.json", "\(long)\n{\"n\":1}\n")
        let store = RecordingStore()
        try await Self.run(path, store, limit: 10_000, until: 2)
        #expect(store.state.withLock { $0.oversized } == [UInt64(long.utf8.count)] && store.texts.last == "{\"n\":1}")
        let whole = RecordingStore()
        try await Self.run(path, whole, limit: 300_000, until: 2)
        #expect(whole.texts.first == long && whole.state.withLock { $0.oversized.isEmpty })
    }

    /// A writer that stops in the middle of a record is waited for, through restarts; half a record is never taken.
    @Test func halfOpenPeer() async throws {
        let folder = try ScratchFolder()
        let path = try folder.write("eve.json", "{\"n\":0}\n{\"n\"")
        let store = RecordingStore()
        for _ in 0..<3 { try await Self.run(path, store, until: 1) }
        #expect(store.texts == Self.texts(0..<1))
        try Self.append(":1}\n", to: path)
        try await Self.run(path, store, until: 2)
        #expect(store.texts == Self.texts(0..<2))
    }

    @Test func shutdown() async throws {
        let folder = try ScratchFolder()
        let path = try folder.write("eve.json", Self.lines(0..<5))
        let store = RecordingStore()
        let intake = RecordingIntake(store: store, lag: .max)
        let run = Task { try await Self.source(path).run(into: intake) }
        defer { run.cancel() }
        try await eventually { intake.run.withLock { $0.waiting.reduce(0) { $0 + $1.0.records.count } } == 5 }
        run.cancel()
        let committing = Task { await intake.commitLate() }
        defer { committing.cancel() }
        await #expect(throws: CancellationError.self) { try await run.value }
        intake.commit()
        #expect(store.texts == Self.texts(0..<5))
        // What was accepted is durable, and the next run has nothing to do but to wait.
        try Self.append(Self.lines(5..<6), to: path)
        try await Self.run(path, store, until: 6)
        #expect(store.texts == Self.texts(0..<6))
    }
}

import Glibc
import Model
import Synchronization
import TestKit
import Testing
import Wire

@testable import Sources

/// The promises that every source keeps, for standard input: a pipe, which cannot be read again.
@Suite(.timeLimit(.minutes(2))) struct StandardInputContractTests {
    /// A pipe, whose ends are closed with it.
    private final class Pipe: Sendable {
        let reading: Int32
        let writing: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            (reading, writing) = (ends[0], ends[1])
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            _ = fcntl(writing, F_SETFL, O_NONBLOCK)
        }

        deinit { close(reading) }

        /// Writes what there is room for; returns how many bytes that was.
        func write(_ text: String) -> Int {
            let bytes = Array(text.utf8)
            var done = 0
            while done < bytes.count {
                let count = bytes.withUnsafeBytes { Glibc.write(writing, $0.baseAddress.map { $0 + done }, bytes.count - done) }
                guard count > 0 else { break }
                done += count
            }
            return done
        }

        func end() { close(writing) }
    }

    private static func source(_ pipe: Pipe, limit: Int = 1 << 20) -> StandardInputSource {
        StandardInputSource(descriptor: pipe.reading, format: "test", maxRecordBytes: limit)
    }

    /// Writes all of a text, however often there is no room for a while.
    private static func feed(_ pipe: Pipe, _ text: String) async throws {
        var rest = text[...]
        while !rest.isEmpty {
            try await eventually {
                let count = pipe.write(String(rest.prefix(1 << 14)))
                rest = rest.dropFirst(count)
                return count > 0
            }
        }
        pipe.end()
    }

    private static func lines(_ numbers: Range<Int>, bytes: Int = 100) -> String {
        numbers.map { "{\"n\":\($0),\"pad\":\"\(String(repeating: "x", count: bytes))\"}\n" }.joined()
    }

    /// While a batch is not taken nothing is read, so that the writer waits.
    @Test func backPressure() async throws {
        let pipe = try Pipe()
        let store = RecordingStore()
        let gate = GatedIntake(RecordingIntake(store: store))
        let text = Self.lines(0..<30_000)
        let run = Task { try await Self.source(pipe).run(into: gate) }
        let feeding = Task { try await Self.feed(pipe, text) }
        try await eventually { gate.waiting == 1 }
        for _ in 0..<1000 { await Task.yield() }
        #expect(gate.waiting == 1 && store.texts.isEmpty && pipe.write("") == 0)
        gate.release()
        try await feeding.value
        try await run.value
        #expect(store.texts.count == 30_000)
    }

    /// A pipe cannot be resumed: what was accepted stays, once, and a second process goes on with what the first has not read.
    @Test func resumeWithoutLoss() async throws {
        let pipe = try Pipe()
        #expect(pipe.write("{\"n\":1}\n{\"n\":2}\n") == 16)
        let store = RecordingStore()
        let first = Task { try await Self.source(pipe).run(into: RecordingIntake(store: store)) }
        try await eventually { store.texts.count == 2 }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(pipe.write("{\"n\":3}\n") == 8)
        pipe.end()
        try await Self.source(pipe).run(into: RecordingIntake(store: store))
        #expect(store.texts == (1...3).map { "{\"n\":\($0)}" })
    }

    /// The end of the input is the end of the source, and no error: there is nobody to connect to again.
    @Test func reconnect() async throws {
        let pipe = try Pipe()
        pipe.end()
        let store = RecordingStore()
        let intake = RecordingIntake(store: store)
        try await Self.source(pipe).run(into: intake)
        #expect(store.texts.isEmpty && intake.run.withLock { $0.opened } == 0)
        // What cannot be read is told, and not taken for the end.
        let folder = open("/", O_RDONLY | O_CLOEXEC)
        defer { close(folder) }
        let bad = StandardInputSource(descriptor: folder, format: "test")
        let error = await #expect(throws: FileSourceError.self) { try await bad.run(into: intake) }
        #expect(error?.code == .unreadable)
    }

    @Test func malformedMessage() async throws {
        let pipe = try Pipe()
        _ = pipe.write("\u{0}\u{1}rubbish\n\n{\"n\":1}\n{\"cut\":")
        pipe.end()
        let store = RecordingStore()
        try await Self.source(pipe).run(into: RecordingIntake(store: store))
        #expect(store.texts.contains { $0.contains("rubbish") } && store.texts.contains("{\"n\":1}"))
        #expect(store.texts.last == "{\"cut\":", "what is cut at the end is handed on, for the format to refuse")
    }

    @Test func hugeMessage() async throws {
        let long = "{\"n\":\"\(String(repeating: "h", count: 200_000))\"}"
        for (limit, isWhole) in [(10_000, false), (300_000, true)] {
            let pipe = try Pipe()
            let store = RecordingStore()
            let feeding = Task { try await Self.feed(pipe, "\(long)\n{\"n\":1}\n") }
            try await Self.source(pipe, limit: limit).run(into: RecordingIntake(store: store))
            try await feeding.value
            #expect(store.state.withLock { $0.oversized } == (isWhole ? [] : [UInt64(long.utf8.count)]))
            #expect(store.texts.count == 2 && (store.texts[0] == long) == isWhole && store.texts[1] == "{\"n\":1}")
        }
    }

    /// A writer that says nothing is waited for, and what it has said is stored meanwhile.
    @Test func halfOpenPeer() async throws {
        let pipe = try Pipe()
        _ = pipe.write("{\"n\":1}\n{\"n\"")
        let store = RecordingStore()
        let run = Task { try await Self.source(pipe).run(into: RecordingIntake(store: store)) }
        try await eventually { store.texts == ["{\"n\":1}"] }
        _ = pipe.write(":2}\n")
        pipe.end()
        try await run.value
        #expect(store.texts == ["{\"n\":1}", "{\"n\":2}"])
    }

    @Test func shutdown() async throws {
        let pipe = try Pipe()
        _ = pipe.write("{\"n\":1}\n")
        let store = RecordingStore()
        let run = Task { try await Self.source(pipe).run(into: RecordingIntake(store: store)) }
        try await eventually { store.texts.count == 1 }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        pipe.end()
    }
}

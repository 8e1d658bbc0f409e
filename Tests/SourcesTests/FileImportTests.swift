import Foundation
import Model
import Synchronization
import TestKit
import Testing
import Wire

@testable import Sources

/// A folder that is removed when the value goes away.
final class ScratchFolder {
    let path: String
    init() throws {
        path = NSTemporaryDirectory() + "petrel-sources-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        return file
    }

    /// Runs a program of the system in the folder.
    func run(_ program: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(program) \(arguments)")
    }
}

@Suite struct FileImportTests {
    static func lines(_ numbers: Range<Int>) -> String {
        numbers.map { "{\"n\":\($0),\"pad\":\"\(String(repeating: "x", count: $0 % 90))\"}\n" }.joined()
    }

    static func importing(
        _ paths: [String], _ store: RecordingStore, framing: Framing = .json, max: Int = 1 << 20
    ) async throws -> [FileOutcome] {
        let intake = RecordingIntake(store: store, framing: framing)
        let options = FileSourceOptions(paths: paths, chunkBytes: 10_000, batchRecords: 100, maxRecordBytes: max)
        return try await FileSource(options, now: { Timestamp(microseconds: 0) }).importFiles(into: intake)
    }

    @Test(arguments: [["gzip", "-k"], ["zstd", "-q"], ["xz", "-k"]]) func compressedIsTheSameFile(tool: [String]) async throws {
        let folder = try ScratchFolder()
        let text = Self.lines(0..<3000)
        let plain = try folder.write("eve.json", text)
        try folder.run(tool[0], tool[1], "eve.json")
        let suffix = ["gzip": ".gz", "zstd": ".zst", "xz": ".xz"][tool[0]]!
        let packed = folder.path + "/renamed" + suffix
        try FileManager.default.moveItem(atPath: plain + suffix, toPath: packed)
        let store = RecordingStore()
        let first = try await Self.importing([packed], store)
        #expect(first.map(\.records) == [3000])
        #expect(first[0].error == nil)
        #expect(store.texts.joined(separator: "\n") + "\n" == text)
        let second = try await Self.importing([plain, packed], store)
        #expect(second.map(\.duplicates) == [3000, 3000])
        #expect(store.texts.count == 3000)
        #expect(store.duplicates == 6000)
    }

    @Test func twoMembersAreOneFile() async throws {
        let folder = try ScratchFolder()
        _ = try folder.write("a", Self.lines(0..<100))
        _ = try folder.write("b", Self.lines(100..<200))
        try folder.run(
            "sh", "-c",
            "gzip -c a > two.gz; gzip -c b >> two.gz; zstd -qc a > two.zst; zstd -qc b >> two.zst; xz -c a > two.xz; xz -c b >> two.xz")
        for name in ["two.gz", "two.zst", "two.xz"] {
            let store = RecordingStore()
            let outcome = try await Self.importing([folder.path + "/" + name], store)
            #expect(outcome[0].error == nil)
            #expect(store.texts.count == 200)
        }
    }

    @Test(arguments: ["gz", "zst", "xz"]) func damagedFileIsReadAsFarAsItGoes(suffix: String) async throws {
        let folder = try ScratchFolder()
        _ = try folder.write("a", Self.lines(0..<20_000))
        try folder.run(
            "sh", "-c", "gzip -kc a > a.gz; zstd -qc a > a.zst; xz -c --block-size=100000 a > a.xz; truncate -s -3000 a.\(suffix)")
        let good = try folder.write("good.json", Self.lines(5..<7))
        let store = RecordingStore()
        let outcomes = try await Self.importing([folder.path + "/a." + suffix, folder.path + "/absent", good], store)
        #expect(outcomes[0].error?.code == .damaged)
        #expect(outcomes[0].records > 1000)
        #expect(outcomes[1].error?.code == .notFound)
        #expect(outcomes[2].records == 2)
        // Mended, it goes on where it stopped.
        let again = try await Self.importing([folder.path + "/a"], store)
        #expect(again[0].duplicates == outcomes[0].records)
        #expect(again[0].records == 20_000 - outcomes[0].records)
    }

    @Test func grownFileGoesOn() async throws {
        let folder = try ScratchFolder()
        let file = try folder.write("a.json", Self.lines(0..<10) + "{\"cut\":")
        let store = RecordingStore()
        #expect(try await Self.importing([file], store)[0].records == 10)
        _ = try folder.write("a.json", Self.lines(0..<10) + "{\"cut\":1}\n" + Self.lines(20..<30))
        let second = try await Self.importing([file], store)
        #expect(second[0].duplicates == 10)
        #expect(second[0].records == 11)
        #expect(store.texts[10] == "{\"cut\":1}")
    }

    @Test func sharedHeadIsANewStream() async throws {
        let folder = try ScratchFolder()
        let head = Self.lines(0..<500)
        let first = try folder.write("a.json", head + Self.lines(500..<600))
        let second = try folder.write("b.json", head + Self.lines(700..<900))
        let store = RecordingStore()
        _ = try await Self.importing([first], store)
        let copy = try folder.write("c.json", head + Self.lines(700..<900))
        let outcome = try await Self.importing([second, copy], store)
        #expect(outcome.map(\.duplicates) == [0, 700])
        #expect(store.texts.count == 1300)
        #expect(Set(store.cursors.map(\.stream)).count == 2)
        #expect(store.cursors.contains { $0.stream.hasSuffix("#2") })
    }

    @Test func arrayIsImportedOnceInAnyCondition() async throws {
        let folder = try ScratchFolder()
        let text = "[\n" + (0..<300).map { "  {\n    \"n\": \($0)\n  }" }.joined(separator: ",\n") + "\n]\n"
        let file = try folder.write("array.json", text)
        let store = RecordingStore()
        for kill in [2, 3] {
            let intake = RecordingIntake(store: store, killAt: kill)
            let source = FileSource(FileSourceOptions(paths: [file], chunkBytes: 1000, batchRecords: 50))
            await #expect(throws: IntakeError.self) { try await source.run(into: intake) }
        }
        let last = try await Self.importing([file], store)
        #expect(last[0].duplicates + last[0].records == 300)
        #expect(store.texts == (0..<300).map { "{\n    \"n\": \($0)\n  }" })
    }

    @Test func longRecordIsDeliveredAsSuch() async throws {
        let folder = try ScratchFolder()
        let file = try folder.write("a.json", "{\"a\":1}\n{\"b\":\"\(String(repeating: "y", count: 50_000))\"}\n{\"c\":1}\n")
        let store = RecordingStore()
        #expect(try await Self.importing([file], store, max: 5000)[0].records == 3)
        #expect(store.state.withLock { $0.oversized } == [50_008])
        #expect(store.texts.map(\.utf8.count) == [7, 4096, 7])
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.skipMessage)")) func marxCountsExactly() async throws {
        let path = SharedData.folder.appendingPathComponent("marx/marx-geo.kaggle-variant.first20000.cr-only.csv").path
        let store = RecordingStore()
        #expect(try await Self.importing([path], store, framing: .csv)[0].records == 20_001)
    }
}

@Suite struct RecognitionTests {
    @Test func hashIsTheReferences() {
        #expect(ContentHash([UInt8]()).hex == "a3817f04ba25a8e66df67214c7550293")
        #expect(ContentHash([0]).hex == "da87c1d86b99af44347659119b22fc45")
    }

    @Test(arguments: [
        ("cowrie.json.2018-05-06.gz", "2018-05-06T00:00:00Z"), ("dockerapi.2375.2022_06_13_17.log", "2022-06-13T17:00:00Z"),
        ("/var/log/x-20260131.log", "2026-01-31T00:00:00Z"), ("x-20260231.log", ""), ("eve.json", ""), ("a-1202601310.log", ""),
    ])
    func fileNameStatesItsTime(name: String, expected: String) {
        #expect(timeFromFileName(name)?.iso8601 ?? "" == expected)
    }
}

import Foundation
import Model
import Sources
import Synchronization
import Testing
import Wire

/// A log that a program writes and a rotator rotates, in every way.
final class RotatingLog {
    let folder: ScratchFolder
    let path: String
    private(set) var written: [String] = []
    private var pending = ""
    private var handle: FileHandle

    init() throws {
        folder = try ScratchFolder()
        path = try folder.write("eve.json", "")
        handle = try #require(FileHandle(forWritingAtPath: path))
    }

    /// Appends records; `cut` leaves the last one without its end until the next call.
    func append(_ count: Int, cut: Bool) throws {
        var text = pending
        pending = ""
        for _ in 0..<count {
            let record = "{\"n\":\(written.count),\"pad\":\"\(String(repeating: "p", count: written.count * 7 % 60))\"}"
            written.append(record)
            text += record + "\n"
        }
        if cut {
            pending = String(text.suffix(9))
            text.removeLast(9)
        }
        try handle.write(contentsOf: Data(text.utf8))
    }

    private func shift() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).compactMap { name -> (Int, String)? in
            guard name.hasPrefix("eve.json."), let number = Int(name.dropFirst(9).prefix { $0.isNumber }) else { return nil }
            return (number, String(name.drop { $0 != "." }.dropFirst(5).drop { $0 != "." }))
        }
        for (number, rest) in names.sorted(by: { $0.0 > $1.0 }) {
            let suffix = rest.dropFirst().drop { $0.isNumber }
            try FileManager.default.moveItem(atPath: "\(path).\(number)\(suffix)", toPath: "\(path).\(number + 1)\(suffix)")
        }
    }

    func rename() throws {
        try append(0, cut: false)
        try shift()
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        _ = try folder.write("eve.json", "")
        handle = try #require(FileHandle(forWritingAtPath: path))
    }

    func copyAndTruncate() throws {
        try append(0, cut: false)
        try shift()
        try FileManager.default.copyItem(atPath: path, toPath: path + ".1")
        try handle.truncate(atOffset: 0)
    }

    func compress(_ tool: String) throws {
        guard FileManager.default.fileExists(atPath: path + ".1") else { return }
        try folder.run(tool, tool == "zstd" ? "--rm" : "-f", "-q", "eve.json.1")
    }
}

@Suite struct FileFollowTests {
    /// Does what the script says at each look at the files; the run ends when it returns false.
    final class Script: @unchecked Sendable {
        // Called by one task only, between two looks.
        let step: () throws -> Bool
        init(_ step: @escaping () throws -> Bool) { self.step = step }
    }

    static func follow(
        _ path: String, _ intake: RecordingIntake, chunk: Int = 1 << 20, _ step: @escaping () throws -> Bool
    ) async throws {
        let script = Script(step)
        let options = FileSourceOptions(paths: [path], follow: true, chunkBytes: chunk, batchRecords: 7, rotatedPolls: 3)
        let source = FileSource(
            options,
            ticker: {
                intake.commit()
                if try !script.step() { throw CancellationError() }
            })
        let committer = Task { await intake.commitLate() }
        defer { committer.cancel() }
        do {
            try await source.run(into: intake)
        } catch is CancellationError {
        } catch let error as IntakeError where error.code == .closed {
        }
    }

    @Test(arguments: 0..<(Int(ProcessInfo.processInfo.environment["PETREL_SEEDS"] ?? "") ?? 40))
    func everyRecordOnceThroughRotationAndKills(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let log = try RotatingLog()
        let store = RecordingStore()
        var history: [String] = []
        try log.append(3, cut: false)
        func act() throws {
            let choice = Int.random(in: 0..<12, using: &random)
            switch choice {
            case 0...6:
                let count = Int.random(in: 1...40, using: &random)
                let cut = Bool.random(using: &random)
                try log.append(count, cut: cut)
                history.append("append \(count) \(cut)")
            case 7...8:
                try log.rename()
                history.append("rename")
            case 9:
                try log.copyAndTruncate()
                history.append("copytruncate")
            default:
                let tool = ["gzip", "zstd", "xz"].randomElement(using: &random)!
                try log.compress(tool)
                history.append(tool)
            }
        }
        // The first run commits, so that a follower is known to have been here.
        var looks = 0
        try await Self.follow(log.path, RecordingIntake(store: store)) {
            looks += 1
            return looks < 3
        }
        for _ in 0..<6 {
            let lag = Int.random(in: 0...3, using: &random)
            // Half of the runs are disturbed in the middle of their looks.
            let disturbs = Bool.random(using: &random)
            let inside = Script {
                if disturbs, Int.random(in: 0..<4, using: &random) == 0 { try act() }
                return true
            }
            let intake = RecordingIntake(store: store, lag: lag, killAt: Int.random(in: 2...30, using: &random)) { _ = try inside.step() }
            history.append("start")
            var turns = Int.random(in: 1...10, using: &random)
            let chunk = Int.random(in: 50...5000, using: &random)
            try await Self.follow(log.path, intake, chunk: chunk) {
                turns -= 1
                for _ in 0..<Int.random(in: 0...2, using: &random) { try act() }
                return turns > 0
            }
            for _ in 0..<Int.random(in: 0...3, using: &random) { try act() }
        }
        try log.append(1, cut: false)
        history.append("last start")
        var quiet = 0
        try await Self.follow(log.path, RecordingIntake(store: store)) {
            quiet += 1
            return quiet < 8
        }
        let texts = store.texts
        let missing = Set(log.written).subtracting(texts)
        #expect(texts.count == log.written.count, "\(history)")
        #expect(missing.isEmpty, "\(missing.sorted().prefix(3)) of \(log.written.count): \(history)")
        #expect(store.duplicates == 0)
    }

    @Test func missingFileIsWaitedFor() async throws {
        let folder = try ScratchFolder()
        let store = RecordingStore()
        var turn = 0
        try await Self.follow(folder.path + "/*.json", RecordingIntake(store: store)) {
            turn += 1
            if turn == 2 { _ = try folder.write("a.json", "{\"a\":1}\n{\"b\"") }
            if turn == 4 { _ = try folder.write("b.json", "{\"c\":1}\n") }
            if turn == 6 { try FileManager.default.removeItem(atPath: folder.path + "/a.json") }
            if turn == 13 { _ = try folder.write("a.json", "{\"d\":1}\n") }
            return turn < 16
        }
        #expect(store.texts == ["{\"a\":1}", "{\"c\":1}", "{\"d\":1}"])
    }

    @Test func writerThatGoesOnAfterTheRenameIsHeard() async throws {
        let folder = try ScratchFolder()
        let path = try folder.write("eve.json", "{\"n\":1}\n")
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        let store = RecordingStore()
        var turn = 0
        try await Self.follow(path, RecordingIntake(store: store)) {
            turn += 1
            if turn == 1 {
                try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
                _ = try folder.write("eve.json", "{\"n\":3}\n")
            }
            if turn == 3 { try handle.write(contentsOf: Data("{\"n\":2}\n".utf8)) }
            return turn < 12
        }
        #expect(store.texts == ["{\"n\":1}", "{\"n\":3}", "{\"n\":2}"])
    }
}

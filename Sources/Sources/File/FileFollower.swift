import Model
import Wire

/// A followed file that is open.
final class OpenFile {
    let reader: FileReader
    let stream: String
    var feeder: LaneFeeder
    var seen: FileStatus?
    /// Looks without a change, for a file that is rotated away.
    var quietPolls = 0

    init(reader: FileReader, stream: String, feeder: LaneFeeder) {
        self.reader = reader
        self.stream = stream
        self.feeder = feeder
    }
}

/// Follows files through rotation by rename, by copy and truncation, and by compression.
///
/// Each turn reads what is new of every file, then the ticker waits. A file that was renamed stays open until it is quiet, and only
/// then its last line is taken as whole. Before a new file is begun everything read is committed, so that the committed cursors tell
/// which rotated siblings (`PATH.*`, `PATH-*`) are known.
struct FileFollower {
    let source: FileSource
    let intake: any Intake
    private var current: [String: OpenFile] = [:]
    private var rotated: [OpenFile] = []
    private var siblings: [String: SiblingScan] = [:]
    private var noticed: Set<String> = []

    init(source: FileSource, intake: any Intake) {
        self.source = source
        self.intake = intake
    }

    /// Runs until the ticker throws or the intake fails.
    mutating func run() async throws {
        while true {
            for path in Set(FileSource.expand(source.options.paths)).union(current.keys).sorted() { try await look(at: path) }
            try await lookAtRotated()
            try await source.ticker()
        }
    }

    private mutating func look(at path: String) async throws {
        if let file = current[path] {
            if hasOtherContent(file) {
                // Truncated: what was not read stands in the copy, if there is one.
                try await file.feeder.drain()
                current[path] = nil
            } else {
                try await readOn(file)
                let now = FileStatus(path: path)
                if let now, let own = file.reader.status, now.isSameFile(as: own) { return }
                current[path] = nil
                rotated.append(file)
                try await readOn(file)
            }
        }
        try await begin(path)
    }

    /// Whether the file no longer holds what was read of it: shorter, or other bytes before the offset.
    private func hasOtherContent(_ file: OpenFile) -> Bool {
        guard let status = file.reader.status, status != file.seen else { return false }
        let read = file.feeder.framer.endOffset
        return status.size < read || file.reader.bytes(before: read) != file.feeder.framer.lastBytes
    }

    /// Reads to the file's present end.
    private func readOn(_ file: OpenFile) async throws {
        guard file.reader.status != file.seen else { return }
        let status = file.reader.status
        while true {
            try Task.checkCancellation()
            let bytes = try file.reader.read(limit: source.options.chunkBytes)
            if bytes.isEmpty { break }
            file.quietPolls = 0
            try await file.feeder.push(bytes)
        }
        file.seen = status
    }

    private mutating func lookAtRotated() async throws {
        var remaining: [OpenFile] = []
        for file in rotated {
            try await readOn(file)
            file.quietPolls += 1
            if file.quietPolls > source.options.rotatedPolls {
                try await file.feeder.finish()
            } else {
                remaining.append(file)
            }
        }
        rotated = remaining
    }

    // MARK: Beginning a file

    private mutating func begin(_ path: String) async throws {
        for file in Array(current.values) + rotated { try await file.feeder.drain() }
        let status = FileStatus(path: path)
        if let status, let index = rotated.firstIndex(where: { $0.reader.status?.isSameFile(as: status) == true }) {
            // Renamed back, or a pattern names rotated files too.
            current[path] = rotated.remove(at: index)
            return
        }
        if let status, current.values.contains(where: { $0.reader.status?.isSameFile(as: status) == true }) { return }
        // Opened, and its head read, before the siblings are listed: what is rotated away later is open, what was before is listed, and
        // what is copied and truncated in between no longer begins with that head. So none is missed.
        let opened = open(path)
        var scan = siblings[path] ?? SiblingScan(path: path)
        try await readSiblings(&scan, except: opened?.reader.status)
        siblings[path] = scan
        if let opened { try await follow(path, opened.reader, head: opened.head) }
    }

    /// Opens a file and reads its head; nil when it is not there, or cannot be read yet.
    private mutating func open(_ path: String) -> (reader: FileReader, head: [UInt8])? {
        do throws(FileSourceError) {
            let reader = try FileReader(path: path)
            return (reader, reader.compression == .none ? try reader.read(limit: 64 << 10) : [])
        } catch {
            if error.code != .notFound { notice(path, "\(error.detail); tried again") }
            return nil
        }
    }

    private mutating func follow(_ path: String, _ reader: FileReader, head: [UInt8]) async throws {
        if reader.compression != .none {
            try await readCompressed(path, status: reader.status)
            return
        }
        // With less than a line neither format nor identity can be told.
        guard head.count >= FileIdentity.maxHeadLength || head.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return }
        let openStreams = Set((Array(current.values) + rotated).map(\.stream))
        let recognition = try Recognition.of(head: head, cursors: try await intake.cursors(), open: openStreams) {
            (offsets) throws(FileSourceError) in try FileSource.bytesBefore(offsets, of: reader)
        }
        // Truncated since it was opened: the next look sees the copy too.
        guard reader.begins(with: head) else { return }
        if openStreams.contains(recognition.stream) {
            notice(path, "has the content of a file that is being followed; waiting until they differ")
            return
        }
        if let cursor = recognition.cursor, try reader.skip(to: cursor.offset) != recognition.preceding { return }
        do {
            let feeder = try await source.feeder(for: recognition, path: path, head: head, intake: intake)
            let file = OpenFile(reader: reader, stream: recognition.stream, feeder: feeder)
            current[path] = file
            // A new stream begins with the bytes that named it.
            if recognition.cursor == nil { try await file.feeder.push(head) }
            try await readOn(file)
        } catch let error as IntakeError where error.code == .unknownFormat {
            notice(path, "\(error.detail); looked at again when it grows")
        }
    }

    /// A compressed file that a pattern names is finished: it is read once.
    private mutating func readCompressed(_ path: String, status: FileStatus?) async throws {
        guard let status, siblings[path]?.isDone(status) != true else { return }
        guard try await readWhole(path, status) == .done else { return }
        siblings[path, default: SiblingScan(path: path)].done(status)
    }

    /// Reads the siblings that are to be read. Rotation may go on meanwhile: it lists them until it has tried all that are there.
    private mutating func readSiblings(_ scan: inout SiblingScan, except opened: FileStatus?) async throws {
        var tried: Set<FileStatus> = []
        while true {
            try Task.checkCancellation()
            let openFiles = (Array(current.values) + rotated).compactMap(\.reader.status) + [opened].compactMap(\.self)
            let listed = scan.list().filter { candidate in
                !tried.contains(candidate.status) && !openFiles.contains { $0.isSameFile(as: candidate.status) }
            }
            if listed.isEmpty, scan.hasRun { break }
            let cursors = listed.isEmpty ? [] : try await intake.cursors()
            guard let known = Self.known(listed, cursors) else { continue }
            var hasMoved = false
            for sibling in scan.toRead(listed, known: known) {
                switch try await readWhole(sibling.path, sibling.status) {
                case .done: scan.done(sibling.status)
                case .later: break
                case .moved: hasMoved = true
                }
                if hasMoved { break }
                tried.insert(sibling.status)
            }
            if !hasMoved { tried.formUnion(listed.map(\.status)) }
        }
    }

    /// The paths of those siblings whose content belongs to a committed stream; nil when one of them is no longer where it was.
    private static func known(_ siblings: [SiblingScan.Sibling], _ cursors: [StreamCursor]) -> Set<String>? {
        var known: Set<String> = []
        for sibling in siblings {
            do throws(FileSourceError) {
                let reader = try FileReader(path: sibling.path)
                guard reader.status?.isSameFile(as: sibling.status) == true else { return nil }
                let head = try reader.read(limit: FileIdentity.maxHeadLength)
                let recognition = try Recognition.of(head: head, cursors: cursors) { (offsets) throws(FileSourceError) in
                    try FileSource.bytesBefore(offsets, of: reader)
                }
                if recognition.cursor != nil { known.insert(sibling.path) }
            } catch {
                // A file that cannot be read belongs to no stream; one that is gone has moved.
                if error.code == .notFound { return nil }
            }
        }
        return known
    }

    private enum WholeRead { case done, later, moved }

    /// Reads a finished file from its cursor, or its start; later when its stream is being followed.
    private mutating func readWhole(_ path: String, _ status: FileStatus) async throws -> WholeRead {
        let openStreams = Set((Array(current.values) + rotated).map(\.stream))
        let outcome = try await source.readOnce(path, into: intake, countsDuplicates: false, open: openStreams, expected: status)
        if outcome.isOtherFile || outcome.error?.code == .notFound { return .moved }
        if let error = outcome.error { notice(path, error.detail) }
        return outcome.isOpenElsewhere ? .later : .done
    }

    private mutating func notice(_ path: String, _ text: String) {
        guard noticed.insert("\(path)\u{0}\(text)").inserted else { return }
        source.onNotice(FileNotice(path: path, text: text))
    }
}

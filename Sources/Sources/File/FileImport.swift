import Model
import Wire

extension FileSource {
    /// Reads every file once, one after another, and tells what became of each; one bad file does not stop the others.
    ///
    /// Throws ``IntakeError`` only when the intake takes nothing any more, and `CancellationError`.
    public func importFiles(into intake: any Intake) async throws -> [FileOutcome] {
        var outcomes: [FileOutcome] = []
        for path in Self.expand(options.paths) {
            outcomes.append(try await readOnce(path, into: intake, countsDuplicates: true))
        }
        return outcomes
    }

    /// Reads one file from its cursor, or its start, to its end.
    ///
    /// - Parameters:
    ///   - open: the streams that are being read elsewhere: content that belongs to one of them is left alone.
    ///   - expected: the file that is meant; another one that stands at the path by now is left alone.
    func readOnce(
        _ path: String, into intake: any Intake, countsDuplicates: Bool, open: Set<String> = [], expected: FileStatus? = nil
    ) async throws -> FileOutcome {
        var outcome = FileOutcome(path: path)
        do throws(FileSourceError) {
            let reader = try FileReader(path: path)
            if let expected, reader.status?.isSameFile(as: expected) != true {
                outcome.isOtherFile = true
                return outcome
            }
            try await read(reader, into: intake, countsDuplicates: countsDuplicates, open: open, outcome: &outcome)
        } catch {
            outcome.error = error
        }
        try Task.checkCancellation()
        if let failure = outcome.intakeFailure { throw failure }
        return outcome
    }

    private func read(
        _ file: FileReader, into intake: any Intake, countsDuplicates: Bool, open: Set<String>, outcome: inout FileOutcome
    ) async throws(FileSourceError) {
        var reader = file
        let path = file.path
        outcome.bytes = reader.status?.size ?? 0
        let head = try reader.read(limit: 64 << 10)
        guard !head.isEmpty else { return }
        do {
            let cursors = try await intake.cursors()
            let recognition = try Recognition.of(head: head, cursors: cursors, open: open) { (offsets) throws(FileSourceError) in
                try Self.bytesBefore(offsets, of: reader)
            }
            guard !open.contains(recognition.stream) else {
                outcome.isOpenElsewhere = true
                return
            }
            var feeder = try await feeder(for: recognition, path: path, head: head, intake: intake)
            outcome.format = feeder.lane.format
            if let cursor = recognition.cursor {
                if countsDuplicates {
                    try await feeder.reportDuplicates(before: cursor)
                    outcome.duplicates = Int(clamping: cursor.records)
                }
                reader = try reader.again()
                _ = try reader.skip(to: cursor.offset)
            } else {
                try await feeder.push(head)
            }
            let fault = try await pump(reader, into: &feeder, outcome: &outcome)
            if let fault {
                try await feeder.drain()
                throw fault
            }
            try await feeder.finish()
            outcome.records = feeder.records
            if feeder.framer.hasPending {
                onNotice(FileNotice(path: path, text: "cut last line at offset \(feeder.framer.pendingOffset) kept for the next read"))
            }
        } catch let error as FileSourceError {
            throw error
        } catch let error as IntakeError where error.code == .unknownFormat || error.code == .badCursor {
            throw FileSourceError(.unknownFormat, error.detail)
        } catch {
            outcome.intakeFailure = error
        }
    }

    /// Feeds all that can be read; returns the fault at which reading ended, if it was one.
    private func pump(
        _ reader: FileReader, into feeder: inout LaneFeeder, outcome: inout FileOutcome
    ) async throws -> FileSourceError? {
        while true {
            try Task.checkCancellation()
            let bytes: [UInt8]
            do throws(FileSourceError) {
                bytes = try reader.read(limit: options.chunkBytes)
            } catch {
                outcome.records = feeder.records
                return error
            }
            if bytes.isEmpty { break }
            try await feeder.push(bytes)
            outcome.records = feeder.records
            onProgress(
                FileProgress(path: outcome.path, bytesRead: reader.fileOffset, bytesTotal: outcome.bytes, records: feeder.records))
        }
        return nil
    }

    /// The bytes before each offset (rising) that an open file reaches, in one pass over it.
    static func bytesBefore(_ offsets: [UInt64], of file: FileReader) throws(FileSourceError) -> [UInt64: [UInt8]] {
        let reader = try file.again()
        var found: [UInt64: [UInt8]] = [:]
        var tail: [UInt8] = []
        for offset in offsets {
            if reader.compression == .none {
                guard let bytes = try reader.skip(to: offset) else { break }
                found[offset] = bytes
                continue
            }
            do throws(FileSourceError) {
                let gap = offset - reader.offset
                guard let bytes = try reader.skip(to: offset) else { break }
                tail = gap >= UInt64(FileIdentity.maxTailLength) ? bytes : (tail + bytes).suffix(FileIdentity.maxTailLength)
                found[offset] = tail
            } catch  where error.code == .damaged {
                break
            }
        }
        return found
    }
}

extension FileSource {
    /// The first 64 KiB of a file, decompressed: what formats are told by.
    public static func head(of path: String) throws(FileSourceError) -> [UInt8] { try beginning(of: path, bytes: 64 << 10) }

    /// The first bytes of a file, decompressed; all of a shorter one.
    public static func beginning(of path: String, bytes: Int) throws(FileSourceError) -> [UInt8] {
        try FileReader(path: path).read(limit: bytes)
    }

    /// The files that the options' paths and patterns name now, in order, each once.
    public var files: [String] { Self.expand(options.paths) }
}

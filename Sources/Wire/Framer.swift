/// A run of complete records cut out of a stream.
public struct FramedRun: Sendable {
    /// The bytes in which the records lie.
    public var bytes: [UInt8]
    /// The records without their separators, as ranges of ``bytes``.
    public var records: [Range<Int>]
    /// Offset in the stream of `bytes[0]`.
    public var startOffset: UInt64
    /// Offset behind the last record and its separator.
    public var endOffset: UInt64
    /// The framer's state at ``endOffset``, to go on from there.
    public var state: [UInt8]
    /// Records longer than the limit, by index: their full length. Only the first ``Framer/keptOfOversized`` bytes are in ``bytes``.
    public var oversized: [Int: UInt64]
    /// Up to ``Framer/precedingLength`` bytes that lie before ``endOffset``, by which a file is recognised.
    public var preceding: [UInt8]
}

/// Cuts a stream of bytes that comes in chunks into records.
///
/// LF, CRLF and lone CR end a line; blank lines are skipped; a UTF-8 byte order mark at the stream's start is skipped but counted
/// in offsets. A record that has not ended waits in the framer. Memory is bounded by the record limit and one chunk: of a longer
/// record only the beginning and the length are kept. Lines cost one `memchr` each (several GB/s).
public struct Framer: Sendable {
    /// How much of a record that is too long is kept, in bytes.
    public static let keptOfOversized = 4096
    /// The longest document of ``Framing/document``, in bytes.
    public static let maximumDocumentBytes = 16 << 20
    /// How many bytes before the end of a run ``FramedRun/preceding`` holds.
    public static let precedingLength = 256

    /// How the records lie.
    public let framing: Framing
    /// The longest record that is kept whole, in bytes.
    public let maxRecordBytes: Int

    private var buffer: [UInt8]
    /// Offset in the stream of `buffer[0]`.
    private var base: UInt64
    /// Index of the first byte that is not taken yet.
    private var start: Int
    private var scanner = FramerScanner()
    private var isStartChecked: Bool
    private var oversized: (offset: UInt64, beginning: [UInt8])?

    /// A framer for a stream from its start, or from a run's end with that run's offset, state and preceding bytes.
    public init(
        framing: Framing, maxRecordBytes: Int = 1 << 20, state: [UInt8] = [], offset: UInt64 = 0, preceding: [UInt8] = []
    ) {
        self.framing = framing
        self.maxRecordBytes = framing == .document ? max(maxRecordBytes, Self.maximumDocumentBytes) : maxRecordBytes
        buffer = preceding
        base = offset - min(offset, UInt64(preceding.count))
        start = preceding.count
        scanner.at = start
        isStartChecked = offset > 0
        // A stream that is gone on with is behind its head.
        if framing == .entries { scanner.entries = EntryScan(at: start, isBehindHead: offset > 0) }
        if framing.isJSON, let mode = state.first { scanner.json = FramerScanner.JSONMode(rawValue: mode) ?? .undecided }
    }

    /// Offset behind all bytes that were pushed.
    public var endOffset: UInt64 { base + UInt64(buffer.count) }

    /// Offset of the first byte that has not been taken: where a record that is cut begins.
    public var pendingOffset: UInt64 { oversized?.offset ?? base + UInt64(start) }

    /// Whether bytes wait for the end of their record.
    public var hasPending: Bool { oversized != nil || start < buffer.count }

    /// The bytes that wait for the end of their record; of one that is too long only the beginning.
    public var pendingBytes: [UInt8] { oversized?.beginning ?? Array(buffer[start...]) }

    /// Up to ``precedingLength`` bytes at the end of what was pushed.
    public var lastBytes: [UInt8] { Array(buffer.suffix(Self.precedingLength)) }

    /// Adds bytes that follow those pushed before.
    public mutating func push(_ bytes: [UInt8]) { push(bytes[...]) }

    /// Adds bytes that follow those pushed before.
    public mutating func push(_ bytes: ArraySlice<UInt8>) {
        dropTaken()
        buffer.append(contentsOf: bytes)
    }

    /// The records that are complete, at most `limit` of them; nil when there is none.
    ///
    /// With `isFinal` the stream is whole, and its last record needs no separator; JSON that is cut stays (``hasPending``).
    public mutating func take(limit: Int = 5000, isFinal: Bool = false) -> FramedRun? {
        guard skipByteOrderMark(isFinal: isFinal) else { return nil }
        let run = oversized == nil ? takeRun(limit: limit, isFinal: isFinal) : nil
        return run ?? (oversized == nil ? nil : takeOversized(isFinal: isFinal))
    }

    private mutating func takeRun(limit: Int, isFinal: Bool) -> FramedRun? {
        var records: [Range<Int>] = []
        var scanner = scanner
        var tooLong: Int?
        var isTooLongComplete = false
        let framing = framing
        let limitBytes = maxRecordBytes
        buffer.withUnsafeBufferPointer { bytes in
            while records.count < limit {
                let before = scanner
                switch Self.next(&scanner, framing, bytes, isFinal: isFinal) {
                case .record(let range) where range.count > limitBytes:
                    let lineEnd = framing == .csv ? bytes[range].firstIndex { $0 == lineFeed || $0 == carriageReturn } : nil
                    if let cut = lineEnd, cut - range.lowerBound <= limitBytes {
                        scanner.at = cut + 1
                        records.append(range.lowerBound..<cut)
                    } else {
                        // What the record showed of the stream stays known: in an array the next one is an element too.
                        let json = scanner.json
                        scanner = before
                        scanner.json = json
                        scanner.at = range.lowerBound
                        tooLong = range.lowerBound
                        isTooLongComplete = true
                    }
                case .record(let range):
                    if isFinal, range.upperBound == bytes.count, framing.isJSON, scanner.json == .lines, isCutJSON(bytes[range]) {
                        scanner.at = range.lowerBound
                        return
                    }
                    records.append(range)
                    continue
                case .more(let index):
                    guard bytes.count - index > limitBytes else { return }
                    if let range = scanner.endAtInnerLine() {
                        records.append(range)
                        continue
                    }
                    tooLong = index
                }
                if tooLong != nil { return }
            }
        }
        if let index = tooLong, records.isEmpty {
            oversized = (base + UInt64(index), Array(buffer[index..<min(buffer.count, index + Self.keptOfOversized)]))
            self.scanner = scanner
            if !isTooLongComplete { self.scanner.abandonBeginning(end: buffer.count) }
            start = self.scanner.at
            return nil
        }
        self.scanner = scanner
        let first = records.first?.lowerBound ?? start
        start = scanner.at
        guard let last = records.last else { return nil }
        return run(
            bytes: Array(buffer[first..<last.upperBound]), records: records.map { $0.lowerBound - first..<$0.upperBound - first },
            startOffset: base + UInt64(first))
    }

    private mutating func takeOversized(isFinal: Bool) -> FramedRun? {
        guard let (offset, beginning) = oversized else { return nil }
        var scanner = scanner
        let framing = framing
        let finding = buffer.withUnsafeBufferPointer { Self.next(&scanner, framing, $0, isFinal: isFinal) }
        var end = buffer.count
        switch finding {
        case .record(let range): end = range.upperBound
        case .more where !isFinal:
            scanner.abandonBeginning(end: buffer.count)
            self.scanner = scanner
            start = scanner.at
            return nil
        case .more:
            scanner = FramerScanner()
            scanner.at = buffer.count
        }
        self.scanner = scanner
        start = scanner.at
        oversized = nil
        var run = run(bytes: beginning, records: [0..<beginning.count], startOffset: offset)
        run.oversized = [0: base + UInt64(end) - offset]
        return run
    }

    private func run(bytes: [UInt8], records: [Range<Int>], startOffset: UInt64) -> FramedRun {
        FramedRun(
            bytes: bytes, records: records, startOffset: startOffset, endOffset: base + UInt64(start),
            state: scanner.json == .undecided ? [] : [scanner.json.rawValue], oversized: [:],
            preceding: Array(buffer[max(0, start - Self.precedingLength)..<start]))
    }

    private static func next(
        _ scanner: inout FramerScanner, _ framing: Framing, _ bytes: UnsafeBufferPointer<UInt8>, isFinal: Bool
    ) -> FrameFinding {
        switch framing {
        case .lines: scanner.nextLine(bytes, isFinal: isFinal)
        case .json, .document: scanner.nextJSON(bytes, isFinal: isFinal)
        case .csv: scanner.nextCSV(bytes, isFinal: isFinal)
        case .entries: scanner.nextEntry(bytes, isFinal: isFinal)
        }
    }

    /// Steps over EF BB BF at the stream's start; false while it cannot be told yet.
    private mutating func skipByteOrderMark(isFinal: Bool) -> Bool {
        guard !isStartChecked else { return true }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if buffer.count < 3, mark.starts(with: buffer), !isFinal { return false }
        isStartChecked = true
        if buffer.starts(with: mark) {
            start = 3
            scanner.at = 3
        }
        return true
    }

    private mutating func dropTaken() {
        let count = start - Self.precedingLength
        guard count > 0 else { return }
        buffer.removeSubrange(0..<count)
        base += UInt64(count)
        start -= count
        scanner.shift(by: count)
    }
}

import Model

/// What a resumable feed remembers from run to run: its newest cursor and the keys of the messages near it.
///
/// Feeds whose messages come a little out of order are resumed a while before the newest cursor, and what was committed already is told
/// by its key. Both are committed with the events, so that nothing is lost or stored twice by a kill. At most ``capacity`` keys are
/// kept; where more stand in the time that is gone back, it goes back only as far as they reach.
struct ResumeMemory {
    /// Keys at most: 8 bytes each in the stream's state.
    static let capacity = 2048

    /// How far before the newest cursor a feed is resumed, in the cursor's own unit; 0 resumes at it.
    let rewind: Int64
    private(set) var cursor: String?
    private var newest: Int64?
    /// Cursors below this may not be asked for again, because their keys are forgotten.
    private var floor: Int64 = .min
    private var order: [(hash: UInt64, at: Int64)] = []
    private var first = 0
    private var known: Set<UInt64> = []

    /// A memory that begins with a committed cursor and state; empty without them, and without keys where the state is of another version.
    init(rewind: Int64, cursor: [UInt8] = [], state: [UInt8] = []) {
        self.rewind = rewind
        guard !cursor.isEmpty else { return }
        note(cursor: String(decoding: cursor, as: UTF8.self))
        guard state.count >= 9, state[0] == 1, (state.count - 9) % 8 == 0 else { return }
        floor = Int64(bitPattern: Self.word(state, 1))
        for at in stride(from: 9, to: state.count, by: 8) { insert(Self.word(state, at)) }
    }

    /// Where to resume; nil without a cursor.
    var resumePoint: String? {
        guard let cursor else { return nil }
        guard let newest, rewind > 0 else { return cursor }
        let back = newest.subtractingReportingOverflow(rewind)
        return String(max(back.overflow ? .min : back.partialValue, min(floor, newest)))
    }

    /// The keys, for the stream's state.
    var state: [UInt8] {
        guard !known.isEmpty else { return [] }
        var state: [UInt8] = [1]
        Self.append(UInt64(bitPattern: floor), to: &state)
        for entry in order[first...] { Self.append(entry.hash, to: &state) }
        return state
    }

    /// Notes a message's cursor: of numbers the greatest counts, else the last.
    mutating func note(cursor text: String) {
        guard !text.isEmpty, text.utf8.count <= 256 else { return }
        guard let number = Int64(text) else {
            cursor = text
            newest = nil
            return
        }
        if let newest, newest >= number { return }
        newest = number
        cursor = text
    }

    /// Notes a message's key; false when it was noted before.
    mutating func insert(_ key: UInt64, at cursor: Int64? = nil) -> Bool {
        guard known.insert(key).inserted else { return false }
        order.append((key, cursor ?? newest ?? .min))
        let oldest = (newest ?? .min).subtractingReportingOverflow(rewind)
        let oldestNeeded = rewind > 0 && !oldest.overflow ? oldest.partialValue : .min
        while first < order.count, order.count - first > Self.capacity || order[first].at < oldestNeeded {
            if order[first].at >= oldestNeeded { floor = max(floor, order[first].at &+ 1) }
            known.remove(order[first].hash)
            first += 1
        }
        if first > Self.capacity {
            order.removeFirst(first)
            first = 0
        }
        return true
    }

    private mutating func insert(_ key: UInt64) { _ = insert(key, at: nil) }

    private static func word(_ bytes: [UInt8], _ at: Int) -> UInt64 {
        bytes[at..<at + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
    }
}

import Model
import Wire

/// Hands the records of one stream on: those whose key is known count as duplicates, and where to go on is committed with them.
struct KeyedFeeder {
    /// One record on its way.
    struct Item {
        var bytes: ArraySlice<UInt8>
        /// The full length of a record of which only the beginning is there.
        var oversizedLength: UInt64?
    }

    let lane: any Lane
    /// Most records of a batch.
    let batchRecords: Int
    let sensor: String?
    let now: @Sendable () -> Timestamp
    private(set) var window: KeyWindow
    private var keys: ItemKeys
    private var offset: UInt64
    private var tickets = TicketWindow()
    private var pending: [Item] = []
    private var duplicates = 0
    /// Records left out by the source's options that no batch has told of yet.
    var filtered = 0
    /// The hashes of all items since ``finishAnswer(position:)``, in order.
    private var listed: [UInt64] = []

    init(
        lane: any Lane, keys: ItemKeys, window: KeyWindow, offset: UInt64, batchRecords: Int = 5000, sensor: String?,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.lane = lane
        self.keys = keys
        self.window = window
        self.offset = offset
        self.batchRecords = batchRecords
        self.sensor = sensor
        self.now = now
    }

    /// How many keys the answer has had so far.
    var listedCount: Int { listed.count }

    /// Takes a record unless its key is known; hands on what has gathered when a batch is full.
    mutating func add(_ item: Item, position: [UInt8]) async throws(IntakeError) {
        if item.oversizedLength == nil, case .key(let key) = read(item.bytes) {
            let hash = window.hash(of: key)
            listed.append(hash)
            guard window.insert(hash) else {
                duplicates += 1
                return
            }
        }
        pending.append(item)
        if pending.count >= batchRecords { try await deliver(position: position) }
    }

    private mutating func read(_ record: ArraySlice<UInt8>) -> ItemKeys.Finding {
        keys.names.isEmpty ? .none : keys.read(record.span)
    }

    /// Hands on what has gathered. The position is committed with it.
    mutating func deliver(position: [UInt8]) async throws(IntakeError) {
        guard !pending.isEmpty || duplicates > 0 || filtered > 0 else { return }
        try await send(position: position)
    }

    /// Hands on the rest of an answer and commits its position, also when nothing in it was new; waits until all is durable.
    mutating func finishAnswer(position: [UInt8]) async throws(IntakeError) {
        window.renew(listed)
        listed = []
        window.trim()
        if duplicates > 0, pending.isEmpty {
            // Duplicates alone do not move a cursor.
            let batch = RawBatch(
                bytes: [], records: [], startOffset: offset, endOffset: offset, arrival: now(), duplicates: duplicates, sensor: sensor)
            duplicates = 0
            try await tickets.add(try await lane.accept(batch))
        }
        try await send(position: position)
        try await tickets.drain()
    }

    /// Waits until everything handed on is durable.
    mutating func drain() async throws(IntakeError) { try await tickets.drain() }

    /// Forgets the oldest keys of a stream that never ends.
    mutating func forgetOldest() {
        listed = []
        window.trim()
    }

    private mutating func send(position: [UInt8]) async throws(IntakeError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(pending.reduce(0) { $0 + $1.bytes.count + 1 })
        var records: [Range<Int>] = []
        var oversized: [Int: UInt64] = [:]
        for item in pending {
            if let length = item.oversizedLength { oversized[records.count] = length }
            records.append(bytes.count..<bytes.count + item.bytes.count)
            bytes.append(contentsOf: item.bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        let batch = RawBatch(
            bytes: bytes, records: records, startOffset: offset, endOffset: offset + UInt64(bytes.count), identity: position,
            framerState: keys.names.isEmpty ? [] : window.stored, oversized: oversized, arrival: now(), duplicates: duplicates,
            filtered: filtered, sensor: sensor)
        offset = batch.endOffset
        pending = []
        duplicates = 0
        filtered = 0
        try await tickets.add(try await lane.accept(batch))
    }
}

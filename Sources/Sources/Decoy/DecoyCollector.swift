import Model

/// Gathers the records of conversations that end side by side, and hands them on in batches.
///
/// Whoever adds a record waits until it is on its way, and keeps its place among the connections meanwhile: a journal that is full so
/// holds back new conversations.
actor DecoyCollector {
    private let lane: any Lane
    private let sensor: String?
    private let now: @Sendable () -> Timestamp
    private var pending: [[UInt8]] = []
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var isBusy = false
    private var failure: IntakeError?
    private var offset: UInt64 = 0
    private var window = TicketWindow()

    init(_ lane: any Lane, sensor: String?, now: @escaping @Sendable () -> Timestamp) {
        self.lane = lane
        self.sensor = sensor
        self.now = now
    }

    /// Adds records of conversations that have ended.
    func add(_ records: [[UInt8]], shed: Int = 0, refused: Int = 0) async throws(IntakeError) {
        if shed > 0 || refused > 0 {
            var batch = RawBatch(bytes: [], records: [], startOffset: offset, endOffset: offset, arrival: now())
            (batch.shed, batch.filtered) = (shed, refused)
            try await submit(batch)
        }
        guard !records.isEmpty else { return }
        pending += records
        if isBusy {
            await withCheckedContinuation { waiters.append($0) }
        } else {
            await handOn()
        }
        if let failure { throw failure }
    }

    /// Waits until everything is durable.
    func drain() async throws(IntakeError) {
        var window = window
        self.window = TicketWindow()
        try await window.drain()
    }

    private func handOn() async {
        isBusy = true
        while !pending.isEmpty, failure == nil {
            let (taken, waiting) = (Array(pending.prefix(5000)), waiters)
            pending.removeFirst(taken.count)
            waiters = []
            do throws(IntakeError) { try await submit(batch(of: taken)) } catch { failure = error }
            for waiter in waiting { waiter.resume() }
        }
        isBusy = false
        for waiter in waiters { waiter.resume() }
        waiters = []
    }

    private func submit(_ batch: RawBatch) async throws(IntakeError) {
        let ticket = try await lane.accept(batch)
        var window = window
        self.window = TicketWindow()
        defer { self.window = window }
        try await window.add(ticket)
    }

    private func batch(of records: [[UInt8]]) -> RawBatch {
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        for record in records {
            let start = bytes.count
            bytes += record
            ranges.append(start..<bytes.count)
        }
        defer { offset += UInt64(bytes.count) }
        return RawBatch(
            bytes: bytes, records: ranges, startOffset: offset, endOffset: offset + UInt64(bytes.count), arrival: now(), sensor: sensor)
    }
}

public import Journal
public import Model

extension ColumnStore {
    /// Visits, in the order of their ids, the events that may have a wanted value; `body` looks at each itself, and returns false to stop.
    ///
    /// Of what is sealed the dictionaries tell which events have one, and only the journal's blocks that hold some are read. All that is
    /// behind the sealed segments, or in one that is damaged, is visited. So the columns decide how long it takes, and not what is found.
    ///
    /// - Parameters:
    ///   - fields: the fields whose values count.
    ///   - times: event times of the events that matter.
    ///   - isWanted: whether a value counts; it is given as it is stored in a row.
    public func visit(
        _ fields: [Field], times: Range<Timestamp>? = nil, where isWanted: (_ field: Field, _ value: Span<UInt8>) -> Bool,
        _ body: (_ block: Block, _ index: Int) throws -> Bool
    ) async throws {
        var cursor = EventID.zero
        for segment in sealedSegments {
            if let times, segment.maxTime < times.lowerBound.microseconds || segment.minTime >= times.upperBound.microseconds {
                cursor = segment.lastID
                continue
            }
            let goesOn: Bool
            do {
                goesOn = try await journal.visit(try segment.ids(fields, times: times, where: isWanted), body)
            } catch let error as ColumnError where error.code == .damaged {
                goesOn = try await journal.visit(after: cursor, through: segment.lastID, body)
            }
            guard goesOn else { return }
            cursor = segment.lastID
        }
        _ = try await journal.visit(after: cursor, body)
    }
}

extension JournalFeed {
    /// Visits the events behind an id, up to another; returns false when `body` did.
    public func visit(
        after start: EventID = .zero, through end: EventID? = nil, _ body: (_ block: Block, _ index: Int) throws -> Bool
    ) async throws -> Bool {
        var cursor = start
        while let block = try await next(cursor), end.map({ cursor < $0 }) ?? true {
            try Task.checkCancellation()
            for index in block.firstIndex(after: cursor)..<block.events.count {
                if let end, block.id(index) > end { return true }
                guard try body(block, index) else { return false }
            }
            cursor = block.lastID
        }
        return true
    }

    /// Visits the events of those rising ids that are still there; returns false when `body` did.
    fileprivate func visit(_ ids: [EventID], _ body: (_ block: Block, _ index: Int) throws -> Bool) async throws -> Bool {
        var at = 0
        while at < ids.count, let block = try await next(EventID(ids[at].value - 1)) {
            try Task.checkCancellation()
            let last = block.lastID
            // What is before the block was removed since.
            while at < ids.count, ids[at] <= last {
                if let index = block.index(of: ids[at]), try !body(block, index) { return false }
                at += 1
            }
        }
        return true
    }
}

extension MappedSegment {
    /// The ids of the rows with a wanted value, rising.
    fileprivate func ids(
        _ fields: [Field], times: Range<Timestamp>?, where isWanted: (Field, Span<UInt8>) -> Bool
    ) throws(ColumnError) -> [EventID] {
        let view = try view(of: fields)
        var isChosen = [Bool](repeating: false, count: rows)
        for field in fields {
            guard let column = view.column(field) else { continue }
            var codes = [false]
            var hasAny = false
            for index in 0..<column.dictionary.count {
                let isFound = isWanted(field, column.dictionary.value(index).bindMemory(to: UInt8.self).span)
                codes.append(isFound)
                hasAny = hasAny || isFound
            }
            guard hasAny else { continue }
            for row in 0..<rows where !isChosen[row] {
                isChosen[row] = column.positions(of: row).contains { codes[column.code(at: $0)] }
            }
        }
        let wanted = times.map { $0.lowerBound.microseconds..<$0.upperBound.microseconds }
        return (0..<rows).compactMap { row in
            isChosen[row] && wanted?.contains(view.times[row]) ?? true ? EventID(view.id(row)) : nil
        }
    }
}

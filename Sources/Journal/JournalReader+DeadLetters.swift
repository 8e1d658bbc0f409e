import Model

/// Dead letters over all files.
extension JournalReader {
    /// Dead letters that are kept, by source.
    public func deadLetterCounts() throws(JournalError) -> [String: Int] {
        let files = try files()
        let retried = try files.last?.retriedLetters() ?? []
        var total: [String: Int] = [:]
        for file in files { total.merge(try file.deadLetterCounts(), uniquingKeysWith: +) }
        for id in retried {
            if let source = try deadLetter(id, in: files)?.letter.source { total[source, default: 0] -= 1 }
        }
        return total.filter { $0.value > 0 }
    }

    /// Dead letters that fit the filter, newest first.
    ///
    /// - Parameter before: the last of the page before; nil for the first page.
    public func deadLetters(
        _ filter: DeadLetterFilter = DeadLetterFilter(), before: DeadLetterID? = nil, limit: Int
    ) throws(JournalError) -> [StoredDeadLetter] {
        try deadLetters(filter, from: before, newestFirst: true, limit: limit)
    }

    /// Dead letters that fit the filter, oldest first.
    public func deadLetters(_ filter: DeadLetterFilter, after: DeadLetterID?, limit: Int) throws(JournalError) -> [StoredDeadLetter] {
        try deadLetters(filter, from: after, newestFirst: false, limit: limit)
    }

    /// The dead letter of that name; nil when it is not kept, or became an event.
    public func deadLetter(_ id: DeadLetterID) throws(JournalError) -> StoredDeadLetter? {
        let files = try files()
        guard try files.last?.retriedLetters().contains(id) == false else { return nil }
        return try deadLetter(id, in: files)
    }

    private func deadLetter(_ id: DeadLetterID, in files: [JournalFile]) throws(JournalError) -> StoredDeadLetter? {
        guard let file = files.first(where: { $0.name == id.file }) else { return nil }
        let next = try file.deadLetters(DeadLetterFilter(), from: id.row - 1, newestFirst: false, limit: 1).first
        return next?.id == id ? next : nil
    }

    private func deadLetters(
        _ filter: DeadLetterFilter, from edge: DeadLetterID?, newestFirst: Bool, limit: Int
    ) throws(JournalError) -> [StoredDeadLetter] {
        let files = try files()
        // The marks are read first: a letter is removed before its mark, so that none is shown that became an event.
        let retried = try files.last?.retriedLetters() ?? []
        var found: [StoredDeadLetter] = []
        for file in newestFirst ? files.reversed() : files {
            if let edge, newestFirst ? file.name > edge.file : file.name < edge.file { continue }
            var row = edge.flatMap { $0.file == file.name ? $0.row : nil }
            while found.count < limit {
                let wanted = limit - found.count
                let page = try file.deadLetters(filter, from: row, newestFirst: newestFirst, limit: wanted)
                found += page.filter { !retried.contains($0.id) }
                row = page.last?.id.row
                if page.count < wanted { break }
            }
        }
        return found
    }
}

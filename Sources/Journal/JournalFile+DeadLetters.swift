import Model

/// Counting dead letters.
extension JournalFile {
    /// Dead letters of the file by source.
    func deadLetterCounts() throws(JournalError) -> [String: Int] {
        let statement = try connection.statement("SELECT source, count(*) FROM dead_letter GROUP BY source")
        defer { statement.reset() }
        var found: [String: Int] = [:]
        while try statement.step() { found[statement.text(0)] = Int(statement.integer(1)) }
        return found
    }
}

/// Dead letters over all files.
extension JournalReader {
    /// Dead letters that are kept, by source.
    public func deadLetterCounts() throws(JournalError) -> [String: Int] {
        var total: [String: Int] = [:]
        for file in try files() { total.merge(try file.deadLetterCounts(), uniquingKeysWith: +) }
        return total
    }
}

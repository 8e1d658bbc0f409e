import Model

/// Dead letters that become events.
///
/// A letter of the newest file is removed in the transaction of its events. One of an older file cannot be: a commit over two files is not
/// atomic. It is marked in the newest file in that transaction, removed from its own file afterwards, and then the mark goes. Whatever is cut
/// off between is done when the journal is opened; until then the mark hides the letter and refuses a second time.
extension JournalWriter {
    /// Takes a letter out, in the transaction that runs; an answer when there is none, because it became events before or is not kept.
    func takeOut(_ id: DeadLetterID) throws(JournalError) -> CommitReceipt? {
        let gone = CommitReceipt(firstID: lastID, count: 0, wasRepeated: true)
        if id.file == file.name {
            guard try file.hasDeadLetter(id.row) else { return gone }
            try file.removeDeadLetter(id.row)
            return nil
        }
        guard try !file.retriedLetters().contains(id), try folder.list().contains(id.file) else { return gone }
        let older = try JournalFile(reading: folder.path(of: id.file), name: id.file)
        guard try older.hasDeadLetter(id.row) else { return gone }
        try file.markRetried(id)
        hasMarks = true
        return nil
    }

    /// Removes the letters that are marked, then their marks.
    func removeMarked() throws(JournalError) {
        let marked = Dictionary(grouping: try file.retriedLetters(), by: \.file)
        let names = try folder.list()
        for (name, ids) in marked where names.contains(name) {
            let connection = try SQLiteConnection(path: folder.path(of: name), mode: .readWrite)
            try connection.execute("PRAGMA synchronous=FULL")
            try connection.transaction { () throws(JournalError) in
                for id in ids { try connection.statement("DELETE FROM dead_letter WHERE id = ?").run(.integer(id.row)) }
            }
        }
        if !marked.isEmpty {
            try file.transaction { () throws(JournalError) in
                for id in marked.values.joined() { try file.unmarkRetried(id) }
            }
        }
        hasMarks = false
    }
}

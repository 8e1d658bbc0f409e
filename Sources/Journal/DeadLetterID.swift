import Model

/// Names a dead letter for ever: the journal file in which it lies, and its number there, as `2026-11-21.0000-17`.
public struct DeadLetterID: Hashable, Sendable, CustomStringConvertible {
    let file: JournalFileName
    let row: Int64

    init(file: JournalFileName, row: Int64) {
        self.file = file
        self.row = row
    }

    /// The id of a text; nil where it is none.
    public init?(_ text: String) {
        guard let dash = text.lastIndex(of: "-"), let row = Int64(text[text.index(after: dash)...]), row > 0,
            let file = JournalFileName("\(text[..<dash]).sqlite")
        else { return nil }
        self.init(file: file, row: row)
        guard description == text else { return nil }
    }

    public var description: String { "\(file.text.dropLast(".sqlite".count))-\(row)" }
}

/// A dead letter with its name.
public struct StoredDeadLetter: Sendable {
    /// Its name.
    public var id: DeadLetterID
    /// What it holds.
    public var letter: DeadLetter
}

/// Which dead letters are meant; what is nil does not matter.
public struct DeadLetterFilter: Sendable, Equatable {
    /// Name of the source.
    public var source: String?
    /// The kind of reason.
    public var reason: String?
    /// Name of the format that did not understand it.
    public var format: String?

    /// A filter of the given parts.
    public init(source: String? = nil, reason: String? = nil, format: String? = nil) {
        self.source = source
        self.reason = reason
        self.format = format
    }
}

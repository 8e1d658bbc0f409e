import Wire

/// Reads the key of an item: values of a JSON object, columns of a CSV record, words of a line, elements of an XML entry, or the whole item.
struct ItemKeys: Sendable {
    /// The separator of the values in a key; it stands in no text of a feed.
    private static let separator: UInt8 = 0x1f
    /// The name of the whole item.
    static let whole = "."

    /// What was asked for.
    let names: [String]
    private let framing: Framing
    private var fields: JSONFields
    private var csv: CSVReader
    /// For CSV: which column each name is; nil until a header was seen.
    private var columns: [Int?]

    /// Keys of those names in records that lie like that.
    init(_ names: [String], framing: Framing, delimiter: UInt8 = UInt8(ascii: ",")) {
        self.names = names
        self.framing = framing
        fields = JSONFields(JSONPaths(names), reader: JSONReader())
        csv = CSVReader(delimiter: delimiter)
        columns = names.map { Int($0).map { $0 - 1 } }
    }

    /// What a record is to the key.
    enum Finding: Equatable {
        /// An item with that key.
        case key([UInt8])
        /// An item that lacks all parts of the key.
        case none
        /// No item: a header or comment, which always goes to the format.
        case aside
    }

    /// The key of a record.
    mutating func read(_ record: Span<UInt8>) -> Finding {
        guard !names.isEmpty else { return .none }
        switch framing {
        case .json, .document: return names == [Self.whole] ? whole(record) : json(record)
        case .csv: return delimited(record)
        case .lines: return line(record)
        case .entries: return entry(record)
        }
    }

    private func whole(_ record: Span<UInt8>) -> Finding {
        .key(record.withUnsafeBufferPointer { Array($0) })
    }

    private mutating func json(_ record: Span<UInt8>) -> Finding {
        // What is no JSON object has no key; the format says what is wrong with it.
        guard (try? fields.read(record)) == true else { return .none }
        return joined(
            names.indices.map { index in
                guard let token = fields.firstScalar(index) else { return [] }
                var text: [UInt8] = []
                fields.appendText(of: token, in: record, to: &text)
                return text
            })
    }

    private mutating func delimited(_ record: Span<UInt8>) -> Finding {
        if names == [Self.whole] { return record.count > 0 && record[0] == UInt8(ascii: "#") ? .aside : whole(record) }
        let isComment = record.count > 0 && record[0] == UInt8(ascii: "#")
        var start = 0
        while isComment, start < record.count, record[start] == UInt8(ascii: "#") || record[start] == 0x20 { start += 1 }
        guard (try? csv.read(record.extracting(start..<record.count))) != nil else { return isComment ? .aside : .none }
        let rest = record.extracting(start..<record.count)
        if columns.contains(nil) {
            let header = csv.values.map { csv.string($0, in: rest).trimmed }
            let found = zip(names, columns).map { name, column in column ?? header.firstIndex(of: name) }
            if !found.contains(nil) {
                columns = found
                return .aside
            }
        }
        guard !isComment else { return .aside }
        let values = csv.values
        return joined(
            columns.map { column in
                guard let column, values.indices.contains(column) else { return [] }
                return Array(csv.string(values[column], in: rest).utf8)
            })
    }

    private func line(_ record: Span<UInt8>) -> Finding {
        guard record.count > 0, record[0] != UInt8(ascii: "#"), record[0] != UInt8(ascii: ";") else { return .aside }
        if names == [Self.whole] { return whole(record) }
        let words = record.withUnsafeBufferPointer { bytes in
            bytes.split { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") }.map { Array($0) }
        }
        return joined(columns.map { column in column.flatMap { words.indices.contains($0) ? words[$0] : nil } ?? [] })
    }

    private func entry(_ record: Span<UInt8>) -> Finding {
        guard FeedMarkup.isEntry(record) else { return .aside }
        if names == [Self.whole] { return whole(record) }
        // The first that is there identifies the entry; another that changes does not make it a new one.
        for name in names {
            if let text = FeedMarkup.text(ofChild: name, in: record), !text.isEmpty { return .key(text) }
        }
        return .none
    }

    private func joined(_ values: [[UInt8]]) -> Finding {
        guard values.contains(where: { !$0.isEmpty }) else { return .none }
        return .key(Array(values.joined(separator: [Self.separator])))
    }
}

import Model

extension ColumnStore {
    /// The fields by which screens group first.
    static let screenFields: [Field] = [
        .sourceCountryCode, .sourceIP, .destinationPort, .attackType, .observerName, .ruleID, .networkTransport, .sourceASNumber,
    ]

    /// Reads what the first screen needs, newest events first, so that whoever opens it does not wait for the disk.
    ///
    /// Ends at a damaged column, which is made again; what is behind it is read when it is needed.
    func warm() async {
        guard let segments = try? reading({ _, _, _ in }).segments else { return }
        for segment in segments.reversed() {
            guard !Task.isCancelled, let view = try? segment.view(of: Self.screenFields) else { return }
            for field in Self.screenFields {
                guard let column = view.column(field), column.dictionary.isIndexed else { continue }
                _ = shared.numbers(of: field)?.numbers(of: column, in: segment)
            }
            shared.trim()
            await Task.yield()
        }
    }
}

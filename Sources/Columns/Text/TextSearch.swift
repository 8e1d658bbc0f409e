import KQL
import Model

extension TextIndex {
    /// The values of a text column that pass a test; nil when the index cannot tell, and each has to be tried.
    ///
    /// Words in lower case are what the test looks at, and they are what the index holds, so that a word that passes needs no second look.
    /// Texts are looked at again for the order of the words in a phrase, and for words too long to be kept whole.
    func values(that test: ValueTest, ofField field: Int, _ dictionary: DictionaryView, _ stop: QueryStop) -> ValueSet? {
        guard let query = test.wordQuery, let tables = tables(ofField: field, values: dictionary.count) else { return nil }
        var sure = ValueSet(count: dictionary.count)
        var maybe = ValueSet(count: dictionary.count)
        switch query.kind {
        case .any:
            for word in query.words { for table in tables { table.find(word, stop, sure: &sure, maybe: &maybe) } }
        case .all, .phrase:
            // Whole words are looked up at once and may leave nothing for those that have to be searched for.
            let words = query.words.sorted { $0.isWhole && !$1.isWhole }
            for (number, word) in words.enumerated() {
                var (mine, perhaps) = (ValueSet(count: dictionary.count), ValueSet(count: dictionary.count))
                for table in tables { table.find(word, stop, sure: &mine, maybe: &perhaps) }
                perhaps.unite(mine)
                if number == 0 {
                    (sure, maybe) = (mine, perhaps)
                } else {
                    sure.intersect(mine)
                    maybe.intersect(perhaps)
                }
                if maybe.isEmpty { return maybe }
            }
        }
        if query.kind == .phrase { sure = ValueSet(count: dictionary.count) }
        maybe.subtract(sure)
        var tried = 0
        for index in maybe {
            if test.matches(dictionary.value(index).bindMemory(to: UInt8.self).span) { sure.insert(index) }
            tried += 1
            if tried & 1023 == 0, stop.isStopped { break }
        }
        return sure
    }

    /// Whether the segment may have a row that fulfils a plan: false only when words tell at once that there is none.
    func mayHold(_ plan: Plan) -> Bool { mayHold(plan.condition, plan) }

    private func mayHold(_ condition: Condition, _ plan: Plan) -> Bool {
        switch condition {
        case .always, .not, .nested: true
        case .never: false
        case .and(let all): all.allSatisfy { mayHold($0, plan) }
        case .or(let all): all.contains { mayHold($0, plan) }
        case .leaf(let number): plan.terms(of: number).contains { mayHold($0.test, $0.type, $0.index) }
        }
    }

    private func mayHold(_ test: ValueTest, _ type: FieldType, _ field: Int) -> Bool {
        guard type == .text, let query = test.wordQuery, let tables = tables(ofField: field) else { return true }
        func mayHold(_ word: WordPattern) -> Bool {
            // Without a beginning all words would have to be tried, which is done once, by the filter.
            (word.beginning.isEmpty && !word.isWhole) || tables.contains { $0.mayHold(word) }
        }
        return query.kind == .any ? query.words.contains(where: mayHold) : query.words.allSatisfy(mayHold)
    }
}

extension SegmentFilter.Term {
    /// Rows with one of the values; nil when there is none.
    init?(_ column: ColumnView, _ values: ValueSet) {
        let count = values.count
        guard count > 0 else { return nil }
        if count == 1, let only = values.first(where: { _ in true }) {
            self = .code(column, only + 1)
            return
        }
        var matches = [UInt8](repeating: 0, count: column.dictionary.count + 1)
        for index in values { matches[index + 1] = 1 }
        self = .codes(column, matches)
    }
}

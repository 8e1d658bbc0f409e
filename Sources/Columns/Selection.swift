/// Which rows of a zone are chosen: a bit for each.
struct Selection {
    private(set) var rows = 0..<0
    private var words: [UInt64] = []

    /// Makes room for the rows, none chosen.
    mutating func begin(_ rows: Range<Int>) {
        self.rows = rows
        let count = (rows.count + 63) / 64
        if words.count == count { clear() } else { words = [UInt64](repeating: 0, count: count) }
    }

    mutating func clear() { for i in words.indices { words[i] = 0 } }

    mutating func setAll() {
        for i in words.indices { words[i] = .max }
        trim()
    }

    mutating func invert() {
        for i in words.indices { words[i] = ~words[i] }
        trim()
    }

    mutating func intersect(_ other: Selection) { for i in words.indices { words[i] &= other.words[i] } }

    mutating func unite(_ other: Selection) { for i in words.indices { words[i] |= other.words[i] } }

    /// Chooses the rows that pass.
    @inline(__always) mutating func fill(_ passes: (Int) -> Bool) {
        var row = rows.lowerBound
        for i in words.indices {
            var word: UInt64 = 0
            let count = min(64, rows.upperBound - row)
            for bit in 0..<count where passes(row + bit) { word |= 1 << UInt64(bit) }
            words[i] = word
            row += count
        }
    }

    /// Drops chosen rows that do not pass.
    @inline(__always) mutating func keep(_ passes: (Int) -> Bool) {
        for i in words.indices where words[i] != 0 {
            var left = words[i]
            while left != 0 {
                let bit = left.trailingZeroBitCount
                left &= left - 1
                if !passes(rows.lowerBound + i * 64 + bit) { words[i] &= ~(1 << UInt64(bit)) }
            }
        }
    }

    /// Drops the rows that are hidden. The rows begin with a word of theirs.
    mutating func remove(_ hidden: HiddenRows) {
        for i in words.indices { words[i] &= ~hidden.word(from: rows.lowerBound + i * 64) }
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Calls `body` with each chosen row in order.
    @inline(__always) func visit(_ body: (Int) -> Void) {
        for i in words.indices {
            var word = words[i]
            while word != 0 {
                body(rows.lowerBound + i * 64 + word.trailingZeroBitCount)
                word &= word - 1
            }
        }
    }

    private mutating func trim() {
        let over = words.count * 64 - rows.count
        if over > 0 { words[words.count - 1] &= .max >> UInt64(over) }
    }
}

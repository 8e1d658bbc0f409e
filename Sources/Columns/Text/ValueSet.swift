/// Values of a dictionary by index, in order: a bit for each.
struct ValueSet: Sequence {
    private var words: [UInt64]

    /// No value of so many.
    init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    @inline(__always) mutating func insert(_ index: Int) { words[index >> 6] |= 1 << UInt64(index & 63) }

    /// Adds the values of a bitmap; its first bit stands for `first`, a multiple of 64.
    mutating func unite(_ bitmap: UnsafeRawBufferPointer, first: Int) {
        for at in 0..<bitmap.count / 8 {
            words[first >> 6 + at] |= UInt64(littleEndian: bitmap.loadUnaligned(fromByteOffset: at * 8, as: UInt64.self))
        }
    }

    mutating func unite(_ other: ValueSet) { for at in words.indices { words[at] |= other.words[at] } }

    mutating func intersect(_ other: ValueSet) { for at in words.indices { words[at] &= other.words[at] } }

    mutating func subtract(_ other: ValueSet) { for at in words.indices { words[at] &= ~other.words[at] } }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Values in the set.
    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    func makeIterator() -> Iterator { Iterator(words: words) }

    /// Goes through the values.
    struct Iterator: IteratorProtocol {
        private let words: [UInt64]
        private var at = -1
        private var word: UInt64 = 0

        init(words: [UInt64]) { self.words = words }

        mutating func next() -> Int? {
            while word == 0 {
                at += 1
                if at == words.count {
                    at -= 1
                    return nil
                }
                word = words[at]
            }
            defer { word &= word - 1 }
            return at << 6 + word.trailingZeroBitCount
        }
    }
}

internal import Foundation
import KQL

/// The words of a stretch of a dictionary's values, in order of their bytes, each with the values that hold it.
///
/// Sixteen words are a block; a word is stored as what it does not share with the one before. `blocks` has for each block where its words
/// and their postings begin (two numbers of four bytes). For a word there are: bytes shared, bytes that follow, those bytes, values that
/// hold it; then for one value its number, for some of them the bytes of their list, which is in `postings` as differences, and for many
/// nothing: a bitmap of a bit for each value is in `postings`. All numbers are LEB128, values count from the beginning of the stretch.
struct WordTable {
    /// Words of a block.
    static let blockWords = 16
    /// Bytes of a word that are kept. The rest of a longer one has to be looked up in the text.
    static let longestWord = 64
    /// Stands behind the kept bytes of a word that is longer; no byte of UTF-8.
    static let cutMark: UInt8 = 0xff

    /// The values that it covers, by index; the first is a multiple of 64.
    let values: Range<Int>
    let blocks: UnsafeRawBufferPointer
    let words: UnsafeRawBufferPointer
    let postings: UnsafeRawBufferPointer

    /// Bytes of a bitmap of so many values.
    static func bitmapBytes(_ values: Int) -> Int { (values + 63) / 64 * 8 }

    /// Whether that many of so many values are stored as a bitmap, because a list would take as many bytes at least.
    static func isBitmap(_ count: Int, of values: Int) -> Bool { count > bitmapBytes(values) }

    /// Where the values of a word are.
    struct Posting {
        /// Values that hold the word.
        var count: Int
        /// The value, where there is one only; otherwise where its list or bitmap begins.
        var at: Int
        /// Bytes of the list or bitmap.
        var bytes: Int
    }

    /// Adds the values that have a word that passes to `sure`, and those that have a long word of which too little is kept to `maybe`.
    func find(_ pattern: WordPattern, _ stop: QueryStop, sure: inout ValueSet, maybe: inout ValueSet) {
        let kept = Array(pattern.beginning.prefix(Self.longestWord))
        if pattern.isWhole {
            let isLong = pattern.beginning.count > Self.longestWord
            let key = isLong ? kept + [Self.cutMark] : kept
            forEachWord(from: key) { word, posting in
                guard word.elementsEqual(key) else { return false }
                if isLong { add(posting, to: &maybe) } else { add(posting, to: &sure) }
                return false
            }
            return
        }
        var tried = 0
        forEachWord(from: kept) { word, posting in
            guard word.starts(with: kept) else { return false }
            tried += 1
            if tried & 1023 == 0, stop.isStopped { return false }
            if word.last == Self.cutMark {
                add(posting, to: &maybe)
            } else if pattern.matches(word.bindMemory(to: UInt8.self).span) {
                add(posting, to: &sure)
            }
            return true
        }
    }

    /// Whether any word may pass; for patterns that have a beginning.
    func mayHold(_ pattern: WordPattern) -> Bool {
        let kept = Array(pattern.beginning.prefix(Self.longestWord))
        let key = pattern.isWhole && pattern.beginning.count > Self.longestWord ? kept + [Self.cutMark] : kept
        var isThere = false
        forEachWord(from: key) { word, _ in
            isThere = pattern.isWhole ? word.elementsEqual(key) : word.starts(with: key)
            return false
        }
        return isThere
    }

    // MARK: Reading

    /// Calls `body` with each word from a key on until it says false.
    private func forEachWord(from key: [UInt8], _ body: (UnsafeRawBufferPointer, Posting) -> Bool) {
        withUnsafeTemporaryAllocation(byteCount: Self.longestWord + 1, alignment: 8) { word in
            for number in firstBlock(key)..<max(blockCount, 1) where number < blockCount {
                let start = block(number)
                var at = start.words
                var postingsAt = start.postings
                let end = number + 1 < blockCount ? block(number + 1).words : words.count
                var length = 0
                while at < end {
                    length = readWord(&at, into: word)
                    let posting = readPosting(&at, &postingsAt)
                    let current = UnsafeRawBufferPointer(rebasing: word[..<length])
                    if Self.precedes(current, key) { continue }
                    if !body(current, posting) { return }
                }
            }
        }
    }

    private var blockCount: Int { blocks.count / 8 }

    private func block(_ number: Int) -> (words: Int, postings: Int) {
        (
            Int(UInt32(littleEndian: blocks.loadUnaligned(fromByteOffset: number * 8, as: UInt32.self))),
            Int(UInt32(littleEndian: blocks.loadUnaligned(fromByteOffset: number * 8 + 4, as: UInt32.self)))
        )
    }

    /// The last block whose first word is not behind the key; 0 when there is none.
    private func firstBlock(_ key: [UInt8]) -> Int {
        var low = 0
        var high = blockCount
        withUnsafeTemporaryAllocation(byteCount: Self.longestWord + 1, alignment: 8) { word in
            while high - low > 1 {
                let middle = (low + high) / 2
                var at = block(middle).words
                let length = readWord(&at, into: word)
                let first = UnsafeRawBufferPointer(rebasing: word[..<length])
                if Self.precedes(first, key) || first.elementsEqual(key) { low = middle } else { high = middle }
            }
        }
        return low
    }

    /// Reads a word over the one before it and returns its length.
    @inline(__always) private func readWord(_ at: inout Int, into word: UnsafeMutableRawBufferPointer) -> Int {
        let shared = min(number(words, &at), word.count)
        let more = min(number(words, &at), word.count - shared, words.count - at)
        for index in 0..<more { word[shared + index] = words[at + index] }
        at += more
        return shared + more
    }

    @inline(__always) private func readPosting(_ at: inout Int, _ postingsAt: inout Int) -> Posting {
        let count = number(words, &at)
        if count == 1 { return Posting(count: 1, at: number(words, &at), bytes: 0) }
        let bytes = Self.isBitmap(count, of: values.count) ? Self.bitmapBytes(values.count) : number(words, &at)
        defer { postingsAt += bytes }
        return Posting(count: count, at: postingsAt, bytes: bytes)
    }

    /// Adds the values of a word.
    private func add(_ posting: Posting, to set: inout ValueSet) {
        if posting.count == 1 {
            set.insert(values.lowerBound + min(posting.at, values.count - 1))
            return
        }
        let start = min(posting.at, postings.count)
        let bytes = UnsafeRawBufferPointer(rebasing: postings[start..<min(start + posting.bytes, postings.count)])
        if Self.isBitmap(posting.count, of: values.count) { return set.unite(bytes, first: values.lowerBound) }
        var (at, value) = (0, -1)
        while at < bytes.count {
            value += number(bytes, &at) + 1
            set.insert(values.lowerBound + min(value, values.count - 1))
        }
    }

    /// A number of at most 32 bits.
    @inline(__always) private func number(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> Int {
        var value = 0
        var shift = 0
        while at < bytes.count, shift < 35 {
            let byte = bytes[at]
            at += 1
            value |= Int(byte & 0x7f) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return value
    }

    /// Whether a word comes before a key in the order of bytes.
    private static func precedes(_ word: UnsafeRawBufferPointer, _ key: [UInt8]) -> Bool {
        key.withUnsafeBytes { key in
            let common = min(word.count, key.count)
            guard common > 0, let left = word.baseAddress, let right = key.baseAddress else { return word.count < key.count }
            let order = memcmp(left, right, common)
            return order != 0 ? order < 0 : word.count < key.count
        }
    }
}

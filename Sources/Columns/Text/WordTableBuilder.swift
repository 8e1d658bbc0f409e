internal import Foundation
import KQL

/// Collects the words of the values of a dictionary and writes them as a ``WordTable``.
///
/// One thread uses it. Its memory is bounded: a dictionary with more words than ``mostPairs`` gets several tables.
final class WordTableBuilder {
    /// Words of all values, each counted once in a value, beyond which a table is full.
    static let mostPairs = 1 << 22
    /// Bytes of different words beyond which a table is full.
    static let mostWordBytes = 32 << 20

    private let mostPairs: Int
    private var words: DictionaryBuilder
    /// By code of the word: the last value that holds it (from 1), and how many do.
    @exclusivity(unchecked) private var last = Growing<UInt32>(capacity: 1024)
    @exclusivity(unchecked) private var counts = Growing<UInt32>(capacity: 1024)
    /// The codes of the words of each value, and where those of each value end.
    @exclusivity(unchecked) private var pairs = Growing<UInt32>(capacity: 4096)
    @exclusivity(unchecked) private var ends = Growing<UInt32>(capacity: 1024)

    init(mostPairs: Int = WordTableBuilder.mostPairs) {
        self.mostPairs = mostPairs
        words = DictionaryBuilder(width: 0, seed: .random(in: .min ... .max))
    }

    /// Values added.
    var count: Int { ends.count }

    /// Whether it is time to write; a table ends at a multiple of 64 values.
    var isFull: Bool { ends.count & 63 == 0 && (pairs.count >= mostPairs || words.byteCount >= Self.mostWordBytes) }

    /// Adds the words of the next value.
    func add(_ text: UnsafeRawBufferPointer) {
        let value = UInt32(truncatingIfNeeded: ends.count + 1)
        Words.forEachLowered(in: text.bindMemory(to: UInt8.self).span) { word in
            word.withUnsafeBytes { note($0, value) }
            return true
        }
        ends.append(UInt32(truncatingIfNeeded: pairs.count))
    }

    private func note(_ word: UnsafeRawBufferPointer, _ value: UInt32) {
        let code: UInt32
        if word.count <= WordTable.longestWord {
            code = words.code(of: word)
        } else {
            code = withUnsafeTemporaryAllocation(byteCount: WordTable.longestWord + 1, alignment: 8) { cut in
                cut.copyMemory(from: UnsafeRawBufferPointer(rebasing: word[..<WordTable.longestWord]))
                cut[WordTable.longestWord] = WordTable.cutMark
                return words.code(of: UnsafeRawBufferPointer(cut))
            }
        }
        let index = Int(code) - 1
        if index == counts.count {
            last.append(0)
            counts.append(0)
        }
        if last.base[index] == value { return }
        last.base[index] = value
        counts.base[index] += 1
        pairs.append(code)
    }

    /// The bytes of a table.
    struct Encoded: ~Copyable {
        var blocks = Growing<UInt8>()
        var words = Growing<UInt8>(capacity: 4096)
        var postings = Growing<UInt8>(capacity: 4096)
    }

    /// The table of what was added; forgets that.
    func finish() -> Encoded {
        var out = Encoded()
        let values = valuesByWord()
        defer { values.deallocate() }
        let table = words.view
        var starts = [Int](repeating: 0, count: counts.count + 1)
        for index in 0..<counts.count { starts[index + 1] = starts[index] + Int(counts.base[index]) }
        var previous = UnsafeRawBufferPointer(start: nil, count: 0)
        for (number, index) in sorted(table).enumerated() {
            let word = table.value(index)
            var shared = 0
            if number % WordTable.blockWords == 0 {
                Self.put(UInt32(truncatingIfNeeded: out.words.count), to: &out.blocks)
                Self.put(UInt32(truncatingIfNeeded: out.postings.count), to: &out.blocks)
            } else {
                while shared < min(previous.count, word.count), previous[shared] == word[shared] { shared += 1 }
            }
            Self.number(shared, to: &out.words)
            Self.number(word.count - shared, to: &out.words)
            out.words.append(UnsafeRawBufferPointer(rebasing: word[shared...]))
            let holders = UnsafeBufferPointer(rebasing: values[starts[index]..<starts[index + 1]])
            put(holders, to: &out)
            previous = word
        }
        removeAll()
        return out
    }

    /// The values of each word, one word after another; counted from 0.
    private func valuesByWord() -> UnsafeMutableBufferPointer<UInt32> {
        let values = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: max(pairs.count, 1))
        var next = [Int](repeating: 0, count: counts.count)
        var sum = 0
        for index in 0..<counts.count {
            next[index] = sum
            sum += Int(counts.base[index])
        }
        var at = 0
        next.withUnsafeMutableBufferPointer { next in
            for value in 0..<ends.count {
                while at < Int(ends.base[value]) {
                    let index = Int(pairs.base[at]) - 1
                    values[next[index]] = UInt32(truncatingIfNeeded: value)
                    next[index] += 1
                    at += 1
                }
            }
        }
        return values
    }

    /// The indices of the words in the order of their bytes. Most are told apart by the first eight, which are compared as a number.
    private func sorted(_ table: DictionaryView) -> [Int] {
        var keys = (0..<table.count).map { index -> (head: UInt64, index: UInt32) in
            let word = table.value(index)
            var head: UInt64 = 0
            for at in 0..<min(8, word.count) { head |= UInt64(word[at]) << UInt64(56 - 8 * at) }
            return (head, UInt32(truncatingIfNeeded: index))
        }
        keys.sort { a, b in
            if a.head != b.head { return a.head < b.head }
            let (left, right) = (table.value(Int(a.index)), table.value(Int(b.index)))
            let common = min(left.count, right.count)
            guard common > 0, let first = left.baseAddress, let second = right.baseAddress else { return left.count < right.count }
            let order = memcmp(first, second, common)
            return order != 0 ? order < 0 : left.count < right.count
        }
        return keys.map { Int($0.index) }
    }

    private func put(_ holders: UnsafeBufferPointer<UInt32>, to out: inout Encoded) {
        Self.number(holders.count, to: &out.words)
        if holders.count == 1 { return Self.number(Int(holders[0]), to: &out.words) }
        let start = out.postings.count
        if WordTable.isBitmap(holders.count, of: count) {
            out.postings.fill(to: start + WordTable.bitmapBytes(count), with: 0)
            for value in holders { out.postings.base[start + Int(value) / 8] |= 1 << UInt8(value & 7) }
            return
        }
        var previous = -1
        for value in holders {
            Self.number(Int(value) - previous - 1, to: &out.postings)
            previous = Int(value)
        }
        Self.number(out.postings.count - start, to: &out.words)
    }

    private func removeAll() {
        words.removeAll(seed: .random(in: .min ... .max), plainAfter: 0)
        last.shorten(to: 0)
        counts.shorten(to: 0)
        pairs.shorten(to: 0)
        ends.shorten(to: 0)
    }

    @inline(__always) private static func number(_ value: Int, to out: inout Growing<UInt8>) {
        var rest = UInt64(truncatingIfNeeded: value)
        while rest >= 0x80 {
            out.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        out.append(UInt8(truncatingIfNeeded: rest))
    }

    private static func put(_ value: UInt32, to out: inout Growing<UInt8>) {
        withUnsafeBytes(of: value.littleEndian) { out.append($0) }
    }
}

import Model
import TestKit
import Testing

@testable import Columns

/// The small parts that the columns are made of.
@Suite struct PartsTests {
    @Test(arguments: [0, 1, 63, 64, 65, 130, 4096]) func `A selection is a set of rows`(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        for start in [0, 4096, 8192] {
            let rows = start..<start + count
            let (a, b) = (rows.filter { _ in Bool.random(using: &random) }, rows.filter { _ in Bool.random(using: &random) })
            func expect(_ selection: Selection, _ wanted: [Int]) {
                var found: [Int] = []
                selection.visit { found.append($0) }
                #expect(found == wanted && selection.count == wanted.count && selection.isEmpty == wanted.isEmpty)
            }
            let setA = Set(a)
            var selection = Self.selection(a, of: rows)
            expect(selection, a)
            selection.invert()
            expect(selection, rows.filter { !setA.contains($0) })
            selection.unite(Self.selection(a, of: rows))
            expect(selection, Array(rows))
            selection.intersect(Self.selection(b, of: rows))
            expect(selection, b)
            selection.keep { !setA.contains($0) }
            expect(selection, b.filter { !setA.contains($0) })
            selection.setAll()
            expect(selection, Array(rows))
            selection.begin(rows)
            expect(selection, [])
            selection.unite(Self.selection(b, of: rows))
            selection.clear()
            expect(selection, [])
        }
    }

    @Test func `A table of counts keeps every key while it grows`() {
        var random = SeededGenerator(seed: 8)
        var table = CountTable(capacity: 1)
        var known: [CountTable.Key: Int] = [:]
        for _ in 0..<20_000 {
            // Keys that differ in one number only, and in all.
            let low = UInt32.random(in: 0..<90, using: &random)
            let key: CountTable.Key = Bool.random(using: &random) ? [low, 0, 0, 0] : [0, low, low / 9, .max - low % 7]
            let amount = Int.random(in: 1...3, using: &random)
            table.add(amount, to: key)
            known[key, default: 0] += amount
            let rare: CountTable.Key = [.random(in: .min ... .max, using: &random), 1, 2, 3]
            table.add(1, to: rare)
            known[rare, default: 0] += 1
        }
        var found: [CountTable.Key: Int] = [:]
        table.visit { found[$0, default: 0] += $1 }
        #expect(found == known && table.count == known.count)
    }

    @Test func `A dictionary numbers its values in the order in which they came`() {
        let dictionary = DictionaryBuilder(width: 0, seed: 9)
        // The empty value, values that begin alike or hold zeros, and more than the first tables hold.
        var values = [""] + (1...40).map { String(repeating: "a", count: $0) } + (1...20).map { String(repeating: "\0", count: $0) }
        values += (0..<3000).flatMap { ["\($0)", "a long beginning that is the same \($0)"] }
        for _ in 0..<2 { for (index, value) in values.enumerated() { #expect(Self.code(value, dictionary) == UInt32(index + 1)) } }
        let view = dictionary.view
        #expect(view.count == values.count)
        for (index, value) in values.enumerated() {
            #expect(view.value(index).elementsEqual(value.utf8) && view.counts[index] == 2)
            #expect(Array(value.utf8).withUnsafeBytes { view.code(of: $0) } == UInt32(index + 1))
        }
        for absent in ["b", "aaab", "3000", "a long beginning that is the same", String(repeating: "\0", count: 21)] {
            #expect(Array(absent.utf8).withUnsafeBytes { view.code(of: $0) } == 0)
        }
    }

    @Test(arguments: [1, 8, 16]) func `A dictionary of one width keeps no lengths`(width: Int) {
        let dictionary = DictionaryBuilder(width: width, seed: 10)
        let values = (0..<(width == 1 ? 256 : 2000)).map { number in
            (0..<width).map { UInt8(truncatingIfNeeded: $0 == 0 ? number : number >> 8) }
        }
        let codes = values.map { value in value.withUnsafeBytes { dictionary.code(of: $0) } }
        #expect(codes == (1...values.count).map { UInt32($0) })
        #expect(dictionary.view.offsets == nil)
        for (index, value) in values.enumerated() { #expect(dictionary.view.value(index).elementsEqual(value)) }
    }

    @Test func `A column holds rows with none, one and several values`() {
        var random = SeededGenerator(seed: 11)
        for firstList in [0, 1, 40, 1000] {
            let column = ColumnBuilder(.keyword, seed: 12)
            var rows: [[String]] = []
            for row in 0..<100 {
                let most = row >= firstList ? 4 : 1
                rows.append((0..<Int.random(in: 0...most, using: &random)).map { _ in "\(Int.random(in: 0..<5, using: &random))" })
            }
            Self.append(rows, to: column)
            column.pad(to: rows.count)
            let view = column.view
            #expect((view.ends != nil) == (firstList < 100))
            for (row, wanted) in rows.enumerated() {
                let codes = view.positions(of: row).map { view.code(at: $0) }.filter { $0 != 0 }
                #expect(codes.map { String(decoding: view.dictionary.value($0 - 1), as: UTF8.self) } == wanted)
                var distinct: [Int] = []
                view.forEachDistinct(in: row) { distinct.append($0 + 1) }
                #expect(Set(distinct) == Set(codes) && distinct.count == Set(codes).count)
            }
        }
    }

    @Test func `A column of values that come once is plain until a row has two`() {
        let column = ColumnBuilder(.keyword, seed: 13, plainAfter: 256)
        var rows = (0..<1000).map { ["\($0)"] }
        Self.append(rows, to: column)
        #expect(!column.view.dictionary.isIndexed)
        // The same values again have numbers of their own now.
        Self.append(rows, from: 1000, to: column)
        #expect(column.view.dictionary.count > 1500)
        Self.append([["7", "8", "7"], []], from: 2000, to: column)
        rows += rows + [["7", "8", "7"], []]
        column.pad(to: rows.count)
        let view = column.view
        #expect(view.dictionary.isIndexed && view.dictionary.count == 1000)
        for (row, wanted) in rows.enumerated() {
            let codes = view.positions(of: row).map { view.code(at: $0) }.filter { $0 != 0 }
            #expect(codes.map { String(decoding: view.dictionary.value($0 - 1), as: UTF8.self) } == wanted)
        }
        var distinct = 0
        view.forEachDistinct(in: 2000) { _ in distinct += 1 }
        #expect(distinct == 2)
    }

    @Test func `A column of few values, or of addresses, is never plain`() {
        let few = ColumnBuilder(.keyword, seed: 14, plainAfter: 256)
        Self.append((0..<1000).map { ["\($0 % 100)"] }, to: few)
        #expect(few.view.dictionary.isIndexed && few.view.dictionary.count == 100)
        let addresses = ColumnBuilder(.ip, seed: 15, plainAfter: 256)
        Self.append((0..<1000).map { [String(repeating: "0", count: 12) + "\(1000 + $0)"] }, to: addresses)
        #expect(addresses.view.dictionary.isIndexed)
    }

    @Test func `Division rounds down`() {
        for a: Int64 in -20...20 {
            for b: Int64 in 1...7 { #expect(floorDivide(a, b) == Int64((Double(a) / Double(b)).rounded(.down))) }
        }
        #expect(floorDivide(.min, 1000) == -9_223_372_036_854_776)
        #expect(floorDivide(.max, 1) == .max)
    }

    private static func selection(_ chosen: [Int], of rows: Range<Int>) -> Selection {
        let set = Set(chosen)
        var selection = Selection()
        selection.begin(rows)
        selection.fill { set.contains($0) }
        return selection
    }

    private static func append(_ rows: [[String]], from first: Int = 0, to column: ColumnBuilder) {
        let text = Array(rows.joined().joined().utf8)
        text.withUnsafeBytes { bytes in
            var at = 0
            var cells: [Cell] = []
            for (row, values) in rows.enumerated() {
                for value in values {
                    cells.append(Cell(UnsafeRawBufferPointer(rebasing: bytes[at..<at + value.utf8.count]), row: first + row))
                    at += value.utf8.count
                }
            }
            cells.withUnsafeBufferPointer { column.append($0) }
        }
    }

    private static func code(_ value: String, _ dictionary: DictionaryBuilder) -> UInt32 {
        Array(value.utf8).withUnsafeBytes { dictionary.code(of: $0) }
    }
}

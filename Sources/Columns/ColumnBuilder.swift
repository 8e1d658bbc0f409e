internal import Foundation
import Model

/// Collects one field of the rows of a segment.
///
/// One thread changes it, under the store's lock; exclusive access is not checked again for every value, which cost a third of the time.
final class ColumnBuilder {
    @exclusivity(unchecked) private(set) var dictionary: DictionaryBuilder
    private var seed: UInt64
    private let plainAfter: Int
    @exclusivity(unchecked) private var codes = Growing<UInt32>(capacity: 1024)
    /// Where each row's codes end, once a row has held two.
    @exclusivity(unchecked) private var ends = Growing<UInt32>(capacity: 1)
    @exclusivity(unchecked) private(set) var isList = false
    /// Rows begun, up to the last one that has the field.
    @exclusivity(unchecked) private var rows = 0

    init(_ type: FieldType, seed: UInt64, plainAfter: Int = 0) {
        self.seed = seed
        self.plainAfter = plainAfter
        dictionary = DictionaryBuilder(width: Self.width(of: type), seed: seed, plainAfter: plainAfter)
    }

    /// Bytes of a stored value of that type; 0 when they differ.
    static func width(of type: FieldType) -> Int {
        switch type {
        case .keyword, .text, .label: 0
        case .ip: 16
        case .integer, .number, .date, .geoPoint: 8
        case .boolean: 1
        }
    }

    /// Whether no row has a value.
    var isEmpty: Bool { dictionary.count == 0 }

    /// Bytes in use.
    var byteCount: Int { dictionary.byteCount + codes.bytes + ends.bytes }

    /// Bytes of memory held.
    var heldBytes: Int { dictionary.heldBytes + codes.heldBytes + ends.heldBytes }

    /// Forgets all rows and keeps the memory.
    func removeAll(seed: UInt64) {
        self.seed = seed
        dictionary.removeAll(seed: seed, plainAfter: plainAfter)
        codes.shorten(to: 0)
        ends.shorten(to: 0)
        isList = false
        rows = 0
    }

    /// Adds values; rows come in order, and one row may have several.
    func append(_ cells: UnsafeBufferPointer<Cell>) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: DictionaryBuilder.chunk) { numbers in
            for start in stride(from: 0, to: cells.count, by: DictionaryBuilder.chunk) {
                let chunk = UnsafeBufferPointer(rebasing: cells[start..<min(start + DictionaryBuilder.chunk, cells.count)])
                if dictionary.isPlain, hasSecond(chunk) { numberAnew() }
                dictionary.number(chunk, into: numbers)
                for index in chunk.indices { append(numbers[index], row: Int(chunk[index].row)) }
            }
        }
    }

    @inline(__always) private func append(_ code: UInt32, row: Int) {
        pad(to: row)
        guard rows == row else { return appendSecond(code) }
        codes.append(code)
        if isList { ends.append(UInt32(truncatingIfNeeded: codes.count)) }
        rows += 1
    }

    /// Whether a row has two of these values, or one of them and one from before.
    private func hasSecond(_ cells: UnsafeBufferPointer<Cell>) -> Bool {
        var last = rows - 1
        for cell in cells {
            if Int(cell.row) == last { return true }
            last = Int(cell.row)
        }
        return false
    }

    /// Gives equal values equal numbers again, and from now on: the values of one row are compared by their numbers.
    private func numberAnew() {
        let plain = dictionary
        dictionary = DictionaryBuilder(width: plain.width, seed: seed)
        withExtendedLifetime(plain) {
            let view = plain.view
            for index in 0..<codes.count where codes.base[index] != 0 {
                codes.base[index] = dictionary.code(of: view.value(Int(codes.base[index]) - 1))
            }
        }
    }

    /// Completes the column to that many rows.
    @inline(__always) func pad(to wanted: Int) {
        guard rows < wanted else { return }
        if isList { ends.fill(to: wanted, with: UInt32(truncatingIfNeeded: codes.count)) } else { codes.fill(to: wanted, with: 0) }
        rows = wanted
    }

    private func appendSecond(_ code: UInt32) {
        if !isList {
            // Rows without the field have no code in a list.
            isList = true
            let old = codes.count
            var kept = 0
            for row in 0..<old {
                let code = codes.base[row]
                if code != 0 {
                    codes.base[kept] = code
                    kept += 1
                }
                ends.append(UInt32(truncatingIfNeeded: kept))
            }
            codes.shorten(to: kept)
        }
        codes.append(code)
        ends.base[rows - 1] = UInt32(truncatingIfNeeded: codes.count)
    }

    /// Codes in all rows.
    var codeCount: Int { codes.count }

    /// The column as queries see it, valid until the next change; padded to the segment's rows before.
    var view: ColumnView {
        ColumnView(
            dictionary: dictionary.view, width: .four, codes: UnsafeRawPointer(codes.base), ends: isList ? UnsafePointer(ends.base) : nil)
    }
}

internal import Foundation
import Model

/// Collects one field of the rows of a segment.
///
/// One thread changes it, under the store's lock; exclusive access is not checked again for every value, which cost a third of the time.
final class ColumnBuilder {
    let dictionary: DictionaryBuilder
    @exclusivity(unchecked) private var codes = Growing<UInt32>(capacity: 1024)
    /// Where each row's codes end, once a row has held two.
    @exclusivity(unchecked) private var ends = Growing<UInt32>(capacity: 1)
    @exclusivity(unchecked) private(set) var isList = false
    /// Rows begun, up to the last one that has the field.
    @exclusivity(unchecked) private var rows = 0
    @exclusivity(unchecked) private var lastCode: UInt32 = 0

    init(_ type: FieldType, seed: UInt64) { dictionary = DictionaryBuilder(width: Self.width(of: type), seed: seed) }

    /// Bytes of a stored value of that type; 0 when they differ.
    static func width(of type: FieldType) -> Int {
        switch type {
        case .keyword, .text, .label: 0
        case .ip: 16
        case .integer, .number, .date, .geoPoint: 8
        case .boolean: 1
        }
    }

    var byteCount: Int { dictionary.byteCount + codes.bytes + ends.bytes }

    /// Adds a value of the row; rows come in order.
    @inline(__always) func append(_ value: UnsafeRawBufferPointer, row: Int) {
        pad(to: row)
        if lastCode != 0, dictionary.isEqual(lastCode, value) {
            dictionary.countAgain(lastCode)
        } else {
            lastCode = dictionary.code(of: value)
        }
        if rows == row {
            codes.append(lastCode)
            if isList { ends.append(UInt32(truncatingIfNeeded: codes.count)) }
            rows += 1
        } else {
            appendSecond()
        }
    }

    /// Completes the column to that many rows.
    func pad(to wanted: Int) {
        guard rows < wanted else { return }
        if isList { ends.fill(to: wanted, with: UInt32(truncatingIfNeeded: codes.count)) } else { codes.fill(to: wanted, with: 0) }
        rows = wanted
    }

    private func appendSecond() {
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
        codes.append(lastCode)
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

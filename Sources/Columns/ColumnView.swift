/// One field of a segment's rows: codes of its dictionary, 0 where the row lacks it.
struct ColumnView {
    /// Bytes of a code.
    enum Width: UInt8 {
        case one = 1
        case two = 2
        case four = 4
    }

    let dictionary: DictionaryView
    let width: Width
    let codes: UnsafeRawPointer
    /// For fields with several values in a row: where each row's codes end. Otherwise each row has one code.
    let ends: UnsafePointer<UInt32>?

    /// The code at a position of ``codes``.
    @inline(__always) func code(at position: Int) -> Int {
        switch width {
        case .one: Int(codes.load(fromByteOffset: position, as: UInt8.self))
        case .two: Int(codes.load(fromByteOffset: position * 2, as: UInt16.self))
        case .four: Int(codes.load(fromByteOffset: position * 4, as: UInt32.self))
        }
    }

    /// Values of a row that are compared with one another to find the distinct ones.
    private static let fewValues = 32

    /// The positions of a row's codes.
    @inline(__always) func positions(of row: Int) -> Range<Int> {
        guard let ends else { return row..<row + 1 }
        return (row == 0 ? 0 : Int(ends[row - 1]))..<Int(ends[row])
    }

    /// Calls `body` with the index of each distinct value of a row.
    @inline(__always) func forEachDistinct(in row: Int, _ body: (Int) -> Void) {
        guard ends != nil else {
            let code = code(at: row)
            if code != 0 { body(code - 1) }
            return
        }
        let positions = positions(of: row)
        if positions.count > Self.fewValues {
            // One row with thousands of values must not cost their square.
            for code in Set(positions.map(code)) { body(code - 1) }
            return
        }
        next: for position in positions {
            let code = code(at: position)
            for earlier in positions.lowerBound..<position where self.code(at: earlier) == code { continue next }
            body(code - 1)
        }
    }
}

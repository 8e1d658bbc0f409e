import Model

/// Walks an event's packed pairs (layout: ``Model/EventBatch``) and shows each value to the tests of its field.
enum RowScan {
    static func scan(_ bytes: Span<UInt8>, _ plan: Plan, _ found: inout Found) {
        // Both are looked up for every pair: through spans, so that they are not retained each time.
        let types = plan.types.span
        let starts = plan.starts.span
        var at = 0
        while at < bytes.count {
            guard let number = LEB128.read(bytes, &at), number < UInt64(types.count), let type = types[Int(number)] else { return }
            let tests = Int(starts[Int(number)])..<Int(starts[Int(number) + 1])
            switch type {
            case .keyword, .text:
                guard let text = slice(bytes, &at) else { return }
                for i in tests where !found.contains(plan.tests[i].leaf) {
                    if plan.tests[i].test.matches(bytes.extracting(text)) { found.insert(plan.tests[i].leaf) }
                }
            case .label:
                guard let key = slice(bytes, &at), let text = slice(bytes, &at) else { return }
                for i in tests where plan.tests[i].test.matches(label: bytes.extracting(key), bytes.extracting(text)) {
                    found.insert(plan.tests[i].leaf)
                }
            case .integer:
                guard let zigzag = LEB128.read(bytes, &at) else { return }
                let value = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
                for i in tests where plan.tests[i].test.matches(value) { found.insert(plan.tests[i].leaf) }
            case .ip:
                guard bytes.count - at >= 16 else { return }
                for i in tests {
                    let address = IPAddress(high: fixed(bytes, at).byteSwapped, low: fixed(bytes, at + 8).byteSwapped)
                    if plan.tests[i].test.matches(address) { found.insert(plan.tests[i].leaf) }
                }
                at += 16
            case .date, .number, .geoPoint:
                guard bytes.count - at >= 8 else { return }
                for i in tests {
                    let bits = fixed(bytes, at)
                    let test = plan.tests[i].test
                    let isFound =
                        type == .number ? test.matches(Double(bitPattern: bits)) : test.matches(Int64(bitPattern: bits))
                    if isFound { found.insert(plan.tests[i].leaf) }
                }
                at += 8
            case .boolean:
                guard at < bytes.count else { return }
                for i in tests where plan.tests[i].test.matches(bytes[at] != 0) { found.insert(plan.tests[i].leaf) }
                at += 1
            }
        }
    }

    /// The range of a text behind its length; nil when it is cut.
    @inline(__always) private static func slice(_ bytes: Span<UInt8>, _ at: inout Int) -> Range<Int>? {
        guard let length = LEB128.read(bytes, &at), length <= UInt64(bytes.count - at) else { return nil }
        let start = at
        at += Int(length)
        return start..<at
    }

    /// Eight bytes, little-endian.
    @inline(__always) private static func fixed(_ bytes: Span<UInt8>, _ at: Int) -> UInt64 {
        var value: UInt64 = 0
        for i in 0..<8 { value |= UInt64(bytes[at + i]) << UInt64(8 * i) }
        return value
    }
}

/// One event inside a batch: a view that reads the packed pairs in place.
///
/// Holds a reference to the batch's buffer, so it stays valid when the batch changes (which then copies its buffer: do not keep
/// rows while appending).
public struct EventRow: Sendable {
    /// The buffer of the batch.
    public let bytes: [UInt8]
    /// Where the row begins in the buffer.
    public let start: Int
    /// Where the row ends in the buffer.
    public let end: Int

    /// A view of part of a batch's buffer.
    @inlinable public init(bytes: [UInt8], start: Int, end: Int) {
        self.bytes = bytes
        self.start = start
        self.end = end
    }

    /// Where one value lies: the pair from `start` to `end`, the value from `value` on.
    public struct Pair: Sendable {
        public let field: Field
        /// Offset of the field number.
        public let start: Int
        /// Offset of the value: for keyword, text and label behind the first length.
        public let value: Int
        /// Offset behind the value.
        public let end: Int
    }

    /// The pair that begins at `offset`, or nil at the end of the row or where the bytes are not a pair (damaged data).
    public func pair(at offset: Int) -> Pair? {
        guard offset < end else { return nil }
        var at = offset
        guard let number = readNumber(&at), let raw = UInt16(exactly: number), let field = Field(rawValue: raw) else { return nil }
        var value = at
        switch field.type {
        case .keyword, .text:
            guard let length = readNumber(&at), length <= UInt64(end - at) else { return nil }
            value = at
            at += Int(length)
        case .label:
            guard let keyLength = readNumber(&at), keyLength <= UInt64(end - at) else { return nil }
            value = at
            at += Int(keyLength)
            guard let length = readNumber(&at), length <= UInt64(end - at) else { return nil }
            at += Int(length)
        case .integer:
            guard readNumber(&at) != nil else { return nil }
        case .ip: at += 16
        case .number, .date, .geoPoint: at += 8
        case .boolean: at += 1
        }
        return at <= end ? Pair(field: field, start: offset, value: value, end: at) : nil
    }

    /// The first pair of that field.
    public func first(_ field: Field) -> Pair? {
        var at = start
        while let pair = pair(at: at) {
            if pair.field == field { return pair }
            at = pair.end
        }
        return nil
    }

    /// Calls `body` with each pair in order.
    public func visit(_ body: (Pair) -> Void) {
        var at = start
        while let pair = pair(at: at) {
            body(pair)
            at = pair.end
        }
    }

    /// Whether every byte of the row belongs to a pair.
    public var isWellFormed: Bool {
        var at = start
        while let pair = pair(at: at) { at = pair.end }
        return at == end
    }

    // MARK: Values

    /// The bytes of a keyword or text value.
    public func utf8(_ pair: Pair) -> ArraySlice<UInt8> { bytes[pair.value..<pair.end] }

    /// The first keyword or text value of that field.
    public func string(_ field: Field) -> String? {
        first(field).map { String(decoding: bytes[$0.value..<$0.end], as: UTF8.self) }
    }

    /// All keyword or text values of that field.
    public func strings(_ field: Field) -> [String] {
        var found: [String] = []
        visit { if $0.field == field { found.append(String(decoding: bytes[$0.value..<$0.end], as: UTF8.self)) } }
        return found
    }

    /// The first address of that field.
    public func ip(_ field: Field) -> IPAddress? { first(field).map(ip) }

    /// The address at a pair.
    public func ip(_ pair: Pair) -> IPAddress {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for i in 0..<8 { high = high << 8 | UInt64(bytes[pair.value + i]) }
        for i in 8..<16 { low = low << 8 | UInt64(bytes[pair.value + i]) }
        return IPAddress(high: high, low: low)
    }

    /// The first whole number of that field.
    public func integer(_ field: Field) -> Int64? { first(field).map(integer) }

    /// The whole number at a pair.
    public func integer(_ pair: Pair) -> Int64 {
        var at = pair.value
        let zigzag = readNumber(&at) ?? 0
        return Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
    }

    /// The first instant of that field.
    public func date(_ field: Field) -> Timestamp? { first(field).map(date) }

    /// The instant at a pair.
    public func date(_ pair: Pair) -> Timestamp { Timestamp(microseconds: Int64(bitPattern: readFixed(pair.value))) }

    /// The first floating-point number of that field.
    public func number(_ field: Field) -> Double? { first(field).map(number) }

    /// The floating-point number at a pair.
    public func number(_ pair: Pair) -> Double { Double(bitPattern: readFixed(pair.value)) }

    /// The first truth value of that field.
    public func boolean(_ field: Field) -> Bool? { first(field).map { bytes[$0.value] != 0 } }

    /// The truth value at a pair.
    public func boolean(_ pair: Pair) -> Bool { bytes[pair.value] != 0 }

    /// The first point of that field.
    public func point(_ field: Field) -> GeoPoint? { first(field).map(point) }

    /// The point at a pair.
    public func point(_ pair: Pair) -> GeoPoint {
        let bits = readFixed(pair.value)
        return GeoPoint(
            latitude: Float(bitPattern: UInt32(truncatingIfNeeded: bits)),
            longitude: Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 32)))
    }

    /// The key and text of a label.
    public func label(_ pair: Pair) -> (key: String, text: String) {
        var lengthAt = pair.start
        _ = readNumber(&lengthAt)
        let keyLength = Int(readNumber(&lengthAt) ?? 0)
        var at = pair.value + keyLength
        let key = String(decoding: bytes[pair.value..<at], as: UTF8.self)
        _ = readNumber(&at)
        return (key, String(decoding: bytes[at..<pair.end], as: UTF8.self))
    }

    @inline(__always) private func readNumber(_ at: inout Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < end, shift < 64 {
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    private func readFixed(_ at: Int) -> UInt64 {
        var value: UInt64 = 0
        for i in (0..<8).reversed() { value = value << 8 | UInt64(bytes[at + i]) }
        return value
    }
}

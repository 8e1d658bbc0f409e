public import Model

/// Reads values from the bytes of a dictionary.
enum StoredValue {
    /// Eight bytes, little-endian.
    static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        bytes.count == 8 ? Int64(littleEndian: bytes.loadUnaligned(as: Int64.self)) : 0
    }

    static func address(_ bytes: UnsafeRawBufferPointer) -> IPAddress {
        guard bytes.count == 16 else { return IPAddress(high: 0, low: 0) }
        return IPAddress(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    /// The key and the text of a label, which are stored as in a row.
    static func label(_ bytes: UnsafeRawBufferPointer) -> (key: UnsafeRawBufferPointer, text: UnsafeRawBufferPointer) {
        var at = 0
        let key = slice(bytes, &at)
        return (key, slice(bytes, &at))
    }

    private static func slice(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> UnsafeRawBufferPointer {
        let length = LEB128.read(bytes.bindMemory(to: UInt8.self).span, &at) ?? 0
        let start = at
        at += Int(min(length, UInt64(bytes.count - at)))
        return UnsafeRawBufferPointer(rebasing: bytes[start..<at])
    }

    /// The value for people and programs.
    static func value(_ bytes: UnsafeRawBufferPointer, _ type: FieldType) -> ColumnValue {
        switch type {
        case .keyword, .text: return .text(String(decoding: bytes, as: UTF8.self))
        case .label:
            let (key, text) = label(bytes)
            return .label(key: String(decoding: key, as: UTF8.self), text: String(decoding: text, as: UTF8.self))
        case .ip: return .address(address(bytes))
        case .integer: return .integer(integer(bytes))
        case .date: return .date(Timestamp(microseconds: integer(bytes)))
        case .number: return .number(Double(bitPattern: UInt64(bitPattern: integer(bytes))))
        case .boolean: return .boolean(bytes.first != 0)
        case .geoPoint:
            let bits = UInt64(bitPattern: integer(bytes))
            return .point(
                GeoPoint(
                    latitude: Float(bitPattern: UInt32(truncatingIfNeeded: bits)),
                    longitude: Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 32))))
        }
    }
}

/// A value of a field, as an answer gives it.
public enum ColumnValue: Hashable, Sendable, CustomStringConvertible {
    case text(String)
    case label(key: String, text: String)
    case address(IPAddress)
    case integer(Int64)
    case number(Double)
    case date(Timestamp)
    case boolean(Bool)
    case point(GeoPoint)

    public var description: String {
        switch self {
        case .text(let text): text
        case .label(let key, let text): "\(key)=\(text)"
        case .address(let address): "\(address)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .date(let time): time.iso8601
        case .boolean(let value): "\(value)"
        case .point(let point): "\(point.latitude),\(point.longitude)"
        }
    }
}

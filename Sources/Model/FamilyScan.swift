extension EventBatch {
    /// Calls `body` with the event time and the family of each row, in order.
    ///
    /// A row's first `event.family` counts; without one, or with another value, it is a record. What is looked for stands near the front of a
    /// row, and nothing behind it is read: the journal asks this of every event that it stores.
    public func scanTimesAndFamilies(_ body: (_ time: Timestamp?, _ family: EventFamily) -> Void) {
        let time = UInt64(Field.timestamp.rawValue)
        let family = UInt64(Field.eventFamily.rawValue)
        PairForm.byField.withUnsafeBufferPointer { forms in
            bytes.withUnsafeBufferPointer { bytes in
                var start = 0
                for end in rowEnds {
                    var at = start
                    var foundTime: Timestamp?
                    var foundFamily: EventFamily?
                    while at < end, foundTime == nil || foundFamily == nil, let number = Self.number(bytes, &at, end) {
                        guard number < UInt64(forms.count) else { break }
                        let value = at
                        guard forms[Int(number)].skip(bytes, &at, end) else { break }
                        if number == time {
                            if foundTime == nil { foundTime = Self.time(bytes, value) }
                        } else if number == family, foundFamily == nil {
                            var textAt = value
                            guard Self.number(bytes, &textAt, end) != nil else { break }
                            foundFamily = EventFamily(stored: UnsafeBufferPointer(rebasing: bytes[textAt..<at]))
                        }
                    }
                    body(foundTime, foundFamily ?? .record)
                    start = end
                }
            }
        }
    }

    @inline(__always) private static func time(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> Timestamp {
        Timestamp(microseconds: Int64(littleEndian: UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: at, as: Int64.self)))
    }

    @inline(__always) fileprivate static func number(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int, _ end: Int) -> UInt64? {
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
}

/// How long a value of a field is.
private enum PairForm: UInt8 {
    case unknown, text, label, number, address, eight, one

    /// By field number.
    static let byField: [PairForm] = {
        let count = Int(Field.allCases.map(\.rawValue).max() ?? 0) + 1
        var forms = [PairForm](repeating: .unknown, count: count)
        for field in Field.allCases {
            forms[Int(field.rawValue)] =
                switch field.type {
                case .keyword, .text: .text
                case .label: .label
                case .integer: .number
                case .ip: .address
                case .number, .date, .geoPoint: .eight
                case .boolean: .one
                }
        }
        return forms
    }()

    /// Goes behind a value; false where the bytes are none.
    @inline(__always) func skip(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int, _ end: Int) -> Bool {
        switch self {
        case .unknown: return false
        case .text: return Self.skipText(bytes, &at, end)
        case .label: return Self.skipText(bytes, &at, end) && Self.skipText(bytes, &at, end)
        case .number: return EventBatch.number(bytes, &at, end) != nil
        case .address: at += 16
        case .eight: at += 8
        case .one: at += 1
        }
        return at <= end
    }

    @inline(__always) private static func skipText(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int, _ end: Int) -> Bool {
        guard let length = EventBatch.number(bytes, &at, end), length <= UInt64(end - at) else { return false }
        at += Int(length)
        return true
    }
}

import Model

/// What enrichment needs to know of a row, collected in one pass over its pairs.
struct RowScan {
    /// One end of the event.
    struct End {
        var address: IPAddress?
        var country = CountryCode.none
        var countryName: Range<Int>?
        var location: GeoPoint?
        /// Bits by ``Interest`` of the place's fields that the record itself has.
        var stated: UInt16 = 0

        func states(_ interest: Interest) -> Bool { stated & 1 << UInt16(interest.rawValue) != 0 }
    }

    /// Fields that matter; the first ten exist for both ends.
    enum Interest: UInt8 {
        case none, address, country, countryName, region, city, location, accuracy, asNumber, asName, placement
        case port, transport, `protocol`, application
        case observerName, observerIP, observerLocation, observerCity, observerCountry
        case family, dataset, technique, techniqueName, tactic
    }

    var source = End()
    var destination = End()
    /// Bits by ``Interest`` of the fields that are there, those of the two ends left out.
    private var present: UInt32 = 0
    var port: UInt16?
    var transport = ServiceNames.Transport.unstated
    var observerName: Range<Int>?
    var observerAddress: IPAddress?
    var observerLocation: GeoPoint?
    var dataset: Range<Int>?
    var isAttack = false
    var techniques: [Range<Int>] = []

    func has(_ interest: Interest) -> Bool { present & 1 << UInt32(interest.rawValue) != 0 }

    /// Reads the row; nil when its bytes are not whole pairs.
    init?(_ row: Span<UInt8>, _ plan: ScanPlan) {
        var at = 0
        while at < row.count {
            guard let number = LEB128.read(row, &at), number < UInt64(plan.steps.count) else { return nil }
            let step = plan.steps[Int(number)]
            guard let kind = step.kind, let value = Self.value(row, &at, kind) else { return nil }
            guard step.interest != .none else { continue }
            switch step.side {
            case .source: source.take(step.interest, row, value)
            case .destination: destination.take(step.interest, row, value)
            case nil: take(step.interest, row, value)
            }
        }
    }

    private mutating func take(_ interest: Interest, _ row: Span<UInt8>, _ value: Range<Int>) {
        present |= 1 << UInt32(interest.rawValue)
        switch interest {
        case .port: port = UInt16(exactly: Self.integer(row, value))
        case .transport: transport = Self.transport(row.extracting(value))
        case .observerName: observerName = observerName ?? value
        case .observerIP: observerAddress = observerAddress ?? Self.address(row, value)
        case .observerLocation: observerLocation = observerLocation ?? Self.point(row, value)
        case .family: isAttack = Self.equals(row.extracting(value), "attack")
        case .dataset: dataset = dataset ?? value
        case .technique: if techniques.count < 16 { techniques.append(value) }
        default: break
        }
    }

    private static func transport(_ text: Span<UInt8>) -> ServiceNames.Transport {
        equals(text, "tcp") ? .tcp : equals(text, "udp") ? .udp : .other
    }

    static func equals(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        guard text.count == word.utf8CodeUnitCount else { return false }
        for i in text.indices where text[i] != word.utf8Start[i] { return false }
        return true
    }
}

extension RowScan.End {
    fileprivate mutating func take(_ interest: RowScan.Interest, _ row: Span<UInt8>, _ value: Range<Int>) {
        stated |= 1 << UInt16(interest.rawValue)
        switch interest {
        case .address: address = address ?? RowScan.address(row, value)
        case .country: if country == .none, value.count == 2 { country = CountryCode([row[value.lowerBound], row[value.lowerBound + 1]]) }
        case .countryName: countryName = countryName ?? value
        case .location: location = location ?? RowScan.point(row, value)
        default: break
        }
    }
}

// MARK: Reading pairs

extension RowScan {
    /// Steps over a value; where it lies, without its length.
    @inline(__always) static func value(_ row: Span<UInt8>, _ at: inout Int, _ kind: FieldType) -> Range<Int>? {
        var start = at
        switch kind {
        case .keyword, .text:
            guard let length = LEB128.read(row, &at), length <= UInt64(row.count - at) else { return nil }
            start = at
            at += Int(length)
        case .label:
            for _ in 0..<2 {
                guard let length = LEB128.read(row, &at), length <= UInt64(row.count - at) else { return nil }
                at += Int(length)
            }
        case .integer: guard LEB128.read(row, &at) != nil else { return nil }
        case .ip: at += 16
        case .number, .date, .geoPoint: at += 8
        case .boolean: at += 1
        }
        return at <= row.count ? start..<at : nil
    }

    fileprivate static func integer(_ row: Span<UInt8>, _ value: Range<Int>) -> Int64 {
        var at = value.lowerBound
        let zigzag = LEB128.read(row, &at) ?? 0
        return Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
    }

    static func address(_ row: Span<UInt8>, _ value: Range<Int>) -> IPAddress {
        let high = row.bytes.unsafeLoadUnaligned(fromByteOffset: value.lowerBound, as: UInt64.self)
        let low = row.bytes.unsafeLoadUnaligned(fromByteOffset: value.lowerBound + 8, as: UInt64.self)
        return IPAddress(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }

    fileprivate static func point(_ row: Span<UInt8>, _ value: Range<Int>) -> GeoPoint? {
        let bits = UInt64(littleEndian: row.bytes.unsafeLoadUnaligned(fromByteOffset: value.lowerBound, as: UInt64.self))
        let point = GeoPoint(
            latitude: Float(bitPattern: UInt32(truncatingIfNeeded: bits)),
            longitude: Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 32)))
        return point.isValid ? point : nil
    }
}

public import Model
import Wire

/// Decodes the CSV of the AWS honeypot data set "marx" (March to July 2013), in both of its variants.
///
/// Columns: datetime, host, src, proto, type, spt, dpt, srcstr, cc, country, locale, localeabbr, postalcode, latitude, longitude.
/// The variant spread by Kaggle has times like `3/3/13 21:53` and a nameless sixteenth column.
public struct MarxFormat: Format {
    public static let spec = FormatSpec(name: "marx", summary: "AWS honeypot CSV (marx, 2013), both variants", framing: .csv)

    private enum Column: Int {
        case datetime, host, src, proto, type, sourcePort, destinationPort, address, countryCode, country, locale
        case localeCode, postalCode, latitude, longitude
    }

    private static let rules: [FieldRule] = [
        FieldRule("datetime", .aside), FieldRule("host", .keyword(.observerName)), FieldRule("src", .aside),
        FieldRule("proto", .lowercased(.networkTransport)), FieldRule("type", .label("icmp_type")), FieldRule("spt", .port(.sourcePort)),
        FieldRule("dpt", .port(.destinationPort)), FieldRule("srcstr", .address(.sourceIP, domain: .sourceDomain)),
        FieldRule("cc", .keyword(.sourceCountryCode)), FieldRule("country", .keyword(.sourceCountryName)),
        FieldRule("locale", .keyword(.sourceRegionName)), FieldRule("localeabbr", .label("locale_abbr")),
        FieldRule("postalcode", .label("postal_code")), FieldRule("latitude", .aside), FieldRule("longitude", .aside),
    ]
    private static let columnCount = 15

    private var csv = CSVReader()
    private let writer = FieldWriter(MarxFormat.rules)
    private var scratch: [UInt8] = []

    /// Nothing is remembered between records: the columns are always the same.
    public var state: [UInt8] { [] }

    public init?(state: [UInt8]) {
        guard state.isEmpty else { return nil }
    }

    public mutating func decode(
        _ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch
    ) throws(DecodeError) -> Decoded {
        do { try csv.read(record) } catch { throw DecodeError(.malformedCSV, error.description) }
        if csv.values.count == 1, csv.values[0].range.isEmpty { return .notARecord }
        if isHeader(record) { return .notARecord }
        let shift = try shiftOfColumns()
        try append(row: record, shift: shift, context: context, into: &batch)
        batch.endRow(raw: record)
        return .events(1)
    }

    private func isHeader(_ record: Span<UInt8>) -> Bool {
        csv.values.count >= Self.columnCount && csv.string(csv.values[0], in: record) == "datetime"
    }

    /// By how many columns those behind `locale` are shifted.
    ///
    /// 75 rows say `Washington, D.C.` without quotes, so that the locale takes two columns; the sixteenth is then the longitude. In the
    /// Kaggle variant the sixteenth column is there and empty.
    private func shiftOfColumns() throws(DecodeError) -> Int {
        let count = csv.values.count
        if count == Self.columnCount { return 0 }
        if count == Self.columnCount + 1 { return csv.values[count - 1].range.isEmpty ? 0 : 1 }
        if count == Self.columnCount + 2, csv.values[count - 1].range.isEmpty { return 1 }
        throw DecodeError(.malformedCSV, "\(count) columns, not \(Self.columnCount)")
    }

    private mutating func append(row record: Span<UInt8>, shift: Int, context: RecordContext, into batch: inout EventBatch)
        throws(DecodeError)
    {
        try withText(.datetime, 0, record) { text throws(DecodeError) in
            try RecordTime.append(text, reader: .any, context: context, into: &batch)
        }
        batch.append(.eventFamily, "attack")
        batch.append(.eventKind, "event")
        batch.append(.eventCategory, "network")
        batch.append(.eventCategory, "intrusion_detection")
        batch.append(.eventType, "connection")
        batch.append(.eventType, "denied")
        batch.append(.eventAction, "denied")
        batch.append(.eventModule, "marx")
        batch.append(.eventDataset, "marx")
        batch.append(.observerType, "honeypot")
        for column in [
            Column.host, .proto, .type, .sourcePort, .destinationPort, .address, .countryCode, .country, .localeCode, .postalCode,
        ] {
            let offset = column.rawValue > Column.locale.rawValue ? shift : 0
            withText(column, offset, record) { writer.write(column.rawValue, $0, zoneMinutes: 0, into: &batch) }
        }
        if csv.values[Column.address.rawValue].range.isEmpty { appendNumericAddress(record, into: &batch) }
        appendLocale(record, shift: shift, into: &batch)
        appendPlace(record, shift: shift, into: &batch)
        let isICMP = withText(.proto, 0, record) { $0.count == 4 && $0[0] | 0x20 == UInt8(ascii: "i") }
        // A connection that a firewall-like sensor refused carries no payload: nobody knows more than that a port was tried.
        batch.append(.attackType, isICMP ? "recon" : "scan")
        batch.append(.attackSeverity, "low")
        appendMessage(record, into: &batch)
    }

    /// The address from `src`, its 32 bits in decimal.
    private func appendNumericAddress(_ record: Span<UInt8>, into batch: inout EventBatch) {
        let value = withText(.src, 0, record) { NumberText.integer($0) }
        if let value, let bits = UInt32(exactly: value) { batch.append(.sourceIP, IPAddress(v4: bits)) }
    }

    private mutating func appendLocale(_ record: Span<UInt8>, shift: Int, into batch: inout EventBatch) {
        guard shift > 0 else {
            return withText(.locale, 0, record) { writer.write(Column.locale.rawValue, $0, zoneMinutes: 0, into: &batch) }
        }
        let name =
            csv.string(csv.values[Column.locale.rawValue], in: record) + ","
            + csv.string(csv.values[Column.locale.rawValue + 1], in: record)
        batch.append(.sourceRegionName, name)
    }

    private func appendPlace(_ record: Span<UInt8>, shift: Int, into batch: inout EventBatch) {
        let latitude = withText(.latitude, shift, record) { NumberText.double($0) }
        let longitude = withText(.longitude, shift, record) { NumberText.double($0) }
        guard let latitude, let longitude else { return }
        let point = GeoPoint(latitude: Float(latitude), longitude: Float(longitude))
        guard point.isValid else { return }
        batch.append(.sourceLocation, point)
        batch.append(.sourceAccuracy, "stated")
    }

    /// `tcp 61.131.218.218 to groucho-oregon port 1433 denied`.
    private mutating func appendMessage(_ record: Span<UInt8>, into batch: inout EventBatch) {
        scratch.removeAll(keepingCapacity: true)
        func add(_ column: Column, _ before: StaticString) {
            guard !csv.values[column.rawValue].range.isEmpty else { return }
            scratch.append(contentsOf: UnsafeBufferPointer(start: before.utf8Start, count: before.utf8CodeUnitCount))
            withText(column, 0, record) { text in text.withUnsafeBufferPointer { scratch.append(contentsOf: $0) } }
        }
        add(.proto, "")
        add(.address, " ")
        add(.host, " to ")
        add(.destinationPort, " port ")
        add(.type, " type ")
        scratch.append(contentsOf: " denied".utf8)
        batch.append(.message, utf8: scratch.span)
    }

    @inline(__always) private func withText<R, E: Error>(
        _ column: Column, _ shift: Int, _ record: Span<UInt8>, _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let value = csv.values[column.rawValue + shift]
        return value.isRepaired ? try body(csv.repaired.span.extracting(value.range)) : try body(record.extracting(value.range))
    }

    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int {
        let line = head.extracting(Detection.firstLine(of: head))
        let text = line.withUnsafeBufferPointer { String(decoding: $0.prefix(512), as: UTF8.self) }
        if text.hasPrefix("datetime,host,src,proto,type,spt,dpt,srcstr,cc,country") { return 98 }
        let columns = text.split(separator: ",", omittingEmptySubsequences: false)
        guard (15...17).contains(columns.count), ["TCP", "UDP", "ICMP"].contains(columns[3]), let bits = UInt32(columns[2]),
            IPAddress(String(columns[7])) == IPAddress(v4: bits)
        else { return 0 }
        return 90
    }
}

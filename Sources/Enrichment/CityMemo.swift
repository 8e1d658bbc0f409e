/// The records of the city database that were read last, decoded: many addresses share a city, and decoding costs more than finding.
struct CityMemo: Sendable {
    private var slots: [(record: CityDatabase.Record, city: CityDatabase.City)?]

    /// Remembers at most `1 << bits` records; a newer one takes the place of an older one.
    init(bits: Int) { slots = Array(repeating: nil, count: 1 << bits) }

    /// The city of a record, from memory or from the database.
    mutating func city(_ record: CityDatabase.Record, in database: CityDatabase) -> CityDatabase.City {
        let at = Int(truncatingIfNeeded: (UInt64(record.offset) &* 0x9e37_79b9_7f4a_7c15) >> 32) & (slots.count - 1)
        if let known = slots[at], known.record == record { return known.city }
        let city = database.city(record)
        slots[at] = (record, city)
        return city
    }
}

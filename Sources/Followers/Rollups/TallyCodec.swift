import Model

/// A tally as bytes for the roll-up file: LEB128 counts, keys in their shortest form.
enum TallyCodec {
    /// Changes when the bytes change; a file of another revision is rebuilt from the journal.
    static let revision = 2

    static func encode(_ tally: LensTally) -> [UInt8] {
        var out: [UInt8] = []
        append(tally.all, &out)
        append(tally.noise, &out)
        return out
    }

    private static func append(_ tally: Tally, _ out: inout [UInt8]) {
        for count in tally.families + tally.types + tally.severities + [tally.privateSources, tally.unmappedSources] { append(count, &out) }
        append(tally.countries.count, &out)
        for (country, count) in tally.countries {
            append(Int(country.letters), &out)
            append(count, &out)
        }
        append(tally.addresses.count, &out)
        for (address, found) in tally.addresses {
            withUnsafeBytes(of: (address.high, address.low)) { out.append(contentsOf: $0) }
            append(Int(found.country.letters), &out)
            append(found.count, &out)
        }
        append(tally.ports.count, &out)
        for (port, count) in tally.ports {
            append(Int(port.number) << 1 | (port.isUDP ? 1 : 0), &out)
            append(count, &out)
        }
        append(tally.sensors.count, &out)
        for (sensor, count) in tally.sensors {
            append(sensor.utf8.count, &out)
            out.append(contentsOf: sensor.utf8)
            append(count, &out)
        }
    }

    /// The tally of these bytes, or nil when they are damaged.
    static func decode(_ bytes: [UInt8]) -> LensTally? {
        var at = 0
        guard let all = tally(bytes, &at), let noise = tally(bytes, &at), at == bytes.count else { return nil }
        return LensTally(all: all, noise: noise)
    }

    private static func tally(_ bytes: [UInt8], _ at: inout Int) -> Tally? {
        var tally = Tally()
        func number() -> Int? {
            var value = 0
            var shift = 0
            while at < bytes.count, shift < 56 {
                let byte = bytes[at]
                at += 1
                value |= Int(byte & 0x7f) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            return nil
        }
        func fixed() -> UInt64? {
            guard at + 8 <= bytes.count else { return nil }
            defer { at += 8 }
            return (0..<8).reduce(0) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
        }
        func fill(_ counts: inout [Int]) -> Bool {
            for i in counts.indices {
                guard let count = number() else { return false }
                counts[i] = count
            }
            return true
        }
        guard fill(&tally.families), fill(&tally.types), fill(&tally.severities), let privateSources = number(), let unmapped = number(),
            let countries = number()
        else { return nil }
        tally.privateSources = privateSources
        tally.unmappedSources = unmapped
        for _ in 0..<countries {
            guard let letters = number(), let count = number() else { return nil }
            tally.countries[CountryCode(stored: UInt16(truncatingIfNeeded: letters))] = count
        }
        guard let addresses = number() else { return nil }
        for _ in 0..<addresses {
            guard let high = fixed(), let low = fixed(), let letters = number(), let count = number() else { return nil }
            tally.addresses[IPAddress(high: high, low: low)] = Tally.AddressCount(
                count: count, country: CountryCode(stored: UInt16(truncatingIfNeeded: letters)))
        }
        guard let ports = number() else { return nil }
        for _ in 0..<ports {
            guard let port = number(), let count = number() else { return nil }
            tally.ports[Tally.Port(number: UInt16(truncatingIfNeeded: port >> 1), isUDP: port & 1 == 1)] = count
        }
        guard let sensors = number() else { return nil }
        for _ in 0..<sensors {
            guard let length = number(), at + length <= bytes.count else { return nil }
            let name = String(decoding: bytes[at..<at + length], as: UTF8.self)
            at += length
            guard let count = number() else { return nil }
            tally.sensors[name] = count
        }
        return tally
    }

    private static func append(_ value: Int, _ out: inout [UInt8]) {
        var rest = UInt(bitPattern: max(value, 0))
        while rest >= 0x80 {
            out.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        out.append(UInt8(truncatingIfNeeded: rest))
    }
}

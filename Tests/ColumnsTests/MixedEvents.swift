import Model
import TestKit

/// Events with values of every type, from a seed: few enough values that they repeat, out of order over forty days, some rows cut.
struct MixedEvents {
    /// No event is later.
    static let end = Timestamp(milliseconds: 1_780_000_000_000)  // 2026-05-28T20:26:40Z
    static let days = 40
    static let names = ["root", "admin", "Root", "", "Ünal", "漢字", "ro*ot", "a b", "nul\0", "nul"]
    static let tags = ["ssh", "web", "", "bruteforce", "sş"]
    static let words = ["login", "failed", "Attempt", "example.com", "22", "ünlü", "漢"]

    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// A batch; one row in a hundred ends within a value.
    mutating func batch(_ count: Int) -> EventBatch {
        var whole = EventBatch()
        for _ in 0..<count { appendRow(to: &whole) }
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for index in 0..<count {
            let row = whole[index]
            let isCut = Int.random(in: 0..<100, using: &random) == 0
            bytes += row.bytes[row.start..<(isCut ? Int.random(in: row.start...row.end, using: &random) : row.end)]
            ends.append(bytes.count)
        }
        return EventBatch(bytes: bytes, rowEnds: ends, rawBytes: [], rawEnds: [Int](repeating: 0, count: count)) ?? EventBatch()
    }

    private mutating func appendRow(to batch: inout EventBatch) {
        // Half the rows have a time that others have too; a few have none.
        let microseconds = Int64.random(in: 0..<Int64(Self.days) * 86_400_000_000, using: &random)
        let time = Timestamp(
            microseconds: Self.end.microseconds - (chance(2) ? microseconds : microseconds / 7_200_000_000 * 7_200_000_000))
        let (isFirst, isTimed) = (chance(2), !chance(50))
        if isTimed, isFirst { batch.append(.timestamp, time) }
        batch.append(.eventFamily, pick(["attack", "post", "record"]))
        if !chance(4) { batch.append(.attackType, pick(["scan", "bruteforce", "web", ""])) }
        if !chance(3) { batch.append(.userName, chance(2) ? pick(Self.names) : "user\(Int.random(in: 0..<400, using: &random))") }
        if !chance(5) { batch.append(.sourceIP, address()) }
        for _ in 0..<Int.random(in: 0...2, using: &random) { batch.append(.relatedIP, address()) }
        if chance(2) { batch.append(.destinationPort, integer: pick([-7, -1, 0, 22, 23, 443, 65_535])) }
        if chance(9) { batch.append(.eventSequence, integer: pick([.min, -1, 0, 1, .max])) }
        if chance(4) { batch.append(.sentimentCompound, number: pick([-0.75, 0, 0.5, 1e300])) }
        if chance(4) { batch.append(.postAuthorBot, chance(2)) }
        if chance(8) { batch.append(.eventCreated, Timestamp(microseconds: time.microseconds / 86_400_000_000 * 86_400_000_000)) }
        if chance(5) { batch.append(.sourceLocation, GeoPoint(latitude: pick([-33.5, 0, 52.25]), longitude: pick([-70, 0.5]))) }
        for _ in 0..<Int.random(in: 0...3, using: &random) { batch.append(.tags, pick(Self.tags)) }
        if chance(5) { batch.append(label: pick(["zone", "rack", ""]), pick(["dmz", "Lab 1", ""])) }
        if chance(10) { batch.append(label: "zone", "dmz") }
        if chance(3) { batch.append(.message, (0..<3).map { _ in pick(Self.words) }.joined(separator: " ")) }
        if isTimed, !isFirst { batch.append(.timestamp, time) }
        batch.endRowWithoutRaw()
    }

    private mutating func address() -> IPAddress {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: IPAddress(high: 0x2001_0db8 << 32, low: UInt64.random(in: 0..<5, using: &random))
        case 1: IPAddress(v4: pick([0, 0x0a00_0307, 0xffff_ffff]))
        default: IPAddress(v4: 0x0a00_0000 | UInt32.random(in: 0..<600, using: &random) << 4)
        }
    }

    /// True once in so many calls.
    mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &random)] }
}

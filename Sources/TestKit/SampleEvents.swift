public import Model

/// Small events for tests of what is behind the formats.
public enum SampleEvents {
    /// A batch of attacks whose message and raw record tell their number.
    public static func batch(_ numbers: Range<Int>, at time: Timestamp = Timestamp(milliseconds: 1_780_000_000_000)) -> EventBatch {
        var batch = EventBatch()
        for number in numbers {
            batch.append(.timestamp, time.adding(seconds: Double(number)))
            batch.append(.eventFamily, "attack")
            batch.append(.attackType, "scan")
            batch.append(.attackSeverity, "low")
            batch.append(.sourceIP, IPAddress(v4: 0x0808_0000 | UInt32(number & 0xffff)))
            batch.append(.message, "event \(number)")
            let raw = Array("raw \(number)".utf8)
            batch.endRow(raw: raw.span)
        }
        return batch
    }

    /// The number of an event made by ``batch(_:at:)``.
    public static func number(of row: EventRow) -> Int? {
        row.string(.message).flatMap { Int($0.dropFirst("event ".count)) }
    }
}

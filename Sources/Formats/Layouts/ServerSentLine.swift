/// A line of an event stream (`text/event-stream`, WHATWG HTML §9.2) that was saved as it came: `event:`, `data:`, `id:`, `retry:`, `:`.
struct ServerSentLine {
    /// Whether the line carries data.
    let isData: Bool
    /// Where the value lies in the line.
    let value: Range<Int>

    /// The field of a line; nil when it is none.
    init?(_ line: Span<UInt8>) {
        guard line.count > 0 else { return nil }
        if line[0] == UInt8(ascii: ":") {
            self.init(isData: false, value: 1..<line.count)
            return
        }
        for name in Self.names where line.count > name.utf8CodeUnitCount && Self.begins(line, name) {
            var start = name.utf8CodeUnitCount
            if start < line.count, line[start] == UInt8(ascii: " ") { start += 1 }
            self.init(isData: name.utf8Start[0] == UInt8(ascii: "d"), value: start..<line.count)
            return
        }
        return nil
    }

    private init(isData: Bool, value: Range<Int>) {
        self.isData = isData
        self.value = value
    }

    private static let names: [StaticString] = ["data:", "event:", "id:", "retry:"]

    private static func begins(_ line: Span<UInt8>, _ name: StaticString) -> Bool {
        for i in 0..<name.utf8CodeUnitCount where line[i] != name.utf8Start[i] { return false }
        return true
    }
}

import Wire

/// Looks into the beginning of a stream.
enum Detection {
    /// Which of the names are keys of the first object (nested ones too) in a stream of JSON lines or in an array.
    ///
    /// Takes whole lines first; when the first is cut or spread over lines, it looks for `"name":` in the first 16 KiB as text.
    static func jsonKeys(of head: Span<UInt8>, _ names: [String]) -> [Bool] {
        var start = head.count >= 3 && head[0] == 0xef && head[1] == 0xbb && head[2] == 0xbf ? 3 : 0
        while start < head.count, isBlank(head[start]) || head[start] == UInt8(ascii: "[") { start += 1 }
        guard start < head.count else { return names.map { _ in false } }
        var isObject = head[start] == UInt8(ascii: "{")
        if !isObject, let header = firstSyslogObject(head, start) {
            start = header
            isObject = true
        }
        guard isObject else { return names.map { _ in false } }
        let end = objectEnd(head, start)
        let text = head.extracting(start..<end)
        return names.map { contains(text, key: Array($0.utf8)) }
    }

    /// Where the first line that has a syslog header and an object has the object, when at least half of the first twenty lines do.
    private static func firstSyslogObject(_ head: Span<UInt8>, _ start: Int) -> Int? {
        var lineStart = start
        var first: Int?
        var (lines, objects) = (0, 0)
        while lineStart < head.count, lines < 20 {
            var lineEnd = lineStart
            while lineEnd < head.count, head[lineEnd] != 10, head[lineEnd] != 13 { lineEnd += 1 }
            if lineEnd > lineStart { lines += 1 }
            if let header = SyslogHeader(of: head.extracting(lineStart..<lineEnd)) {
                objects += 1
                first = first ?? lineStart + header.end
            }
            lineStart = lineEnd + 1
        }
        return objects * 2 >= lines ? first : nil
    }

    /// The offset behind the object at `start`, or 16 KiB on when it is longer or cut.
    private static func objectEnd(_ head: Span<UInt8>, _ start: Int) -> Int {
        let limit = min(head.count, start + 16_384)
        var depth = 0
        var isInString = false
        var at = start
        while at < limit {
            let byte = head[at]
            if isInString {
                if byte == UInt8(ascii: "\\") { at += 1 } else if byte == UInt8(ascii: "\"") { isInString = false }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == UInt8(ascii: "{") {
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return at + 1 }
            }
            at += 1
        }
        return limit
    }

    /// Whether `"key"`, perhaps blanks, and a colon stand in the text.
    static func contains(_ text: Span<UInt8>, key: [UInt8]) -> Bool {
        var at = 0
        while at + key.count + 2 < text.count {
            if text[at] == UInt8(ascii: "\""), text[at + key.count + 1] == UInt8(ascii: "\""), matches(text, at + 1, key) {
                var colon = at + key.count + 2
                while colon < text.count, isBlank(text[colon]) { colon += 1 }
                if colon < text.count, text[colon] == UInt8(ascii: ":") { return true }
            }
            at += 1
        }
        return false
    }

    /// The first line without its end, and without a byte order mark.
    static func firstLine(of head: Span<UInt8>) -> Range<Int> {
        let start = head.count >= 3 && head[0] == 0xef && head[1] == 0xbb && head[2] == 0xbf ? 3 : 0
        var end = start
        while end < head.count, head[end] != 10, head[end] != 13 { end += 1 }
        return start..<end
    }

    private static func matches(_ text: Span<UInt8>, _ at: Int, _ key: [UInt8]) -> Bool {
        for i in key.indices where text[at + i] != key[i] { return false }
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }
}

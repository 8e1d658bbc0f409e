extension FramerScanner {
    /// The next record of a JSON stream: a line, or an element where the first byte that is not blank is `[`.
    ///
    /// What follows the array's end is looked at afresh: nothing is lost when a second array or lines follow.
    mutating func nextJSON(_ bytes: UnsafeBufferPointer<UInt8>, isFinal: Bool) -> FrameFinding {
        while true {
            switch json {
            case .lines:
                return nextLine(bytes, isFinal: isFinal)
            case .undecided:
                while at < bytes.count, isJSONBlank(bytes[at]) { at += 1 }
                guard at < bytes.count else { return .more(at) }
                if bytes[at] == UInt8(ascii: "[") {
                    json = .array
                    at += 1
                } else {
                    guard let isPrinted = isPrettyPrinted(bytes, isFinal: isFinal) else { return .more(at) }
                    json = isPrinted ? .objects : .lines
                }
            case .objects:
                while element == nil, at < bytes.count, isJSONBlank(bytes[at]) || bytes[at] == UInt8(ascii: ",") { at += 1 }
                guard at < bytes.count else { return .more(at) }
                if element == nil, bytes[at] != UInt8(ascii: "{") {
                    json = .undecided
                    continue
                }
                if let finding = nextElement(bytes) { return finding }
            case .array:
                if let finding = nextElement(bytes) { return finding }
            }
        }
    }

    /// Whether the object at the position begins with a brace alone on its line, as pretty-printers write it; nil when that is unknown yet.
    ///
    /// Only then are lines not the records: a cut line of a log must not swallow those that follow.
    private func isPrettyPrinted(_ bytes: UnsafeBufferPointer<UInt8>, isFinal: Bool) -> Bool? {
        guard bytes[at] == UInt8(ascii: "{") else { return false }
        var i = at + 1
        while i < bytes.count, bytes[i] == 0x20 || bytes[i] == 0x09 || bytes[i] == carriageReturn { i += 1 }
        guard i < bytes.count else { return isFinal ? false : nil }
        return bytes[i] == lineFeed
    }

    /// The next element of the array, or nil at its end.
    private mutating func nextElement(_ bytes: UnsafeBufferPointer<UInt8>) -> FrameFinding? {
        if element == nil {
            while at < bytes.count, isJSONBlank(bytes[at]) || bytes[at] == UInt8(ascii: ",") { at += 1 }
            guard at < bytes.count else { return .more(at) }
            if bytes[at] == UInt8(ascii: "]") {
                json = .undecided
                at += 1
                return nil
            }
            element = ElementScan(at: at)
        }
        guard var scan = element else { return .more(at) }
        guard let end = Self.endOfElement(&scan, bytes, isAtStart: !isInsideRecord && scan.at == at) else {
            element = scan
            return .more(at)
        }
        element = nil
        isInsideRecord = false
        let start = at
        at = end
        var last = end
        while last > start, isJSONBlank(bytes[last - 1]) { last -= 1 }
        return .record(start..<last)
    }

    /// Index behind the element, or nil when the bytes end first.
    ///
    /// A string that holds a raw line end is broken (RFC 8259 §7); it is taken to end there, so that a lost quote does not swallow
    /// the rest of the array.
    private static func endOfElement(_ scan: inout ElementScan, _ bytes: UnsafeBufferPointer<UInt8>, isAtStart: Bool) -> Int? {
        let count = bytes.count
        let start = isAtStart ? scan.at : -1
        var i = scan.at
        var depth = scan.depth
        var isString = scan.isString
        while i < count {
            let byte = bytes[i]
            if isString {
                if byte == UInt8(ascii: "\\") { i += 1 } else if byte == doubleQuote || byte == lineFeed { isString = false }
                i += 1
                continue
            }
            switch byte {
            case doubleQuote:
                isString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return i == start ? i + 1 : i }
                depth -= 1
                if depth == 0 { return i + 1 }
            case UInt8(ascii: ","):
                if depth == 0 { return i }
            default:
                break
            }
            i += 1
        }
        scan = ElementScan(at: i, depth: depth, isString: isString)
        return nil
    }
}

func isJSONBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == lineFeed || byte == carriageReturn }

/// Whether the bytes begin a JSON object, array or string and end inside it.
func isCutJSON(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    guard let first = bytes.first(where: { !isJSONBlank($0) }) else { return false }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == doubleQuote else { return false }
    var depth = 0
    var isString = false
    var isEscaped = false
    for byte in bytes {
        if isString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == doubleQuote {
                isString = false
            }
            continue
        }
        switch byte {
        case doubleQuote: isString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
    }
    return isString || depth > 0
}

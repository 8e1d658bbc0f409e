import Wire

/// The first JSON objects of a stream, as far as they lie in its head: their members by dotted path with the beginning of each value.
///
/// Tells formats apart by keys and values at their place, where a search for a name in the text would also find nested ones. Objects may
/// be lines, elements of an array, pretty-printed, cut at the head's end, or stand behind a syslog header or the `data:` of an SSE stream.
struct HeadObjects {
    private static let maximumObjects = 12
    private static let maximumDepth = 4
    private static let keptOfValue = 48

    /// For each object the texts (strings and literals, cut) and containers (empty text) by path.
    private(set) var objects: [[String: String]] = []

    private var at = 0

    init(of head: Span<UInt8>) {
        if head.count >= 3, head[0] == 0xef, head[1] == 0xbb, head[2] == 0xbf { at = 3 }
        while at < head.count, objects.count < Self.maximumObjects {
            let byte = head[at]
            if Self.isBlank(byte) || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: ",") {
                at += 1
            } else if byte == UInt8(ascii: "{") {
                var members: [String: String] = [:]
                object(head, below: "", depth: 0, into: &members)
                objects.append(members)
            } else {
                line(head)
            }
        }
    }

    /// Steps to the object in a line that begins otherwise, or over the line.
    private mutating func line(_ head: Span<UInt8>) {
        var end = at
        while end < head.count, head[end] != 10, head[end] != 13 { end += 1 }
        let line = head.extracting(at..<end)
        if let field = ServerSentLine(line), field.isData {
            at += field.value.lowerBound
            if at < end, head[at] == UInt8(ascii: "{") || head[at] == UInt8(ascii: "[") { return }
        } else if let header = SyslogHeader(of: line) {
            at += header.end
            return
        }
        at = end
    }

    /// Reads the object at the position as far as it goes; the position is then behind it.
    private mutating func object(_ head: Span<UInt8>, below prefix: String, depth: Int, into members: inout [String: String]) {
        at += 1
        while at < head.count {
            switch head[at] {
            case UInt8(ascii: "}"):
                at += 1
                return
            case UInt8(ascii: "\""):
                let key = prefix + string(head)
                while at < head.count, Self.isBlank(head[at]) { at += 1 }
                guard at < head.count, head[at] == UInt8(ascii: ":") else { return }
                at += 1
                value(head, key, depth: depth, into: &members)
            case UInt8(ascii: "\n") where at + 1 < head.count && head[at + 1] == UInt8(ascii: "{"):
                // A line that was cut inside an object: the next one begins afresh.
                return
            default: at += 1
            }
        }
    }

    private mutating func value(_ head: Span<UInt8>, _ key: String, depth: Int, into members: inout [String: String]) {
        while at < head.count, Self.isBlank(head[at]) { at += 1 }
        guard at < head.count else { return }
        switch head[at] {
        case UInt8(ascii: "\""): members[key] = string(head)
        case UInt8(ascii: "{"):
            members[key] = ""
            if depth < Self.maximumDepth { object(head, below: key + ".", depth: depth + 1, into: &members) } else { skip(head) }
        case UInt8(ascii: "["):
            members[key] = ""
            array(head, key, depth: depth, into: &members)
        default:
            let start = at
            while at < head.count, head[at] != UInt8(ascii: ","), head[at] != UInt8(ascii: "}"), head[at] != UInt8(ascii: "]"),
                !Self.isBlank(head[at])
            { at += 1 }
            members[key] = Self.text(head, start..<at)
        }
    }

    /// Looks into the first element of an array when that is an object, and skips the rest.
    private mutating func array(_ head: Span<UInt8>, _ key: String, depth: Int, into members: inout [String: String]) {
        let start = at
        var inner = at + 1
        while inner < head.count, Self.isBlank(head[inner]) { inner += 1 }
        if inner < head.count, head[inner] == UInt8(ascii: "{"), depth < Self.maximumDepth {
            at = inner
            object(head, below: key + ".", depth: depth + 1, into: &members)
        }
        at = start
        skip(head)
    }

    /// Steps over the container at the position.
    private mutating func skip(_ head: Span<UInt8>) {
        var depth = 0
        while at < head.count {
            switch head[at] {
            case UInt8(ascii: "\""):
                _ = string(head)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            at += 1
            if depth == 0 { return }
        }
    }

    /// The beginning of the string at the position, escapes as they are; the position is then behind it.
    private mutating func string(_ head: Span<UInt8>) -> String {
        let start = at + 1
        at = start
        while at < head.count, head[at] != UInt8(ascii: "\""), head[at] != UInt8(ascii: "\n") {
            at += head[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        at = min(at, head.count)
        let text = Self.text(head, start..<at)
        if at < head.count, head[at] == UInt8(ascii: "\"") { at += 1 }
        return text
    }

    private static func text(_ head: Span<UInt8>, _ range: Range<Int>) -> String {
        let kept = range.lowerBound..<min(range.upperBound, range.lowerBound + keptOfValue)
        return head.extracting(kept).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }
}

/// What the first objects of a stream must look like for a format to claim it.
struct Claim: Sendable {
    /// Dotted paths that must all be there.
    var all: [String] = []
    /// Dotted paths of which one must be there; empty asks for none.
    var any: [String] = []
    /// Dotted paths that must not be there.
    var none: [String] = []
    /// Beginnings of values: the path's text must begin with one of them.
    var values: [String: [String]] = [:]
    /// How sure the format then is, 0…100.
    var likelihood = 90

    /// Whether an object is as the claim says.
    func fits(_ members: [String: String]) -> Bool {
        all.allSatisfy { members[$0] != nil } && (any.isEmpty || any.contains { members[$0] != nil })
            && none.allSatisfy { members[$0] == nil }
            && values.allSatisfy { path, beginnings in
                members[path].map { text in beginnings.contains { text.hasPrefix($0) } } ?? false
            }
    }

    /// The surest of the claims that fit one of a stream's first objects, or 0.
    static func likelihood(_ claims: [Claim], head: Span<UInt8>) -> Int {
        likelihood(claims, HeadObjects(of: head))
    }

    /// The surest of the claims that fit one of the objects, or 0.
    static func likelihood(_ claims: [Claim], _ head: HeadObjects) -> Int {
        claims.filter { claim in head.objects.contains(where: claim.fits) }.map(\.likelihood).max() ?? 0
    }
}

import Model

/// What a file's content was recognised by, up to a committed offset: its head, and the bytes before the offset.
///
/// Neither name nor inode takes part, so a file that is moved, renamed or compressed stays the same stream.
struct FileIdentity: Equatable, Sendable {
    /// The longest head that is hashed, in bytes.
    static let maxHeadLength = 4096
    /// How many bytes before the offset are hashed.
    static let maxTailLength = 256

    var headLength: Int
    var head: ContentHash
    var tailLength: Int
    var tail: ContentHash

    /// The identity at an offset whose preceding bytes are given.
    init(headLength: Int, head: ContentHash, tail: [UInt8]) {
        self.headLength = headLength
        self.head = head
        tailLength = tail.count
        self.tail = ContentHash(tail)
    }

    /// The identity in ``StreamCursor/identity``; nil when it is none of ours.
    init?(stored: [UInt8]) {
        guard stored.count == 37, stored[0] == 1, let head = ContentHash(stored: stored[3..<19]),
            let tail = ContentHash(stored: stored[21..<37])
        else { return nil }
        headLength = Int(stored[1]) | Int(stored[2]) << 8
        tailLength = Int(stored[19]) | Int(stored[20]) << 8
        self.head = head
        self.tail = tail
    }

    /// The form kept in the cursor: a version, then length (16 bits, little-endian) and hash of head and tail.
    var stored: [UInt8] {
        [1] + Self.number(headLength) + head.bytes + Self.number(tailLength) + tail.bytes
    }

    private static func number(_ value: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)] }
}

/// Which stream a file's content belongs to.
struct Recognition: Sendable {
    /// The stream's id: that of the cursor, or a new one.
    var stream: String
    /// The committed cursor from which the file goes on; nil for a new stream.
    var cursor: StreamCursor?
    /// The bytes before the cursor's offset.
    var preceding: [UInt8]
    /// Length and hash of the head, fixed when the stream was first opened.
    var headLength: Int
    var head: ContentHash

    /// Recognises content by the cursors that are committed.
    ///
    /// `bytesBefore` gives the bytes (up to 256) before each of some offsets in rising order, as far as the content reaches. Of the
    /// cursors that fit, the one that is furthest wins. Content that shares its head with a stream but differs before that stream's
    /// offset is a new stream, whose id says so (`#2`).
    static func of(
        head: [UInt8], cursors: [StreamCursor], open: Set<String> = [],
        bytesBefore: ([UInt64]) throws(FileSourceError) -> [UInt64: [UInt8]]
    ) throws(FileSourceError) -> Recognition {
        let head = head.prefix(FileIdentity.maxHeadLength)
        var hashes: [Int: ContentHash] = [:]
        var candidates: [(cursor: StreamCursor, identity: FileIdentity)] = []
        for cursor in cursors where cursor.offset > 0 {
            guard let identity = FileIdentity(stored: cursor.identity), identity.headLength <= head.count else { continue }
            let hash = hashes[identity.headLength] ?? ContentHash(head.prefix(identity.headLength))
            hashes[identity.headLength] = hash
            if hash == identity.head { candidates.append((cursor, identity)) }
        }
        let before = candidates.isEmpty ? [:] : try bytesBefore(Set(candidates.map(\.cursor.offset)).sorted())
        for (cursor, identity) in candidates.sorted(by: { $0.cursor.offset > $1.cursor.offset }) {
            guard let tail = before[cursor.offset] else { continue }
            if tail.count == identity.tailLength, ContentHash(tail) == identity.tail {
                return Recognition(
                    stream: cursor.stream, cursor: cursor, preceding: tail, headLength: identity.headLength, head: identity.head)
            }
        }
        let hash = ContentHash(head)
        let base = "file:\(hash.hex).\(head.count)"
        let taken = open.union(cursors.map(\.stream))
        var id = base
        var number = 2
        while taken.contains(id) {
            id = "\(base)#\(number)"
            number += 1
        }
        return Recognition(stream: id, cursor: nil, preceding: [], headLength: head.count, head: hash)
    }
}

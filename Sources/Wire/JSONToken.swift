/// One value or member name of a JSON text: what it is and where it lies.
///
/// A string's range is without its quotes; a container's reaches from its opening to behind its closing bracket.
public struct JSONToken: Sendable {
    /// What a token is.
    public enum Kind: UInt8, Sendable {
        case object, array, string, integer, float, `true`, `false`, null, key
    }

    var startOffset: UInt32
    var endOffset: UInt32
    var nextIndex: UInt32
    /// Bits 0–3 kind, 4–7 flags, 8–31 hash of a member name.
    var meta: UInt32

    @inline(__always) init(_ kind: Kind, start: Int, end: Int, next: Int, flags: UInt32 = 0, hash: UInt32 = 0) {
        startOffset = UInt32(truncatingIfNeeded: start)
        endOffset = UInt32(truncatingIfNeeded: end)
        nextIndex = UInt32(truncatingIfNeeded: next)
        meta = UInt32(kind.rawValue) | flags | hash << 8
    }

    static let escapedFlag: UInt32 = 1 << 4
    static let invalidUTF8Flag: UInt32 = 1 << 5
    static let supersededFlag: UInt32 = 1 << 6
    static let decodedFlag: UInt32 = 1 << 7

    /// What the token is.
    public var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: meta & 15)).unsafelyUnwrapped }
    /// Where its text lies in the record.
    public var range: Range<Int> { Range(uncheckedBounds: (Int(startOffset), Int(endOffset))) }
    /// Index of the token behind this one and all that it holds.
    public var next: Int { Int(nextIndex) }
    /// Whether the bytes of the record are the text itself: no escapes, valid UTF-8.
    public var isPlain: Bool { meta & (Self.escapedFlag | Self.invalidUTF8Flag) == 0 }
    /// Of a key: whether a later member of the object has the same name, so that this one does not count.
    public var isSuperseded: Bool { meta & Self.supersededFlag != 0 }
    /// Of a key: 24 bits of its hash.
    var hash: UInt32 { meta >> 8 }
    /// Of a key that has escapes: its range lies in the reader's own buffer.
    var isDecoded: Bool { meta & Self.decodedFlag != 0 }
}

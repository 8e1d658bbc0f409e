import Columns
import FoundationEssentials
import Model
import Sources

/// A place in a list of events, as clients carry it from page to page: opaque, bound to the question, and not to be made up.
///
/// It holds the event at the edge of the page and the last event that the list takes into account, so that the list stays as it was while
/// events come. A keyed hash over both and the question refuses what this server did not give out for that question.
struct PageCursor: Sendable, Equatable {
    let position: EventPosition
    /// The last event that the list takes into account.
    let upTo: EventID

    /// What a server's cursors are made with.
    struct Key: Sendable {
        let words: (UInt64, UInt64)

        /// A key from the 16 bytes that are kept with the events.
        init(_ low: UInt64, _ high: UInt64) { words = (low, high) }
    }

    private static let payloadBytes = 24
    private static let checkBytes = 8

    /// The text of the cursor, in the letters of base64url (RFC 4648 §5).
    func text(for question: String, key: Key) -> String {
        let payload = [position.time.microseconds, position.id.value, upTo.value].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
        return Data(payload + Self.check(payload, question, key)).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    /// The cursor of a text; nil when this server did not give it out for that question.
    init?(_ text: String, for question: String, key: Key) {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding) else { return nil }
        let bytes = Array(data)
        guard bytes.count == Self.payloadBytes + Self.checkBytes else { return nil }
        let payload = Array(bytes[..<Self.payloadBytes])
        guard Array(bytes[Self.payloadBytes...]) == Self.check(payload, question, key) else { return nil }
        func word(_ index: Int) -> Int64 {
            payload[index * 8..<index * 8 + 8].reversed().reduce(0) { $0 << 8 | Int64($1) }
        }
        position = EventPosition(time: Timestamp(microseconds: word(0)), id: EventID(word(1)))
        upTo = EventID(word(2))
        // Base64 has several spellings of some bytes; one was given out.
        guard self.text(for: question, key: key) == text else { return nil }
    }

    init(position: EventPosition, upTo: EventID) {
        self.position = position
        self.upTo = upTo
    }

    private static func check(_ payload: [UInt8], _ question: String, _ key: Key) -> [UInt8] {
        let hash = ContentHash(payload + Array(question.utf8), key: key.words)
        return (0..<checkBytes).map { UInt8(truncatingIfNeeded: hash.low >> (UInt64($0) * 8)) }
    }
}

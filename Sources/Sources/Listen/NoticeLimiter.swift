import Model
import Synchronization

/// Lets through one notice of a kind a minute, and counts the others: whoever knocks a thousand times writes one line.
final class NoticeLimiter: Sendable {
    private static let period = 60.0

    private struct Kind {
        var last: Timestamp
        var held = 0
    }

    private let kinds = Mutex<[String: Kind]>([:])
    private let now: @Sendable () -> Timestamp
    private let onNotice: @Sendable (String) -> Void

    init(now: @escaping @Sendable () -> Timestamp, onNotice: @escaping @Sendable (String) -> Void) {
        self.now = now
        self.onNotice = onNotice
    }

    /// Tells a notice of a kind, with how many of that kind were held back since the last.
    func tell(_ kind: String, _ text: @autoclosure () -> String) {
        let now = now()
        let held: Int? = kinds.withLock { kinds in
            guard var known = kinds[kind] else {
                kinds[kind] = Kind(last: now)
                return 0
            }
            if now.seconds(since: known.last) < Self.period {
                known.held += 1
                kinds[kind] = known
                return nil
            }
            kinds[kind] = Kind(last: now)
            return known.held
        }
        guard let held else { return }
        onNotice(held > 0 ? "\(text()) (and \(held) like it before)" : text())
    }
}

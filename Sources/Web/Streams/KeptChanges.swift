import Model

/// What people keep on the server for each other.
enum Kept: Sendable {
    case notes, views
}

/// Numbers that are others whenever what is kept has changed.
///
/// They begin at the server's start, so that a screen that comes back after a restart sees other ones, too, and asks anew.
struct KeptRevisions: Equatable, Sendable {
    private var notes: UInt64
    private var views: UInt64

    init(startingAt now: Timestamp) {
        notes = UInt64(clamping: now.microseconds)
        views = notes
    }

    mutating func change(_ kind: Kept) {
        switch kind {
        case .notes: notes += 1
        case .views: views += 1
        }
    }

    /// The message for screens.
    var text: ChunkedText {
        var text = ChunkedText()
        text.event("changed", id: nil, data: "{\"notes\":\"\(notes)\",\"views\":\"\(views)\"}".utf8)
        return text
    }
}

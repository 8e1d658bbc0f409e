public import Model

extension EventRow {
    /// Whether it is an indicator itself, as the formats of lists make them, and not an event that names one.
    public var isIndicator: Bool {
        var (isOne, isMarked) = (false, false)
        visit { pair in
            switch pair.field {
            case .eventKind: isOne = isOne || equals(pair, "enrichment")
            case .threatIndicatorType: isOne = true
            case .tags: isMarked = isMarked || equals(pair, "indicator")
            default: break
            }
        }
        return isOne && !isMarked
    }

    /// Whether a feed of that name gave it.
    public func isOfFeed(_ name: String) -> Bool {
        var isOne = false
        visit { if $0.field == .threatFeedName, equals($0, name) { isOne = true } }
        return isOne
    }

    private func equals(_ pair: EventRow.Pair, _ text: String) -> Bool { utf8(pair).elementsEqual(text.utf8) }
}

import Followers
import HTTPTypes
import KQL
import Model

/// What a screen asks to be played, checked.
struct ReplayParameters: Sendable {
    /// Slowest and fastest that a client may ask for by `speed`.
    static let speeds = 1.0...600.0
    /// In how many seconds a whole window may be played.
    static let lengths = 1.0...3600.0
    /// Most frames that are sent without pauses between them.
    static let frames = 0...100_000

    let plan: ReplayPlan
    /// Whether frames are sent at the pace of playing; a stated number of frames is sent at once.
    var isPaced: Bool { plan.frames == nil }

    /// Reads the parameters; throws a sentence for the client.
    ///
    /// - Parameter now: what `now` stands for in the query.
    init(_ values: QueryString, now: Timestamp) throws(Problem) {
        func time(_ name: String) throws(Problem) -> Timestamp? {
            try QueryParameters.time(name, values).map { Timestamp(milliseconds: $0.milliseconds) }
        }
        func number(_ name: String, _ range: ClosedRange<Double>) throws(Problem) -> Double? {
            guard let text = values[name] else { return nil }
            guard let number = Double(text), range.contains(number) else {
                throw Problem(
                    status: .badRequest, detail: "\(name): a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
            }
            return number
        }
        guard let from = try time("from"), let to = try time("to") else {
            throw Problem(status: .badRequest, detail: "from and to: say which window is to be played, such as from=2026-01-01T00:00:00Z")
        }
        guard from < to else { throw Problem(status: .badRequest, detail: "from must be before to, by a millisecond at least") }
        let start = try time("at") ?? from
        guard (from...to).contains(start) else { throw Problem(status: .badRequest, detail: "at: a time from `from` to `to`") }
        let seconds = try number("seconds", Self.lengths)
        let speed = try number("speed", Self.speeds)
        guard seconds == nil || speed == nil else {
            throw Problem(status: .badRequest, detail: "give speed, or seconds for the whole window, not both")
        }
        // A window shorter than its playing is played as it went.
        let chosen = speed ?? seconds.map { max(1, to.seconds(since: from) / $0) } ?? 1
        var frames: Int?
        if let text = values["frames"] {
            guard let number = Int(text), Self.frames.contains(number) else {
                throw Problem(
                    status: .badRequest, detail: "frames: a number from \(Self.frames.lowerBound) to \(Self.frames.upperBound)")
            }
            frames = number
        }
        var upTo: EventID?
        if let text = values["upTo"] {
            guard let id = EventID(text) else { throw Problem(status: .badRequest, detail: "upTo: an event id is a whole number") }
            upTo = id
        }
        plan = ReplayPlan(
            window: from..<to, start: start, speed: min(chosen, ReplayPlan.speeds.upperBound), frames: frames,
            filter: try LiveFilter(values, now: now), upTo: upTo)
    }
}

extension LiveFilter {
    /// The filter that `families`, `types`, `q` and `noise` state; throws a sentence for the client, with the place of a fault in `q`.
    init(_ values: QueryString, now: Timestamp) throws(Problem) {
        let lens = values["noise"]
        guard lens == nil || lens == "hide" else { throw Problem(status: .badRequest, detail: "noise: say hide, or leave it out") }
        try self.init(
            checking: values["families"], types: values["types"], query: LiveQuery.reading(values["q"], now: now), hidesNoise: lens != nil)
    }

    /// The same of single texts.
    init(checking families: String?, types: String?, query: LiveQuery? = nil, hidesNoise: Bool = false) throws(Problem) {
        do {
            try self.init(families: families, types: types, query: query, hidesNoise: hidesNoise)
        } catch {
            throw Problem(status: .badRequest, detail: "\(error)")
        }
    }
}

extension LiveQuery {
    /// The query in `q`; nil when there is none.
    static func reading(_ text: String?, now: Timestamp) throws(Problem) -> LiveQuery? {
        guard let text, !text.allSatisfy(\.isWhitespace) else { return nil }
        do {
            return try LiveQuery(text, now: now)
        } catch {
            throw Problem(status: .badRequest, detail: "q: \(error)", position: error.offset)
        }
    }
}

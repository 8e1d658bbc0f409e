public import Model

/// What an event is kept as: each class has an age and a size of its own.
public enum RetentionClass: Int, CaseIterable, Sendable, Comparable {
    /// Family `attack`.
    case attacks = 1
    /// Family `post`.
    case posts = 2
    /// Family `record`, and whatever states no family.
    case records = 3
    /// Copies of events that somebody or something wants to keep.
    case kept = 4

    /// The classes that follow from an event's family.
    public static let families: [RetentionClass] = [.attacks, .posts, .records]

    /// The class of events of a family.
    public init(_ family: EventFamily) {
        self =
            switch family {
            case .attack: .attacks
            case .post: .posts
            case .record: .records
            }
    }

    /// The name in the configuration and in the names of files.
    public var name: String { String(describing: self) }

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// How long and how much of something is kept.
public struct RetentionLimit: Sendable, Equatable {
    /// Days after which it is removed, counted from the day of commit; nil keeps for ever.
    public var maximumAgeDays: Int?
    /// Compressed bytes above which the oldest is removed; nil keeps all.
    public var maximumBytes: Int64?

    /// A limit of the given parts.
    public init(maximumAgeDays: Int? = nil, maximumBytes: Int64? = nil) {
        self.maximumAgeDays = maximumAgeDays
        self.maximumBytes = maximumBytes
    }
}

/// What retention has removed: of each class the newest event that is gone. Older ones of the class are gone, too, but for those kept.
public struct Removals: Sendable, Equatable {
    private var attacks = EventID.zero
    private var posts = EventID.zero
    private var records = EventID.zero
    private var kept = EventID.zero

    /// Nothing was removed.
    public init() {}

    /// The newest event of a class that is gone; zero when none is.
    public internal(set) subscript(_ retained: RetentionClass) -> EventID {
        get {
            switch retained {
            case .attacks: attacks
            case .posts: posts
            case .records: records
            case .kept: kept
            }
        }
        set {
            switch retained {
            case .attacks: attacks = newValue
            case .posts: posts = newValue
            case .records: records = newValue
            case .kept: kept = newValue
            }
        }
    }

    /// The newest event of any class that is gone; zero when nothing was removed.
    public var newest: EventID { max(attacks, posts, records, kept) }

    /// The event up to which no class has anything left but what is kept.
    public var common: EventID { min(attacks, posts, records) }

    /// The classes of which something behind `cursor` is gone.
    public func classes(after cursor: EventID) -> [RetentionClass] { RetentionClass.allCases.filter { self[$0] > cursor } }

    mutating func note(_ id: EventID, of retained: RetentionClass) { self[retained] = max(self[retained], id) }
}

extension Removals: CustomStringConvertible {
    /// Differs where anything else was removed; for the tags of answers.
    public var description: String {
        newest == .zero ? "0" : RetentionClass.allCases.map { String(self[$0].value, radix: 36) }.joined(separator: ".")
    }
}

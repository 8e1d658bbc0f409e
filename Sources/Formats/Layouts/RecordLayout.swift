import Model
import Wire

/// A format as data: which value goes where, and how records are filed.
///
/// ``LayoutFormat`` decodes by it. Everything a format has to say stands in one table per file; only what needs more than one value at a
/// time is code (``refine``).
struct RecordLayout: Sendable {
    /// A finishing touch: reads the record's values and appends to the open row.
    typealias Refinement = @Sendable (_ values: borrowing MappingValues, _ record: Span<UInt8>, _ batch: inout EventBatch) -> Void

    /// The format's name; also `event.module` and `event.dataset`.
    var name: String
    /// One line for lists.
    var summary: String
    var framing = Framing.json
    /// `observer.type`.
    var observerType = "honeypot"
    /// `event.kind`.
    var kind = "event"
    /// Paths of the event time; the first that has a value counts.
    var time: [String] = []
    var timeReader = TimestampReader.any
    /// Paths whose times are UTC although they do not say so, whatever the source's zone is.
    var timesInUTC: Set<String> = []
    /// One or two paths whose values, joined by a blank and without case, choose the class.
    var selectors: [String] = []
    /// What chooses the class instead of ``selectors``, where two values do not tell.
    var key: (@Sendable (_ values: borrowing MappingValues) -> String)?
    var classes: [EventClass] = []
    /// Beginnings of lines that are no records.
    var preambles: [String] = []
    /// The class of records that no other fits.
    var otherwise: EventClass
    var rules: [FieldRule] = []
    /// Values that every event has.
    var constants: [(Field, String)] = []
    /// Values for events that have none by a rule, e.g. the port on which a honeypot always listens.
    var defaults: [(Field, String)] = []
    /// A record without any of these is refused.
    var required: [String] = []
    /// Paths to objects, or to arrays of objects, that are the records inside a document; a record without any is one itself.
    /// A path `*` stands for the members of a document that are arrays.
    var items: [String] = []
    /// Values of the document that every one of its items gets; at most one each.
    var shared: [FieldRule] = []
    /// For CSV: the columns in their usual order. A first record that begins with the first name is the header and wins.
    var columns: [String] = []
    var delimiter = UInt8(ascii: ",")
    /// How a stream is recognised by its JSON objects; the surest that fits counts.
    var claims: [Claim] = []
    /// How a stream is recognised otherwise.
    var recognise: (@Sendable (_ head: Span<UInt8>, _ fileName: String) -> Int)?
    var refine: Refinement?
    /// Whether ``refine`` appends the message.
    var writesMessage = false
    /// What the attack is by more than the selectors; nil leaves it to the class. Records stay records.
    var choose: (@Sendable (_ values: borrowing MappingValues) -> LayoutAttack?)?
}

/// What an attack is, when the values decide.
struct LayoutAttack: Sendable {
    let type: AttackType
    let severity: AttackSeverity
    /// ATT&CK technique.
    let technique: String?

    init(_ type: AttackType, _ severity: AttackSeverity, _ technique: String? = nil) {
        self.type = type
        self.severity = severity
        self.technique = technique
    }
}

/// How records of one kind are filed.
struct EventClass: Sendable {
    /// The values of the selectors, joined by a blank: `eventid`, `action protocol`, or `* protocol` for any first value.
    let matches: [String]
    /// `event.action`; nil takes the first selector's value.
    let action: String?
    let family: EventFamily
    let attack: (type: AttackType, severity: AttackSeverity)?
    let categories: [String]
    let types: [String]
    let outcome: String?
    /// ATT&CK technique.
    let technique: String?
    /// ``MessageTemplate``; nil takes the layout's.
    let message: String?
    /// Whether such records are no events at all.
    let isFiltered: Bool

    /// An attack.
    static func attack(
        _ matches: String..., as type: AttackType, _ severity: AttackSeverity, action: String? = nil, categories: [String]? = nil,
        types: [String]? = nil, outcome: String? = nil, technique: String? = nil, message: String? = nil
    ) -> EventClass {
        let usual = usual(type)
        return EventClass(
            matches: matches, action: action, family: .attack, attack: (type, severity), categories: categories ?? usual.categories,
            types: types ?? usual.types, outcome: outcome, technique: technique ?? usual.technique, message: message, isFiltered: false)
    }

    /// What only describes: off the map and out of attack totals.
    static func record(
        _ matches: String..., action: String? = nil, categories: [String] = ["network"], types: [String] = ["info"],
        outcome: String? = nil, message: String? = nil
    ) -> EventClass {
        EventClass(
            matches: matches, action: action, family: .record, attack: nil, categories: categories, types: types, outcome: outcome,
            technique: nil, message: message, isFiltered: false)
    }

    /// A social post.
    static func post(_ matches: String...) -> EventClass {
        EventClass(
            matches: matches, action: "post", family: .post, attack: nil, categories: [], types: ["info"], outcome: nil, technique: nil,
            message: nil, isFiltered: false)
    }

    /// What is understood and is no event.
    static func filtered(_ matches: String...) -> EventClass {
        EventClass(
            matches: matches, action: nil, family: .record, attack: nil, categories: [], types: [], outcome: nil, technique: nil,
            message: nil, isFiltered: true)
    }

    /// An indicator of a list.
    static func indicator(_ matches: String..., message: String? = nil) -> EventClass {
        EventClass(
            matches: matches, action: nil, family: .record, attack: nil, categories: ["threat"], types: ["indicator"], outcome: nil,
            technique: nil, message: message, isFiltered: false)
    }

    private static func usual(_ type: AttackType) -> (categories: [String], types: [String], technique: String?) {
        switch type {
        case .scan, .dos: (["network", "intrusion_detection"], ["connection"], type == .scan ? "T1595" : nil)
        case .bruteforce: (["authentication", "intrusion_detection"], ["start"], "T1110")
        case .malware: (["malware", "intrusion_detection"], ["info"], nil)
        case .web: (["web", "intrusion_detection"], ["access"], "T1190")
        case .exploit: (["network", "intrusion_detection"], ["info"], nil)
        case .recon: (["network", "intrusion_detection"], ["info"], "T1595")
        case .phishing, .spam: (["email", "intrusion_detection"], ["info"], nil)
        case .policy, .other: (["network", "intrusion_detection"], ["info"], nil)
        }
    }
}

/// Patterns by which clients that name themselves are told, upper and lower case alike; `*` stands for anything.
public struct AgentPatterns: Sendable {
    /// A pattern and what is said of what it matches.
    public struct Known: Sendable, Equatable {
        /// The scanner's name, which stands in `noise.name`.
        public let name: String
        /// What its user agent or SSH banner looks like.
        public let pattern: String
    }

    /// Scanners of the whole internet that say who they are, by their user agents and SSH banners. Tools that look for holes are not among
    /// them: whoever runs those may mean it.
    public static let known: [Known] = [
        ("Censys", "*CensysInspect*"), ("Censys", "*about.censys.io*"), ("Shodan", "*shodan*"),
        ("Palo Alto Expanse", "*expanse*palo alto*"),
        ("Palo Alto Expanse", "*xpanse*"), ("Palo Alto Expanse", "*Hello from Palo Alto Networks*"),
        ("InternetMeasurement", "*InternetMeasurement*"), ("Stretchoid", "*stretchoid*"), ("Shadowserver", "*shadowserver*"),
        ("BinaryEdge", "*binaryedge*"), ("LeakIX", "*l9explore*"), ("LeakIX", "*l9tcpid*"), ("LeakIX", "*leakix*"),
        ("Netcraft", "*NetcraftSurveyAgent*"), ("Project Sonar", "*Project*Sonar*"), ("Onyphe", "*onyphe*"), ("ZoomEye", "*zoomeye*"),
        ("Odin", "*getodin.com*"), ("Modat", "*ModatScanner*"), ("IPIP", "*HTTP Banner Detection*"), ("Nmap", "*Nmap Scripting Engine*"),
        ("Nmap", "SSH-*-Nmap*"), ("masscan", "*masscan*"), ("ZGrab", "*zgrab*"), ("ZMap", "*zmap*"),
    ].map { Known(name: $0.0, pattern: $0.1) }

    /// Bytes of a client's name that are looked at; what stands behind them is not.
    static let longestAgent = 512

    /// What is said of the pattern of that number.
    let names: [String]
    private let patterns: [[UInt8]]

    /// The operator's patterns first, which are their own names, then the built-in ones.
    init(_ own: [String], usesKnown: Bool) {
        let all = own.map { Known(name: $0, pattern: $0) } + (usesKnown ? Self.known : [])
        names = all.map(\.name)
        patterns = all.map { $0.pattern.utf8.map(Self.lower) }
    }

    var isEmpty: Bool { patterns.isEmpty }

    /// The first pattern that the text matches as a whole.
    func first(matching text: Span<UInt8>) -> Int? {
        let looked = text.extracting(0..<min(text.count, Self.longestAgent))
        return patterns.firstIndex { Self.matches(looked, $0) }
    }

    @inline(__always) private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    /// Goes through both at once; behind a star that took too little it goes back and lets it take one byte more.
    private static func matches(_ text: Span<UInt8>, _ pattern: [UInt8]) -> Bool {
        let star = UInt8(ascii: "*")
        var (at, step) = (0, 0)
        var back: (at: Int, step: Int)?
        while at < text.count {
            if step < pattern.count, pattern[step] == star {
                back = (at, step)
                step += 1
            } else if step < pattern.count, pattern[step] == lower(text[at]) {
                at += 1
                step += 1
            } else if let last = back {
                back = (last.at + 1, last.step)
                (at, step) = (last.at + 1, last.step + 1)
            } else {
                return false
            }
        }
        return pattern[step...].allSatisfy { $0 == star }
    }
}

/// Remembers which pattern a client's name matches, so that each is matched once: a table of fixed size, the newest in each place.
struct AgentMemo: Sendable {
    private struct Slot: Sendable {
        var text: [UInt8]
        var found: Int?
    }

    private static let slots = 1024
    private var slots: [Slot?] = []
    /// Names whose patterns were tried, for tests.
    private(set) var misses = 0

    mutating func find(_ text: Span<UInt8>, in patterns: AgentPatterns) -> Int? {
        if slots.isEmpty { slots = [Slot?](repeating: nil, count: Self.slots) }
        let key = text.extracting(0..<min(text.count, AgentPatterns.longestAgent))
        let place = key.withUnsafeBufferPointer { Int(truncatingIfNeeded: ContentHash.of(UnsafeRawBufferPointer($0)) % UInt64(Self.slots)) }
        if let slot = slots[place], slot.text.count == key.count, key.indices.allSatisfy({ slot.text[$0] == key[$0] }) { return slot.found }
        misses += 1
        let found = patterns.first(matching: key)
        slots[place] = Slot(text: key.withUnsafeBufferPointer { Array($0) }, found: found)
        return found
    }
}

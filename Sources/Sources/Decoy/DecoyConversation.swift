import Model

/// A conversation from its first byte to the record that is made of it; pure, but for the clock that is passed in.
struct DecoyConversation: Sendable {
    /// Bytes of the beginning that are kept.
    static let keptBytes = 256

    let service: DecoyService
    private let start: Timestamp
    private let maximumBytes: Int
    private var dialogue: any DecoyDialogue
    private var notes = DecoyNotes()
    /// When each step was made.
    private var times: [Timestamp] = []
    private var beginning: [UInt8] = []
    private var received = 0
    private var sent = 0
    /// Whether nothing more is to be said.
    private(set) var isOver = false
    private var isTooLong = false

    /// A conversation that begins; after `maximumBytes` from the client it is over.
    init(_ service: DecoyService, at start: Timestamp, maximumBytes: Int, random: [UInt8]) {
        self.service = service
        self.start = start
        self.maximumBytes = maximumBytes
        dialogue = service.dialogue(random: random)
    }

    /// What is said first.
    mutating func open() -> [UInt8] {
        let bytes = dialogue.open()
        sent += bytes.count
        return bytes
    }

    /// Takes what the client says, and answers.
    mutating func receive(_ bytes: [UInt8], at now: Timestamp) -> [UInt8] {
        guard !isOver else { return [] }
        beginning += bytes.prefix(max(0, Self.keptBytes - beginning.count))
        let taken = bytes.prefix(max(0, maximumBytes - received))
        received += bytes.count
        let answer = dialogue.receive(Array(taken), &notes)
        while times.count < notes.steps.count { times.append(now) }
        isTooLong = received > maximumBytes
        isOver = answer.ends || isTooLong
        sent += answer.bytes.count
        return answer.bytes
    }

    // MARK: The record

    /// Who spoke with whom.
    struct Endpoints {
        var peer: IPAddress?
        var peerPort: Int
        var local: IPAddress?
        var localPort: Int
    }

    /// What is kept of the conversation: one JSON object, see docs/formats/decoy.md.
    func record(_ endpoints: Endpoints, end: ConversationEnd, at now: Timestamp) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("decoy", 1)
            json.member("time", start.iso8601)
            json.member("session", "\(service.rawValue)-\(String(start.microseconds, radix: 16))-\(endpoints.peerPort)")
            json.member("service", service.rawValue)
            json.member("protocol", service.networkProtocol)
            json.member("transport", service.isDatagram ? "udp" : "tcp")
            if let peer = endpoints.peer { json.member("src_ip", "\(peer)") }
            json.member("src_port", endpoints.peerPort)
            if let local = endpoints.local, local.high | (local.low & 0xffff_ffff) != 0 { json.member("dest_ip", "\(local)") }
            json.member("dest_port", endpoints.localPort)
            json.key("duration")
            json.value(max(0, now.seconds(since: start)), digits: 6)
            json.member("bytes_in", received)
            json.member("bytes_out", sent)
            json.member("end", isTooLong ? "limit" : isOver ? "closed" : end.name)
            if let client = notes.client { json.member(service == .ssh ? "ssh_client" : "client", client) }
            if !beginning.isEmpty { json.member("first_bytes", DecoyBase64.encode(beginning)) }
            if notes.dropped > 0 { json.member("steps_dropped", notes.dropped) }
            json.member("steps") { json in
                json.array { json in
                    for (step, time) in zip(notes.steps, times) { append(step, time, to: &json) }
                    if notes.steps.isEmpty { append(DecoyStep(.contact), start, to: &json) }
                }
            }
        }
        return json.bytes
    }

    private func append(_ step: DecoyStep, _ time: Timestamp, to json: inout JSONText) {
        json.object { json in
            json.member("kind", step.kind.rawValue)
            json.member("time", time.iso8601)
            json.member("service", service.rawValue)
            for (name, text) in [
                ("user", step.user), ("password", step.password), ("proof", step.proof), ("command", step.command), ("method", step.method),
                ("target", step.target), ("uri", step.uri), ("database", step.database), ("host", step.host), ("agent", step.agent),
                ("body", step.body),
            ] {
                if let text { json.member(name, text) }
            }
        }
    }
}

extension ConversationEnd {
    /// The word for it in a record.
    var name: String {
        switch self {
        case .peer: "peer"
        case .idle: "idle"
        case .lifetime: "time"
        case .closed: "stopped"
        case .failed: "broken"
        }
    }
}

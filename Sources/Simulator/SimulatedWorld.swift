import Glibc
public import Model

/// One record as a simulated sensor writes it.
public struct SimulatedRecord: Sendable {
    /// Which software writes it, which is the name of its format.
    public enum Feed: String, CaseIterable, Sendable { case suricata, cowrie }

    public var feed: Feed
    /// Its event time.
    public var time: Timestamp
    /// The JSON object, without a line end.
    public var bytes: [UInt8]
}

/// What a simulated world has emitted: what any count over it must give.
public struct SimulatorOracle: Equatable, Sendable {
    public var records = 0
    /// By the expected `attack.type`.
    public var byType: [String: Int] = [:]
    /// By the country that the source address is meant to lie in.
    public var byCountry: [String: Int] = [:]
    /// By `observer.name`.
    public var bySensor: [String: Int] = [:]
    /// By `source.ip`.
    public var bySource: [String: Int] = [:]
}

/// A seeded world of attackers: the same seed gives the same records.
///
/// Few attackers do most of the work (Zipf), they sleep at night, and now and then a campaign of a few seconds raises the rate up to
/// fivefold. Every record says that it is simulated: the sensor's name begins with `sim-`, and it carries a `simulated` mark.
public struct SimulatedWorld: Sendable {
    struct Attacker: Sendable {
        var address: IPAddress
        var country: String
        var zone: Int
        var profile: Int
        /// Whether it tries passwords at a honeypot instead.
        var isLoginGuesser: Bool
    }

    struct Campaign: Sendable {
        var end: Timestamp
        var factor: Double
        var profile: Int
        var sensor: Int
        /// The attackers that take part begin here.
        var firstAttacker: Int
    }

    /// Mean records a second outside campaigns.
    public let rate: Double
    /// What has been emitted.
    public private(set) var oracle = SimulatorOracle()

    private var random: RandomNumbers
    private let attackers: [Attacker]
    private var clock: Timestamp
    /// When the next record is due; drawn ahead, so that the records do not depend on how often they are asked for.
    private var due: Timestamp
    private var nextCampaign: Timestamp
    private var campaign: Campaign?

    /// A world that begins at an instant. `rate` is in records a second.
    public init(seed: UInt64, start: Timestamp, rate: Double = 12) {
        self.rate = max(rate, 0.001)
        var random = RandomNumbers(seed: seed)
        let blocks = AddressBlock.all.flatMap { Array(repeating: $0, count: $0.weight) }
        let profiles = AttackProfile.all.indices.flatMap { Array(repeating: $0, count: AttackProfile.all[$0].weight) }
        attackers = (0..<800).map { _ in
            let block = random.pick(blocks)
            return Attacker(
                address: IPAddress(v4: block.first + 1 + UInt32(random.below(Int(block.count) - 2))), country: block.country,
                zone: block.zone,
                profile: random.pick(profiles), isLoginGuesser: random.unit() < 0.35)
        }
        clock = start
        due = start.adding(seconds: random.wait(rate: self.rate))
        nextCampaign = start.adding(seconds: 5 + random.wait(rate: 1 / 60))
        self.random = random
    }

    /// All records from where the last call ended up to an instant, in order of time.
    public mutating func next(until end: Timestamp) -> [SimulatedRecord] {
        var records: [SimulatedRecord] = []
        while true {
            guard due < end else { return records }
            clock = due
            moveCampaign()
            records.append(attack())
            due = clock.adding(seconds: min(random.wait(rate: rate * (campaign?.factor ?? 1)), 3600))
        }
    }

    private mutating func moveCampaign() {
        if let running = campaign, clock >= running.end {
            campaign = nil
            nextCampaign = clock.adding(seconds: 10 + random.wait(rate: 1 / 60))
        } else if campaign == nil, clock >= nextCampaign {
            campaign = Campaign(
                end: clock.adding(seconds: 4 + 14 * random.unit()), factor: 2 + 3 * random.unit(),
                profile: random.below(AttackProfile.all.count), sensor: random.below(SimulatedSensor.all.count),
                firstAttacker: random.below(attackers.count - 40))
        }
    }

    private mutating func attack() -> SimulatedRecord {
        if let campaign, random.unit() < 0.8 {
            let attacker = attackers[campaign.firstAttacker + random.skewed(40)]
            return alert(by: attacker, AttackProfile.all[campaign.profile], at: SimulatedSensor.all[campaign.sensor])
        }
        var attacker = attackers[random.skewed(attackers.count)]
        // Asleep attackers mostly give way to others.
        for _ in 0..<3 where random.unit() > wakefulness(attacker) { attacker = attackers[random.skewed(attackers.count)] }
        let sensor = random.pick(SimulatedSensor.all)
        if attacker.isLoginGuesser { return login(by: attacker, at: sensor) }
        return alert(by: attacker, AttackProfile.all[attacker.profile], at: sensor)
    }

    /// From 0.3 in the small hours to 1 in the afternoon, by the attacker's local time.
    private func wakefulness(_ attacker: Attacker) -> Double {
        let hour = Double(clock.minute) / 60 + Double(attacker.zone)
        return 0.65 - 0.35 * cos((hour - 4) / 24 * 2 * .pi)
    }

    private mutating func alert(by attacker: Attacker, _ profile: AttackProfile, at sensor: SimulatedSensor) -> SimulatedRecord {
        count(attacker, sensor, profile.type)
        let port = random.pick(profile.ports)
        var out: [UInt8] = []
        out.reserveCapacity(700)
        out += "{\"timestamp\":\"\(clock.iso8601)\",\"flow_id\":\(random.below(1 << 50))".utf8
        out += ",\"in_iface\":\"sim0\",\"event_type\":\"alert\"".utf8
        out += ",\"src_ip\":\"\(attacker.address)\",\"src_port\":\(1024 + random.below(64_000)),\"dest_ip\":\"\(sensor.address)\"".utf8
        out += ",\"dest_port\":\(port),\"proto\":\"\(profile.transport)\",\"alert\":{\"action\":\"allowed\",\"gid\":1".utf8
        out += ",\"signature_id\":\(profile.signatureID),\"rev\":\(1 + profile.signatureID % 9),\"signature\":\"\(profile.signature)\"".utf8
        out += ",\"category\":\"\(profile.category)\",\"severity\":\(profile.severity),\"metadata\":{\"tag\":[\"simulated\"]}}".utf8
        if !profile.paths.isEmpty {
            out += ",\"http\":{\"hostname\":\"\(sensor.name).example\",\"url\":\"\(random.pick(profile.paths))\"".utf8
            out += ",\"http_user_agent\":\"\(random.pick(Self.userAgents))\",\"http_method\":\"GET\",\"protocol\":\"HTTP/1.1\"".utf8
            out += ",\"status\":404,\"length\":162},\"app_proto\":\"http\"".utf8
        }
        let packets = 1 + random.below(9)
        out += ",\"flow\":{\"pkts_toserver\":\(packets),\"pkts_toclient\":\(packets / 2),\"bytes_toserver\":\(packets * 74)".utf8
        out += ",\"bytes_toclient\":\(packets / 2 * 60),\"start\":\"\(clock.iso8601)\"},\"host\":\"\(sensor.name)\"}".utf8
        return SimulatedRecord(feed: .suricata, time: clock, bytes: out)
    }

    private mutating func login(by attacker: Attacker, at sensor: SimulatedSensor) -> SimulatedRecord {
        count(attacker, sensor, "bruteforce")
        let user = Self.users[random.skewed(Self.users.count)]
        let password = Self.passwords[random.skewed(Self.passwords.count)]
        let event = random.unit() < 0.03 ? "success" : "failed"
        let session = String(0x1000_0000_0000 | (random.next() & 0xFFF_FFFF_FFFF), radix: 16)
        var out: [UInt8] = []
        out += "{\"eventid\":\"cowrie.login.\(event)\",\"username\":\"\(user)\",\"password\":\"\(password)\"".utf8
        out += ",\"message\":\"login attempt [\(user)/\(password)] \(event == "failed" ? "failed" : "succeeded")\"".utf8
        out += ",\"sensor\":\"\(sensor.name)\",\"timestamp\":\"\(clock.iso8601)\",\"src_ip\":\"\(attacker.address)\"".utf8
        out += ",\"dst_ip\":\"\(sensor.address)\",\"dst_port\":22".utf8
        out += ",\"protocol\":\"ssh\",\"session\":\"\(session)\",\"simulated\":true}".utf8
        return SimulatedRecord(feed: .cowrie, time: clock, bytes: out)
    }

    private mutating func count(_ attacker: Attacker, _ sensor: SimulatedSensor, _ type: String) {
        oracle.records += 1
        oracle.byType[type, default: 0] += 1
        oracle.byCountry[attacker.country, default: 0] += 1
        oracle.bySensor[sensor.name, default: 0] += 1
        oracle.bySource[attacker.address.description, default: 0] += 1
    }

    static let userAgents = ["Mozilla/5.0 zgrab/0.x", "curl/7.88.1", "python-requests/2.31.0", "Go-http-client/1.1", "masscan/1.3"]
    static let users = ["root", "admin", "user", "ubuntu", "test", "oracle", "postgres", "pi", "git", "ftpuser", "support", "nagios"]
    static let passwords = [
        "123456", "admin", "root", "password", "1234", "12345", "raspberry", "qwerty", "P@ssw0rd", "toor", "ubuntu", "changeme", "1q2w3e4r",
    ]
}

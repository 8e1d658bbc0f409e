import Formats
import Foundation
import Model
import TestKit
import Testing

/// "Whose address, and when": the test logs of fail2ban say before each line what must be found in it.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.skipMessage)"))
struct AttackerConformanceTests {
    /// One line with what is expected of it.
    struct Expectation {
        let file: String
        let line: String
        let isMatch: Bool
        let host: String
        /// Local time in Zürich, where those tests are set.
        let time: String
    }

    /// What came out for one line.
    struct Result {
        var isAttack = false
        var isAddress = false
        var isTime = false
    }

    /// The day on which those tests are set; times without a year lie before it.
    private static let now = Timestamp(microseconds: 1_124_020_800_000_000)

    static func expectations(in file: URL) throws -> [Expectation] {
        let text = String(decoding: try SharedData.bytes(at: file), as: UTF8.self)
        var found: [Expectation] = []
        var stated: [String: Any]?
        for line in text.components(separatedBy: "\n") {
            if let mark = line.range(of: "^#+ ?failJSON:", options: .regularExpression) {
                stated = try JSONSerialization.jsonObject(with: Data(line[mark.upperBound...].utf8)) as? [String: Any]
            } else if let expected = stated, !line.isEmpty, !line.hasPrefix("# ") {
                found.append(
                    Expectation(
                        file: file.lastPathComponent, line: line, isMatch: expected["match"] as? Bool ?? false,
                        host: expected["host"] as? String ?? "", time: expected["time"] as? String ?? ""))
                stated = nil
            }
        }
        return found
    }

    /// Whether an instant is a Zürich wall-clock time, by the rules of 1996 (last Sundays of March and October, 01:00 UTC).
    static func isZurich(_ time: Timestamp, _ local: String) -> Bool {
        func lastSunday(_ year: Int, _ month: Int) -> Int {
            let last = CivilDate(year: year, month: month, day: 31).daysSinceEpoch
            return last - (last + 4) % 7
        }
        let year = time.day.year
        let seconds = time.microseconds / 1_000_000
        let isSummer = seconds >= Int64(lastSunday(year, 3) * 86_400 + 3600) && seconds < Int64(lastSunday(year, 10) * 86_400 + 3600)
        return time.adding(seconds: isSummer ? 7200 : 3600).iso8601.hasPrefix(local)
    }

    static func result(_ expectation: Expectation) throws -> Result {
        var context = Decoding.context
        context.arrival = now
        var result = Result()
        let decoding = try Decoding("syslog", lines: expectation.line, context: context)
        guard decoding.batch.count > 0 else { return result }
        let row = decoding.batch[0]
        result.isAttack = row.string(.eventFamily) == "attack"
        let host = IPAddress(expectation.host)
        result.isAddress =
            host.map { row.ip(.sourceIP) == $0 } ?? (row.string(.sourceDomain)?.lowercased() == expectation.host.lowercased())
        if expectation.time.isEmpty { result.isTime = true }
        if let time = row.date(.timestamp), row.string(.timeQuality) == nil {
            result.isTime = time.iso8601.hasPrefix(expectation.time) || isZurich(time, expectation.time)
        }
        return result
    }

    @Test func theAttackerIsFoundInAnyLog() throws {
        var (matches, attacks, addresses, times, all, others, alarms) = (0, 0, 0, 0, 0, 0, 0)
        var misses: [String: Int] = [:]
        for file in try SharedData.files(in: "syslog/fail2ban-tests") {
            for expectation in try Self.expectations(in: file) {
                let result = try Self.result(expectation)
                guard expectation.isMatch else {
                    others += 1
                    if result.isAttack { alarms += 1 }
                    if result.isAttack, SharedData.isSlowTier { print("alarm \(expectation.file) | \(expectation.line.prefix(220))") }
                    continue
                }
                matches += 1
                if result.isAttack { attacks += 1 }
                if result.isAddress { addresses += 1 }
                if result.isTime { times += 1 }
                if result.isAttack, result.isAddress, result.isTime {
                    all += 1
                } else {
                    misses[expectation.file, default: 0] += 1
                    if SharedData.isSlowTier {
                        print(
                            "miss \(expectation.file) \(result) \(expectation.host) \(expectation.time) | \(expectation.line.prefix(220))")
                    }
                }
            }
        }
        func percent(_ part: Int, _ of: Int) -> String {
            "\(part) of \(of) (\(part * 1000 / max(of, 1) / 10).\(part * 1000 / max(of, 1) % 10) %)"
        }
        print(
            "fail2ban's test logs: attack \(percent(attacks, matches)), address \(percent(addresses, matches)), time \(percent(times, matches)), all three \(percent(all, matches)); attacks among the lines that its filters leave alone \(percent(alarms, others))"
        )
        print("not whole: \(misses.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))")
        #expect(matches > 500)
        #expect(all * 100 >= matches * 90)
    }
}

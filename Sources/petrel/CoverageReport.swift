import Foundation
import Model
import Pipeline

/// What `petrel coverage` prints.
struct CoverageReport: Sendable {
    /// A file and what is known of it; what could not be read or is claimed by no format has an error.
    struct File: Sendable {
        var coverage: Coverage
        var error: String?
    }

    private(set) var files: [File] = []

    /// Files that could not be read or that no format claims.
    var failures: Int { files.count { $0.error != nil } }

    /// Adds a file.
    mutating func add(path: String, _ coverage: Coverage?, error: String?) {
        files.append(File(coverage: coverage ?? Coverage(name: path), error: error))
    }

    // MARK: For people

    /// One paragraph for each file; shares are of the events unless they say otherwise.
    func text(showsFields: Bool) -> String { files.map { Self.text($0, showsFields: showsFields) }.joined(separator: "\n\n") }

    private static func text(_ file: File, showsFields: Bool) -> String {
        let coverage = file.coverage
        var lines = ["\(coverage.name)"]
        func line(_ name: String, _ value: String) {
            lines.append("  " + name + String(repeating: " ", count: max(1, 15 - name.count)) + value)
        }
        if let error = file.error { line("error", error) }
        guard !coverage.format.isEmpty else { return lines.joined(separator: "\n") }
        line("format", coverage.format)
        let dead = coverage.deadLetters.values.reduce(0, +)
        line(
            "records",
            "\(Console.grouped(coverage.records)): \(Console.grouped(coverage.decoded)) decoded (\(share(coverage.decoded, coverage.records))), "
                + "\(Console.grouped(coverage.filtered)) filtered, \(Console.grouped(dead)) dead-lettered"
                + (coverage.notRecords > 0 ? "; besides \(Console.grouped(coverage.notRecords)) headers and comments" : ""))
        for (reason, count) in ordered(coverage.deadLetters) {
            line("  \(reason)", "\(Console.grouped(count)), first \(coverage.firstDeadLetters[reason] ?? "")")
        }
        line("events", Console.grouped(coverage.events) + tally(coverage.families, of: coverage.events))
        guard coverage.events > 0 else { return lines.joined(separator: "\n") }
        line("time from", shares(coverage.times, of: coverage.events))
        line("source address", share(coverage.withSourceAddress, coverage.events))
        let withoutPlace = coverage.placements.isEmpty ? "" : "; without: " + shares(coverage.placements, of: coverage.events)
        line("source place", share(coverage.withPlace, coverage.events) + withoutPlace)
        let attacks = coverage.attackTypes.values.reduce(0, +)
        if attacks > 0 {
            line("attack type", shares(coverage.attackTypes, of: attacks))
            line("severity", shares(coverage.severities, of: attacks))
        }
        line("fields", "\(coverage.fields.count) filled")
        guard showsFields else { return lines.joined(separator: "\n") }
        for (field, count) in coverage.fields.sorted(by: { ($1.value, $0.key.name) < ($0.value, $1.key.name) }) {
            lines.append("    " + field.name + String(repeating: " ", count: max(1, 34 - field.name.count)) + share(count, coverage.events))
        }
        return lines.joined(separator: "\n")
    }

    private static func tally(_ counts: [String: Int], of total: Int) -> String { counts.isEmpty ? "" : ": " + shares(counts, of: total) }

    private static func shares(_ counts: [String: Int], of total: Int) -> String {
        ordered(counts).map { "\($0.key) \(share($0.value, total))" }.joined(separator: ", ")
    }

    /// A share in per cent, cut (not rounded) to two digits, so that only all is `100 %`.
    static func share(_ part: Int, _ whole: Int) -> String {
        guard whole > 0 else { return "-" }
        let hundredths = part * 10_000 / whole
        if hundredths % 100 == 0 { return "\(hundredths / 100) %" }
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) %"
    }

    private static func ordered(_ counts: [String: Int]) -> [(key: String, value: Int)] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    }

    // MARK: For programs

    /// One JSON object on a line.
    var json: String {
        var text = JSONText()
        text.object { json in
            json.member("files") { json in json.array { json in for file in files { Self.write(file, to: &json) } } }
        }
        return String(decoding: text.bytes, as: UTF8.self)
    }

    private static func write(_ file: File, to json: inout JSONText) {
        let coverage = file.coverage
        func counts(_ name: String, _ values: [String: Int], to json: inout JSONText) {
            json.member(name) { json in json.object { json in for (key, value) in ordered(values) { json.member(key, value) } } }
        }
        json.object { json in
            json.member("path", coverage.name)
            json.member("error", file.error)
            json.member("format", coverage.format.isEmpty ? nil : coverage.format)
            json.member("records", coverage.records)
            json.member("decoded", coverage.decoded)
            json.member("filtered", coverage.filtered)
            json.member("not_records", coverage.notRecords)
            counts("dead_letters", coverage.deadLetters, to: &json)
            json.member("first_dead_letters") { json in
                json.object { json in
                    for (reason, detail) in coverage.firstDeadLetters.sorted(by: { $0.key < $1.key }) { json.member(reason, detail) }
                }
            }
            json.member("events", coverage.events)
            counts("time_from", coverage.times, to: &json)
            json.member("with_source_address", coverage.withSourceAddress)
            json.member("with_place", coverage.withPlace)
            counts("without_place", coverage.placements, to: &json)
            counts("families", coverage.families, to: &json)
            counts("attack_types", coverage.attackTypes, to: &json)
            counts("severities", coverage.severities, to: &json)
            counts("fields", Dictionary(uniqueKeysWithValues: coverage.fields.map { ($0.key.name, $0.value) }), to: &json)
        }
    }
}

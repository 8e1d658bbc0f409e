import Model
import Wire

/// Something wrong in a ``MappingSpec``.
public struct MappingProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The key that is wrong, below `mapping:`, e.g. `fields.source.adress`.
    public let key: String
    /// What is wrong with it, and what was perhaps meant.
    public let detail: String

    public var description: String { "\(key): \(detail)" }
}

extension MappingSpec {
    /// Everything that is wrong with the mapping; empty when it can be used.
    public func problems() -> [MappingProblem] {
        var found: [MappingProblem] = []
        func note(_ key: String, _ detail: String) { found.append(MappingProblem(key: key, detail: detail)) }

        if framing == .lines { note("framing", "must be json or csv") }
        if fields.isEmpty { note("fields", "must name at least one field") }
        for (name, path) in fields.sorted(by: { $0.key < $1.key }) {
            if let problem = Self.problem(ofName: name) { note("fields.\(name)", problem) }
            if let problem = problem(ofPath: path) { note("fields.\(name)", problem) }
        }
        for (name, value) in constants.sorted(by: { $0.key < $1.key }) {
            if let problem = Self.problem(ofName: name) ?? Self.problem(ofConstant: value, for: name) { note("constants.\(name)", problem) }
        }
        if let time {
            if let problem = problem(ofPath: time.path) { note("time.path", problem) }
            if let format = time.format, TimestampReader(named: format) == nil {
                let meant = Spelling.nearest(to: format, among: TimestampReader.names).map { ", did you mean \($0)?" } ?? ""
                note("time.format", "\(format) is neither \(TimestampReader.names.joined(separator: ", ")) nor a pattern\(meant)")
            }
            if let zone = time.zoneMinutes, abs(zone) >= 24 * 60 { note("time.zone", "must be less than a day from UTC") }
        }
        found += problems(of: attackType, key: "attack_type", names: AttackType.allCases.map(\.name))
        found += problems(of: severity, key: "severity", names: AttackSeverity.allCases.map(\.name))
        for (key, place) in [("source", sourcePlace), ("destination", destinationPlace), ("observer", observerPlace)] {
            guard let place else { continue }
            if let problem = problem(ofPath: place.latitude) { note("\(key).latitude", problem) }
            if let problem = problem(ofPath: place.longitude) { note("\(key).longitude", problem) }
        }
        if framing == .csv, [UInt8(ascii: "\""), 10, 13].contains(delimiter) || delimiter >= 0x80 {
            note("delimiter", "must be one ASCII character other than a quote or a line end")
        }
        if case .columns(let names) = header, Set(names).count != names.count { note("header", "names a column twice") }
        return found
    }

    private func problems(of lookup: Lookup?, key: String, names: [String]) -> [MappingProblem] {
        guard let lookup else { return [] }
        var found: [MappingProblem] = []
        func check(_ value: String, _ key: String) {
            guard !names.contains(value) else { return }
            let meant = Spelling.nearest(to: value, among: names).map { ", did you mean \($0)?" } ?? ""
            found.append(MappingProblem(key: key, detail: "\(value) is none of \(names.joined(separator: ", "))\(meant)"))
        }
        if let path = lookup.path, let problem = problem(ofPath: path) { found.append(MappingProblem(key: "\(key).path", detail: problem)) }
        for (value, meaning) in lookup.table.sorted(by: { $0.key < $1.key }) { check(meaning, "\(key).table.\(value)") }
        if let fallback = lookup.fallback { check(fallback, "\(key).default") }
        return found
    }

    /// Fields that have an option of their own.
    private static let optionForField = [
        "@timestamp": "time", "attack.type": "attack_type", "attack.severity": "severity", "event.family": "family",
        "source.geo.location": "source", "destination.geo.location": "destination", "observer.geo.location": "observer",
    ]

    private static func problem(ofName name: String) -> String? {
        if name.hasPrefix("labels.") { return name.utf8.count > 7 ? nil : "a label needs a name" }
        if let option = optionForField[name] { return "is set by \(option):" }
        if name != "labels", Field.named(name) != nil { return nil }
        let meant = Spelling.nearest(to: name, among: Field.definitions.map(\.1.name)).map { ", did you mean \($0)?" } ?? ""
        return "no such field\(meant)"
    }

    private static func problem(ofConstant value: String, for name: String) -> String? {
        if value.isEmpty { return "must not be empty" }
        guard let field = Field.named(name) else { return nil }
        let fits: Bool =
            switch field.type {
            case .ip: IPAddress(value) != nil
            case .integer: Int64(value) != nil
            case .number: Double(value)?.isFinite ?? false
            case .boolean: ["true", "false"].contains(value)
            case .date: TimestampReader.any.read(Array(value.utf8).span) != nil
            case .keyword, .text, .label, .geoPoint: true
            }
        return fits ? nil : "\(value) does not fit a field of type \(field.type)"
    }

    private func problem(ofPath path: String) -> String? {
        if path.isEmpty { return "must not be empty" }
        guard framing == .csv else {
            return path.split(separator: ".", omittingEmptySubsequences: false).contains("") ? "\(path) has an empty part" : nil
        }
        if let number = Int(path) { return number >= 1 ? nil : "columns count from 1" }
        switch header {
        case .firstRecord: return nil
        case .none: return "\(path) is no column number, and there is no header"
        case .columns(let names):
            if names.contains(path) { return nil }
            let meant = Spelling.nearest(to: path, among: names).map { ", did you mean \($0)?" } ?? ""
            return "no such column\(meant)"
        }
    }
}

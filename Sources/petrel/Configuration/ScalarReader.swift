import Model

/// Reads single values by the type of their option.
struct ScalarReader {
    /// The configuration file's name; paths are taken from its folder.
    let file: String

    func content(of text: String, _ option: ConfigurationOption) throws(ValueProblem) -> ConfigurationValue.Content {
        let type = option.type
        let sample = option.standard ?? option.example ?? ""
        switch type {
        case .path: return .text(try path(text))
        case .flag, .columns:
            guard let flag = ["true": true, "false": false][text] else {
                throw ValueProblem(
                    "is neither true nor false" + (type.title.hasSuffix("list") ? ", nor a list of names" : "") + "; write one of them")
            }
            return .flag(flag)
        case .integer(let range):
            guard let number = Int(text) else { throw ValueProblem("is no whole number; write a \(type.title)") }
            guard range.contains(number) else { throw ValueProblem("is out of range; write a \(type.title)") }
            return .integer(number)
        case .number(let range):
            guard let number = Double(text), number.isFinite else { throw ValueProblem("is no number; write a \(type.title)") }
            guard range.contains(number) else { throw ValueProblem("is out of range; write a \(type.title)") }
            return .number(number)
        case .duration(let range, let word): return try quantity(text, ConfigurationUnits.durations, range, word, sample)
        case .size(let range, let word): return try quantity(text, ConfigurationUnits.sizes, range, word, sample)
        case .choice(let names):
            guard names.contains(text) else {
                let meant = Spelling.nearest(to: text, among: names).map { "did you mean \($0)?" }
                throw ValueProblem("is none of \(names.joined(separator: ", ")); \(meant ?? "write one of them")")
            }
            return .text(text)
        case .zone:
            guard let minutes = ConfigurationUnits.zoneMinutes(text) else {
                throw ValueProblem("is no offset from UTC; write UTC or e.g. \"+02:00\" (names such as Europe/Berlin are not known)")
            }
            return .integer(minutes)
        case .text, .texts, .paths, .table, .group, .list, .named:
            guard !text.isEmpty else { throw ValueProblem("is empty; write a text or remove the key") }
            return .text(text)
        }
    }

    /// The path from the current folder.
    func path(_ text: String) throws(ValueProblem) -> String {
        guard !text.isEmpty else { throw ValueProblem("is empty; write a path or remove the key") }
        guard !text.hasPrefix("~") else { throw ValueProblem("begins with ~, which stands for nothing here; write ${HOME} instead") }
        guard !text.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return text }
        var rest = text[...]
        while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
        return String(file[...slash] + rest)
    }

    private func quantity(
        _ text: String, _ scale: ConfigurationUnits.Scale, _ range: ClosedRange<Int>, _ word: String?, _ sample: String
    ) throws(ValueProblem) -> ConfigurationValue.Content {
        if let word, text == word { return .noLimit }
        let value = try ConfigurationUnits.value(of: text, scale, sample: sample + (word.map { " or \($0)" } ?? ""))
        guard range.contains(value) else {
            let bounds = [range.lowerBound, range.upperBound].map { ConfigurationUnits.text($0, scale) }.joined(separator: " to ")
            throw ValueProblem("is out of range; write \(bounds)" + (word.map { ", or \($0)" } ?? ""))
        }
        return .integer(value)
    }
}

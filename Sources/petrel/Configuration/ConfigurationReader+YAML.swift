import Yams

extension Node {
    /// The line in which the node begins, from 1.
    var line: Int? { mark?.line }

    /// Whether nothing is written there, or `null`: the same as leaving the key out.
    var isNothing: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    /// What the node is, for people.
    var kindTitle: String {
        switch self {
        case .scalar(let scalar): "the text \(ConfigurationReader.quoted(scalar.string))"
        case .mapping: "a section of keys"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}

extension ConfigurationReader {
    /// What is wrong with the YAML itself.
    static func problem(of error: any Error, file: String) -> ConfigurationError.Problem {
        guard let error = error as? YamlError else { return ConfigurationError.Problem(file: file, line: nil, key: "", text: "\(error)") }
        var line: Int?
        let text: String
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            line = mark.line
            let place = context.map { " (\($0.text), which begins in line \($0.mark.line))" } ?? ""
            text = "is not YAML: \(problem)\(place); mind indentation (blanks, no tabulators), colons and quotes"
        case .duplicatedKeysInMapping(let keys, let context):
            line = context.mark.line
            text = "\(keys.joined(separator: ", ")): stands twice in one section, first here; remove one"
        case .reader(let problem, _, _, _): text = "is not YAML: \(problem); save the file as UTF-8 without control characters"
        default: text = "is not YAML: \(error)"
        }
        return ConfigurationError.Problem(file: file, line: line, key: "", text: text)
    }
}

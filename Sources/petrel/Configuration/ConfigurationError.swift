/// Why a configuration cannot be used: everything that is wrong with it, at once.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// One thing that is wrong.
    struct Problem: Equatable, Sendable, CustomStringConvertible {
        /// The file's name as it was given.
        var file: String
        /// Line in the file, from 1; nil when it is about the whole file.
        var line: Int?
        /// The key, e.g. `web.port` or `sources[2].poll` (lists count from 1); empty when it is about none.
        var key: String
        /// What is wrong, and what to do.
        var text: String

        var description: String { [line.map { "\(file):\($0)" } ?? file, key, text].filter { !$0.isEmpty }.joined(separator: ": ") }
    }

    /// The problems in the order of their lines.
    var problems: [Problem]

    var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// What is wrong with a single value, and what to do.
struct ValueProblem: Error, Equatable {
    let text: String

    init(_ text: String) { self.text = text }
}

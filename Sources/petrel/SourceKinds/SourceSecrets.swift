import Formats
import Sources

extension SourceKinds {
    /// The two ways to give a secret: by the environment, and by a file.
    static func secret(_ name: String, _ what: String, variable: String) -> [ConfigurationOption] {
        [
            ConfigurationOption(
                name: name, type: .text, summary: "\(what), from the environment as ${NAME}.", example: "${\(variable)}", isSecret: true),
            ConfigurationOption(name: "\(name)_file", type: .path, summary: "File with the \(what.lowercased()).", example: "./\(name)"),
        ]
    }

    /// Formats by a name that the peer gives.
    static func formats(by what: String, example: String) -> ConfigurationOption {
        ConfigurationOption(
            name: "formats", type: .table,
            summary: "\(what) to format; a name that ends in * stands for all that begin so. Others are recognised by their content.",
            example: example)
    }
}

extension SourceSection {
    /// A secret from its option or its file; nil when neither is given, or a problem is noted.
    mutating func secret(_ name: String) -> String? {
        guard let path = values.text("\(name)_file") else { return values.text(name) }
        if values.text(name) != nil { note("\(name)_file", "stands beside \(name); keep one of them") }
        do throws(ValueProblem) {
            let bytes = try SmallFile.read(path, limit: 4096)
            guard let text = String(validating: bytes, as: UTF8.self) else { throw ValueProblem("is not UTF-8") }
            let secret = text.last?.isNewline == true ? String(text.dropLast()) : text
            guard !secret.isEmpty else { throw ValueProblem("is empty") }
            return secret
        } catch {
            note("\(name)_file", "\(ConfigurationReader.quoted(path)) \(error.text)")
            return nil
        }
    }

    /// The parts of the URL in an option; nil when it is none, which is noted. It may hold no password.
    mutating func peer(_ name: String, ports: [String: Int], passwordOption: String) -> PeerURL? {
        guard let text = values.text(name) else { return nil }
        do throws(PeerError) {
            let url = try PeerURL(text, ports: ports)
            guard url.password == nil else {
                throw PeerError(.misconfigured, "holds a password; use \(passwordOption) or \(passwordOption)_file")
            }
            return url
        } catch {
            note(name, error.detail)
            return nil
        }
    }
}

extension SourceContext {
    /// Throws when a table of formats names one that there is not.
    func check(_ table: [String: String], of source: String) throws(PeerError) {
        for (name, format) in table.sorted(by: { $0.key < $1.key }) where formats.entry(named: format) == nil {
            let meant = formats.nearest(to: format).map { "did you mean \($0)?" } ?? "known are \(formats.names.joined(separator: ", "))"
            throw PeerError(
                .misconfigured, "source \(source), formats.\(name): \(ConfigurationReader.quoted(format)) is no format; \(meant)")
        }
    }
}

import ArgumentParser
import Formats
import Foundation
import Model
import Sources

/// Tells which format claims a file.
struct Detect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell by their content which format log files have.",
        discussion: """
            Looks at the first 64 KiB, decompressed, as an import does. The number is how sure the format is, to 100; other formats that claim the
            file less surely follow. Exit code 3 when a file is claimed by none, 1 when all are.

            EXAMPLES
              petrel detect eve.json cowrie.json.1.gz
              petrel detect --json 'logs/*'
            """)

    @Option(help: ArgumentHelp("Configuration file (YAML), for its mappings.", valueName: "file"))
    var config: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @Argument(help: ArgumentHelp("Files and glob patterns.", valueName: "file"))
    var files: [String]

    /// What was found out about one file.
    private struct Finding {
        let path: String
        var claims: [FormatCatalogue.StreamClaim] = []
        var error: String?
    }

    func run() throws {
        var formats = FormatCatalogue.standard
        if let config { formats = try Configuration.load(path: config, environment: ProcessInfo.processInfo.environment).formats }
        var findings: [Finding] = []
        for path in FileSource(FileSourceOptions(paths: files)).files { findings.append(Self.look(at: path, formats)) }
        Console.print(json ? Self.json(findings) : Console.harmless(findings.map(Self.text).joined(separator: "\n")))
        let failed = findings.count { $0.claims.isEmpty }
        if failed > 0 { throw ExitCode(failed == findings.count ? 1 : 3) }
    }

    private static func look(at path: String, _ formats: FormatCatalogue) -> Finding {
        var finding = Finding(path: path)
        do throws(FileSourceError) {
            let head = try FileSource.head(of: path)
            finding.claims = formats.claims(head: head.span, fileName: path)
        } catch {
            finding.error = error.detail
        }
        return finding
    }

    private static func text(_ finding: Finding) -> String {
        if let error = finding.error { return error }
        let claims = finding.claims.map { "\($0.name) \($0.likelihood)" }.joined(separator: ", ")
        return "\(finding.path): \(claims.isEmpty ? "no format claims it" : claims)"
    }

    private static func json(_ findings: [Finding]) -> String {
        var text = JSONText()
        text.object { json in
            json.member("files") { json in json.array { json in for finding in findings { write(finding, to: &json) } } }
        }
        return String(decoding: text.bytes, as: UTF8.self)
    }

    private static func write(_ finding: Finding, to json: inout JSONText) {
        json.object { json in
            json.member("path", finding.path)
            json.member("format", finding.claims.first?.name)
            json.member("error", finding.error)
            json.member("claims") { json in
                json.object { json in for claim in finding.claims { json.member(claim.name, claim.likelihood) } }
            }
        }
    }
}

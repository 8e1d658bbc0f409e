import ArgumentParser
import Columns
import Foundation
import KQL

/// Runs shared test vectors against the query language.
struct ConformanceCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conformance",
        abstract: "Run files of test vectors (kql/1, filters/1) over events, columns and the text index, and print what differs.",
        discussion: """
            EXAMPLES
              petrel conformance kql.json filters.json
            """)

    @Argument(help: ArgumentHelp("Files of vectors.", valueName: "file"))
    var files: [String]

    func run() throws {
        var hasFailures = false
        for file in files {
            let url = URL(fileURLWithPath: file)
            let folder = url.deletingLastPathComponent()
            let report = try Conformance.run(Array(try Data(contentsOf: url)), through: [.events, .columns, .indexedColumns]) { name in
                Array(try Data(contentsOf: folder.appendingPathComponent(URL(fileURLWithPath: name).lastPathComponent)))
            }
            Console.print("\(url.lastPathComponent)\n\(Console.harmless(report.description))")
            hasFailures = hasFailures || !report.failures.isEmpty
        }
        if hasFailures { throw ExitCode.failure }
    }
}

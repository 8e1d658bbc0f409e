import ArgumentParser
import CGlibc
import Foundation
import Glibc

/// The command line: one subcommand per task.
@main
struct Petrel: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "petrel",
        abstract: "A self-hosted observatory for cyber-attacks and infosec chatter.",
        discussion: """
            EXAMPLES
              petrel serve                               show a simulated world on http://127.0.0.1:8080/
              petrel serve --play eve.json               import a log and play it on the map
              petrel serve --config petrel.yaml          run with your sources
              petrel import --data DIR eve.json.gz       store logs, each event once
              petrel tail --data DIR                     print events as they are stored
            """,
        version: version,
        subcommands: [
            Serve.self, Import.self, Replay.self, QueryCommand.self, Tail.self, Count.self, Stats.self, SourcesCommand.self,
            DeadLettersCommand.self, RebuildColumns.self,
            Keep.self, Compact.self, Detect.self, CoverageCommand.self, Indicators.self, CheckConfig.self, Doctor.self, Bench.self,
            ConformanceCheck.self,
        ])

    /// Exit codes: 0 ok, 1 failed, 2 usage, 3 partly done.
    static func main() async {
        // A reader that goes away (`petrel tail | head`) must end a write, not the process in the middle of a commit.
        signal(SIGPIPE, SIG_IGN)
        // Batches are megabytes that come and go many times a second: kept by the allocator, not mapped and zeroed anew each time.
        mallopt(M_MMAP_THRESHOLD, 32 << 20)
        mallopt(M_TRIM_THRESHOLD, 64 << 20)
        // As many arenas as processors, not eight times as many: what one thread gives back, another uses again.
        mallopt(M_ARENA_MAX, Int32(clamping: max(ProcessInfo.processInfo.activeProcessorCount, 2)))
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let code = exitCode(for: error)
            if code == .validationFailure {
                Console.error(fullMessage(for: error))
                Glibc.exit(2)
            }
            if code != .success, !(error is ExitCode), !(error is CleanExit) {
                Console.error("petrel: \(error)")
                Glibc.exit(1)
            }
            exit(withError: error)
        }
    }
}

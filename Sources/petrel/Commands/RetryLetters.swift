import ArgumentParser
import AsyncHTTPClient
import Formats
import Foundation
import Journal
import NIOHTTP1
import Pipeline

/// Makes events of dead letters.
struct RetryLetters: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Decode dead letters anew and store the events of those that are understood, once.",
        discussion: """
            Names single letters, or all that fit the options; --all means every one. The running server of the data folder does it; when none
            runs, the command does it itself. Exit code 3 when some are still not understood.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var which: LetterFilterOptions

    @Argument(help: ArgumentHelp("Names of letters, as in the list.", valueName: "id"))
    var ids: [String] = []

    @Option(help: ArgumentHelp("Format to decode with; else that of the source, or the one that did not understand it.", valueName: "name"))
    var `as`: String?

    @Flag(help: "Retry every dead letter there is.")
    var all = false

    func validate() throws {
        let isFiltered = which.filter != DeadLetterFilter()
        if [!ids.isEmpty, isFiltered, all].filter(\.self).count != 1 {
            throw ValidationError("name letters, or choose them by --source, --reason and --format, or say --all")
        }
        for id in ids where DeadLetterID(id) == nil {
            throw ValidationError("\(id) is no name of a dead letter; see: petrel dead-letters list")
        }
    }

    /// What came of all.
    private struct Totals {
        var letters = 0
        var retried = 0
        var stored = 0
        var filtered = 0
        var kept: [String: Int] = [:]
    }

    func run() async throws {
        let configuration = try common.load()
        let folder = common.dataFolder(configuration)
        let totals: Totals
        if let client = try server.client(configuration, dataFolder: folder), try await client.ask("/api/v1/about") != nil {
            totals = try await ask(client)
        } else {
            totals = try await retry(configuration, folder)
        }
        Console.print("\(totals.retried) of \(totals.letters) letters became \(totals.stored) events; \(totals.filtered) are not wanted")
        for (reason, count) in totals.kept.sorted(by: { $0.key < $1.key }) {
            Console.print("  still \(Console.harmless(reason)): \(count)")
        }
        if !totals.kept.isEmpty { throw ExitCode(3) }
    }

    // MARK: By the server

    private struct Single: Decodable {
        var status: String
        var stored: Int
        var reason: String?
    }

    private struct Many: Decodable {
        var letters, retried, stored, filtered, cut, gone: Int
        var deadLettered: [String: Int]
        var next: String?
    }

    private func ask(_ client: ServerClient) async throws -> Totals {
        var totals = Totals()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        for id in ids {
            guard let body = try await client.ask("/api/v1/dead-letters/\(id)/retry" + query([("as", `as`)]), method: .POST) else { break }
            let one = try decoder.decode(Single.self, from: body)
            totals.letters += 1
            switch one.status {
            case "stored":
                totals.retried += 1
                totals.stored += one.stored
            case "filtered", "not_a_record": totals.filtered += 1
            default: totals.kept[one.reason ?? one.status, default: 0] += 1
            }
        }
        guard ids.isEmpty else { return totals }
        var after: String?
        repeat {
            let path =
                "/api/v1/dead-letters/retry"
                + query([("source", which.source), ("reason", which.reason), ("format", which.format), ("as", `as`), ("after", after)])
            guard let body = try await client.ask(path, method: .POST) else {
                throw ServerClient.Failure(
                    description: "the server has ended meanwhile; what was retried is stored, start again for the rest")
            }
            let page = try decoder.decode(Many.self, from: body)
            totals.letters += page.letters
            totals.retried += page.retried
            totals.stored += page.stored
            totals.filtered += page.filtered
            totals.kept.merge(page.deadLettered, uniquingKeysWith: +)
            if page.cut > 0 { totals.kept["cut", default: 0] += page.cut }
            after = page.next
        } while after != nil
        return totals
    }

    private func query(_ members: [(String, String?)]) -> String {
        var parts = URLComponents()
        parts.queryItems = members.compactMap { name, value in value.map { URLQueryItem(name: name, value: $0) } }
        let text = (parts.percentEncodedQuery ?? "").replacing("+", with: "%2B")
        return text.isEmpty ? "" : "?\(text)"
    }

    // MARK: By the command

    private func retry(_ configuration: Configuration, _ folder: String) async throws -> Totals {
        if let name = `as`, configuration.formats.entry(named: name) == nil {
            throw ValidationError(
                "--as: there is no format \(name)\(configuration.formats.nearest(to: name).map { "; did you mean \($0)?" } ?? "")")
        }
        let installation = try Installation(
            configuration, dataFolder: folder, assetFolder: Installation.assetFolder(named: common.assets, configuration))
        for source in configuration.sources { _ = installation.pipeline.intake(for: source.settings) }
        let desk = DeadLetterDesk(installation.pipeline)
        var totals = Totals()
        if ids.isEmpty {
            let done = try await desk.retry(which.filter, as: `as`, limit: .max)
            (totals.letters, totals.retried, totals.stored, totals.filtered) = (done.letters, done.retried, done.stored, done.filtered)
            totals.kept = done.deadLettered
            if done.cut > 0 { totals.kept["cut"] = done.cut }
        }
        for id in ids.compactMap({ DeadLetterID($0) }) {
            totals.letters += 1
            switch try await desk.retry(id, as: `as`) {
            case .stored(let count):
                totals.retried += 1
                totals.stored += count
            case .filtered, .notARecord: totals.filtered += 1
            case .deadLettered(let reason): totals.kept[reason, default: 0] += 1
            case .cut: totals.kept["cut", default: 0] += 1
            case .gone: totals.kept["not kept, or became an event", default: 0] += 1
            }
        }
        await installation.journal.close()
        return totals
    }
}

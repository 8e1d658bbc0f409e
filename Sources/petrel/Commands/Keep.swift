import ArgumentParser
import Journal
import KQL
import Model

/// Keeps events beyond the time of their class.
struct Keep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep events when retention removes their class.",
        discussion: """
            Copies the events to the class "kept", which has its own age and size; their ids stay. To keep an event again changes nothing. Where
            a server writes the journal, send POST /api/v1/events/ID/keep to it instead.

            EXAMPLES
              petrel keep 382495043224600576 382495043224600577
              petrel keep --query 'source.ip: 198.51.100.7 and attack.type: exploit' --limit 500
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Ids of the events.", valueName: "id"))
    var ids: [String] = []

    @Option(help: ArgumentHelp("Keep the events that match (KQL).", valueName: "query"))
    var query: String?

    @Option(help: ArgumentHelp("Keep nothing when more events match the query.", valueName: "number"))
    var limit = 1000

    func validate() throws {
        if ids.isEmpty == (query == nil) { throw ValidationError("name events by their ids, or ask for them with --query") }
        if limit < 1 { throw ValidationError("--limit: must be at least 1") }
        if let bad = ids.first(where: { EventID($0) == nil }) { throw ValidationError("\(bad): an event id is a whole number") }
    }

    func run() async throws {
        let predicate = try query.map { try QueryText.predicate($0, now: WallClock.system.now) }
        let configuration = try common.load()
        let journal = try EventJournal(
            folder: Installation.journalFolder(common.dataFolder(configuration)), options: configuration.journal)
        let wanted: [EventID]
        let result: EventJournal.Keeping
        do {
            wanted = if let predicate { try await matches(predicate, in: journal) } else { ids.compactMap { EventID($0) } }
            result = try await journal.keep(ids: wanted)
        } catch {
            await journal.close()
            throw error
        }
        await journal.close()
        Console.print("\(result.copied) kept, \(result.known) kept before, \(result.absent) not in the journal")
        if result.absent > 0 { throw ExitCode(result.absent == Set(wanted).count ? 1 : 3) }
    }

    private func matches(_ predicate: KQLPredicate?, in journal: EventJournal) async throws -> [EventID] {
        var found: [EventID] = []
        var cursor = EventID.zero
        while let block = try await journal.next(after: cursor, needsRaw: false) {
            for index in block.firstIndex(after: cursor)..<block.events.count where predicate?.matches(block.events[index]) ?? true {
                guard found.count < limit else {
                    throw ValidationError("more than \(limit) events match; narrow the query, or raise --limit")
                }
                found.append(block.id(index))
            }
            cursor = block.lastID
        }
        return found
    }
}

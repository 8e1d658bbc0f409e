import ArgumentParser
import Glibc
import Journal
import KQL
import Model

/// Prints events as they are stored.
struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print events as ECS documents, one a line, as they are stored.",
        discussion: """
            Reads the journal's files, also while a server writes them.

            EXAMPLES
              petrel tail
              petrel tail 'attack.type: bruteforce and source.ip: 198.51.100.0/24'
              petrel tail --last 100 --no-follow --data DIR | jq .source.ip
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Print the events that match only (KQL).", valueName: "query"))
    var query: String?

    @Option(help: ArgumentHelp("Look so many stored events back.", valueName: "number"))
    var last = 10

    @Flag(inversion: .prefixedNo, help: "Wait for what comes.")
    var follow = true

    func validate() throws {
        if last < 0 { throw ValidationError("--last: must not be negative") }
    }

    func run() async throws {
        let predicate = try QueryText.predicate(query ?? "", now: WallClock.system.now)
        let configuration = try common.load()
        let reader = try JournalReader(folder: Installation.journalFolder(common.dataFolder(configuration)))
        var cursor = try reader.cursor(beforeNewest: last)
        if last == 0, let newest = try reader.lastID() { cursor = newest }
        while true {
            while let block = try reader.next(after: cursor) {
                guard print(block, after: cursor, where: predicate) else { return }
                cursor = block.lastID
            }
            guard follow else { return }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    /// Prints a block's matching events; false when the reader is gone.
    private func print(_ block: Block, after cursor: EventID, where predicate: KQLPredicate?) -> Bool {
        var out: [UInt8] = []
        for index in block.firstIndex(after: cursor)..<block.events.count where predicate?.matches(block.events[index]) ?? true {
            EventJSON.append(block.events[index], id: block.id(index), raw: block.events.raw(index), to: &out)
            out.append(UInt8(ascii: "\n"))
        }
        return Console.write(out, to: STDOUT_FILENO)
    }
}

import ArgumentParser
import Journal

/// Prints how many events are stored.
struct Count: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the number of stored events.")

    @OptionGroup var common: CommonOptions

    func run() throws {
        let configuration = try common.load()
        Console.print("\(try JournalReader(folder: Installation.journalFolder(common.dataFolder(configuration))).count())")
    }
}

import ArgumentParser
import Enrichment
import Foundation
import Journal

/// Looks whether everything is as it should be.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check configuration, data files and the whole journal.",
        discussion:
            "Reads every stored event once. Exit code 1 when something is broken, 3 when something is missing that Petrel can do without.")

    @OptionGroup var common: CommonOptions

    func run() throws {
        let configuration = try common.load()
        Console.print("configuration  ok\(common.config.map { " (\($0))" } ?? ", defaults")")
        let assetFolder = Installation.assetFolder(named: common.assets, configuration)
        let missing = EnrichmentAssets(directory: assetFolder, replacing: configuration.enrichmentReplacements).missing
        for asset in missing { Console.print("data files     \(asset)") }
        if missing.isEmpty { Console.print("data files     ok (\(assetFolder))") }
        let folder = Installation.journalFolder(common.dataFolder(configuration))
        let reader = try JournalReader(folder: folder)
        let found = try reader.verify()
        Console.print("journal        ok (\(folder): \(found.files) files, \(Console.grouped(Int(found.events))) events, all read)")
        for (source, ledger) in try reader.ledgers().sorted(by: { $0.key < $1.key }) {
            guard ledger.isBalanced else {
                Console.error("books          \(source): received \(ledger.received) is not the sum of what became of it")
                throw ExitCode(1)
            }
        }
        Console.print("books          ok")
        if !missing.isEmpty { throw ExitCode(3) }
    }
}

import ArgumentParser
import Foundation
import Journal
import Model
import Pipeline

/// Shows what was not understood, and makes events of it after a fix.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters", abstract: "List, show, export and retry records that were not understood.",
        discussion: """
            EXAMPLES
              petrel dead-letters list --source eve --reason bad_time
              petrel dead-letters show 2026-11-21.0000-17
              petrel dead-letters retry --source eve
              petrel dead-letters export > letters.ndjson
            """,
        subcommands: [ListLetters.self, ShowLetter.self, RetryLetters.self, ExportLetters.self])
}

/// Which dead letters are meant.
struct LetterFilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only those of this source.", valueName: "name"))
    var source: String?

    @Option(help: ArgumentHelp("Only those with this reason, e.g. malformed_json.", valueName: "word"))
    var reason: String?

    @Option(help: ArgumentHelp("Only those that this format did not understand.", valueName: "name"))
    var format: String?

    /// The filter.
    var filter: DeadLetterFilter { DeadLetterFilter(source: source, reason: reason, format: format) }
}

extension StoredDeadLetter {
    /// The letter as a line of JSON, with its bytes.
    var json: String {
        var text = JSONText()
        text.object { json in
            json.member("id", id.description)
            json.member("source", letter.source)
            json.member("stream", letter.stream)
            json.member("offset", Int(letter.offset))
            json.member("reason", letter.reason)
            json.member("detail", letter.detail)
            json.member("format", letter.format)
            json.member("sensor", letter.sensor)
            json.member("arrival", letter.arrival.iso8601)
            json.member("length", Int(letter.length))
            json.member("base64", Data(letter.bytes).base64EncodedString())
        }
        return String(decoding: text.bytes, as: UTF8.self)
    }

    /// The letter in one line of text.
    var line: String {
        let sample = String(decoding: letter.bytes.prefix(120), as: UTF8.self)
        let text = "\(id)  \(letter.arrival.iso8601)  \(letter.source)  \(letter.reason): \(letter.detail)  \(sample)"
        return Console.harmless(text).replacing("\n", with: " ")
    }
}

/// Lists dead letters.
struct ListLetters: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List dead letters, newest first.", discussion: "Reads the files, also while a server writes them.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var which: LetterFilterOptions

    @Option(help: ArgumentHelp("Most that are listed.", valueName: "number"))
    var limit = 100

    @Option(help: ArgumentHelp("Only those before this one, the last of the page before.", valueName: "id"))
    var before: String?

    @Flag(help: "Print one JSON object a line.")
    var json = false

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit: must be at least 1") }
        if let before, DeadLetterID(before) == nil { throw ValidationError("--before: \(before) is no name of a dead letter") }
    }

    func run() throws {
        let reader = try JournalReader(folder: Installation.journalFolder(common.dataFolder(try common.load())))
        for letter in try reader.deadLetters(which.filter, before: before.flatMap { DeadLetterID($0) }, limit: limit) {
            Console.print(json ? letter.json : letter.line)
        }
    }
}

/// Shows a dead letter.
struct ShowLetter: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a dead letter with all that is kept of it.")

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("Its name, as in the list.", valueName: "id"))
    var id: String

    @Flag(help: "Print the bytes of the record as they came, and nothing else.")
    var raw = false

    func run() throws {
        guard let name = DeadLetterID(id) else { throw ValidationError("\(id) is no name of a dead letter; see: petrel dead-letters list") }
        let reader = try JournalReader(folder: Installation.journalFolder(common.dataFolder(try common.load())))
        guard let stored = try reader.deadLetter(name) else {
            Console.error("petrel: \(id) is not kept, or became an event")
            throw ExitCode(1)
        }
        let letter = stored.letter
        guard !raw else {
            Console.write(letter.bytes, to: STDOUT_FILENO)
            return
        }
        let kept = letter.length == UInt64(letter.bytes.count) ? "" : " (\(letter.bytes.count) kept: it cannot be retried)"
        for (title, text) in [
            ("source", letter.source), ("stream", letter.stream), ("offset", "\(letter.offset)"), ("arrival", letter.arrival.iso8601),
            ("format", letter.format), ("sensor", letter.sensor ?? ""), ("reason", "\(letter.reason): \(letter.detail)"),
            ("length", "\(letter.length)\(kept)"),
        ] where !text.isEmpty {
            Console.print(title.padding(toLength: 9, withPad: " ", startingAt: 0) + Console.harmless(text).replacing("\n", with: " "))
        }
        Console.print("\n" + Console.harmless(String(decoding: letter.bytes, as: UTF8.self)))
    }
}

/// Writes dead letters for other programs.
struct ExportLetters: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print dead letters as lines of JSON with their bytes as base64, oldest first.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var which: LetterFilterOptions

    func run() throws {
        let reader = try JournalReader(folder: Installation.journalFolder(common.dataFolder(try common.load())))
        var edge: DeadLetterID?
        while true {
            let page = try reader.deadLetters(which.filter, after: edge, limit: 500)
            for letter in page { guard Console.write(letter.json + "\n", to: STDOUT_FILENO) else { return } }
            guard let last = page.last else { return }
            edge = last.id
        }
    }
}

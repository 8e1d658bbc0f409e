import ArgumentParser

/// Checks a configuration file.
struct CheckConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a configuration file and print what it comes to.",
        discussion: """
            Every problem is shown at once, with file and line. Secrets are not printed.

            EXAMPLES
              petrel check-config petrel.yaml
              petrel check-config --example > petrel.yaml
            """)

    @Flag(help: "Print an example with every key and its meaning.")
    var example = false

    @Argument(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var file: String?

    func validate() throws {
        if !example, file == nil { throw ValidationError("name a configuration file, or use --example") }
    }

    func run() throws {
        if example {
            Console.print(Configuration.exampleText)
        } else {
            var options = CommonOptions()
            options.config = file
            Console.print(try options.load().redactedDescription())
        }
    }
}

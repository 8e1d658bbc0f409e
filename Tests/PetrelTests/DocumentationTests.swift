import ArgumentParser
import Foundation
import Model
import Testing

@testable import petrel

/// That everything a user can meet stands in the documentation; ConfigurationTests does the same for the configuration's keys,
/// OpenAPITests for the routes.
@Suite struct DocumentationTests {
    @Test func `Every field has its row, in order, and no row is left over`() throws {
        let rows = try Repository.text("docs/fields.md").split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        let expected = Field.definitions.map { "| `\($0.1.name)` | \($0.1.type) | \($0.1.summary) |" }
        #expect(Set(rows).subtracting(expected) == [], "rows of docs/fields.md that are no field")
        #expect(Set(expected).subtracting(rows) == [], "fields that docs/fields.md lacks")
        #expect(rows == expected, "the order of docs/fields.md")
    }

    /// The commands below one, by their full names.
    static func commands(below command: any ParsableCommand.Type, named name: String) -> [(name: String, type: any ParsableCommand.Type)] {
        [(name, command)]
            + command.configuration.subcommands.flatMap { child in
                commands(below: child, named: "\(name) \(child.configuration.commandName ?? child._commandName)")
            }
    }

    @Test(arguments: SourceKinds.all.map(\.name)) func `Every kind of source has its page and its row`(kind: String) throws {
        #expect(try Repository.text("docs/sources/README.md").contains("`\(kind)`"))
        #expect(try Repository.text("docs/sources/\(kind).md").contains("type: \(kind)"))
    }

    @Test func `Every command and every option is documented`() throws {
        let text = try Repository.text("docs/cli.md")
        let commands = Self.commands(below: Petrel.self, named: "petrel")
        #expect(commands.contains { $0.name == "petrel check-config" } && commands.contains { $0.name == "petrel bench live" })
        for (name, type) in commands {
            #expect(text.contains(name) || text.contains("`\(name.dropFirst("petrel ".count))`"), "docs/cli.md lacks \(name)")
            for option in type.helpMessage(columns: 200).matches(of: /(?m)^  (?:-[a-z], )?(--[a-z-]+)/).map({ String($0.1) })
            where option != "--help-hidden" {
                #expect(
                    text.contains(option) || text.contains(option.replacing("--", with: "--no-")), "docs/cli.md lacks \(option) of \(name)")
            }
        }
    }
}

import ArgumentParser
import Testing

@testable import petrel

@Suite struct CommandLineTests {
    @Test(arguments: [
        ["serve"], ["serve", "--play", "a.json", "b.json", "--play-seconds", "5"], ["serve", "--port", "0", "--host", "::1"],
        ["serve", "--simulate"],
        ["import", "a"], ["import", "--json", "--data", "d", "--format", "cowrie", "a", "b"], ["tail", "--last", "0", "--no-follow"],
        ["count"],
        ["check-config", "petrel.yaml"], ["doctor"], ["detect", "a", "b"], ["detect", "--json", "a"], ["coverage", "a"],
        ["coverage", "--json", "--fields", "--format", "cowrie", "a", "b"],
    ])
    func `What the help shows is understood`(arguments: [String]) { #expect(throws: Never.self) { try Petrel.parseAsRoot(arguments) } }

    @Test(arguments: [
        ["serve", "--port", "65536"], ["serve", "--port", "-1"], ["serve", "--play-seconds", "0"], ["serve", "--simulate", "--data", "d"],
        ["import"], ["detect"], ["coverage"],
        ["tail", "--last", "-1"], ["serve", "--no-such-option"], ["no-such-command"],
    ])
    func `What makes no sense is a usage error`(arguments: [String]) {
        do {
            _ = try Petrel.parseAsRoot(arguments)
            Issue.record("\(arguments) was understood")
        } catch {
            #expect(Petrel.exitCode(for: error) == .validationFailure)
        }
    }

    @Test func `Every command says what it does`() {
        for (name, command) in DocumentationTests.commands(below: Petrel.self, named: "petrel") {
            #expect(command.configuration.abstract.hasSuffix("."), "\(name)")
            #expect(command.helpMessage(columns: 100).contains("USAGE:"), "\(name)")
        }
    }
}

import Formats
import Testing

@testable import Sources
@testable import petrel

@Suite struct HTTPKindTests {
    static func problems(_ source: String) -> [String] {
        do {
            _ = try Configuration.parse("sources:\n  - {name: a, \(source)}", name: "c.yaml", environment: ["T": "abc", "BAD": "a b"])
            return []
        } catch {
            return error.problems.map { String("\($0)".dropFirst("c.yaml:2: sources[1].".count)) }
        }
    }

    static func make<Made>(_ source: String, as type: Made.Type) throws -> Made {
        let text = "sources:\n  - {name: a, \(source)}"
        let configuration = try Configuration.parse(text, name: "c.yaml", environment: ["T": "abc"])
        let context = SourceContext(formats: configuration.formats, onNotice: { _ in })
        let source = try #require(configuration.sources.first)
        return try #require(try source.make(context) as? Made)
    }

    @Test(arguments: PollPreset.all.map(\.name)) func `Presets are whole, and what is stated wins`(_ name: String) throws {
        let preset = try #require(PollPreset.named(name))
        let made = try Self.make("type: http-poll, preset: \(name)", as: HTTPPollSource.self).options
        #expect(FormatCatalogue.standard.entry(named: preset.format) != nil && made.format == preset.format)
        #expect(made.client.url.hasPrefix("https://") && !made.key.isEmpty && made.interval >= .seconds(60) && made.problem == nil)
        let stated = try Self.make(
            "type: http-poll, preset: \(name), url: 'http://127.0.0.1/x', key: [k], items: [], interval: 7s, window: 9, format: ecs, token: '${T}'",
            as: HTTPPollSource.self
        ).options
        #expect(stated.client.url == "http://127.0.0.1/x" && stated.key == ["k"] && stated.items == [] && stated.window == 9)
        #expect(stated.interval == .seconds(7) && stated.format == "ecs" && stated.client.token == "abc")
        #expect(stated.client.timeout == .seconds(30))
    }

    @Test func `Kinds with their own defaults`() throws {
        let rss = try Self.make("type: rss, url: 'https://a.example/feed'", as: HTTPPollSource.self).options
        #expect(rss.format == "rss" && rss.key == ["guid", "id", "link"] && rss.interval == .seconds(900))
        let mastodon = try Self.make("type: sse, preset: mastodon, url: 'https://a.example/s'", as: EventStreamSource.self).options
        #expect(mastodon.format == "mastodon" && mastodon.events == ["update", "status.update"])
        let checkpoint = try Self.make("type: sse, preset: checkpoint", as: EventStreamSource.self).options
        #expect(checkpoint.format == "checkpoint" && checkpoint.client.url.hasPrefix("https://"))
        let x = try Self.make("type: http-stream, preset: x, token: '${T}', keywords: [worm]", as: XStreamSource.self).options
        #expect(x.keywords == ["worm"] && x.tag == "petrel:a" && x.stream.key == ["data.id"] && x.stream.client.idleTimeout == .seconds(45))
        let lines = try Self.make("type: http-stream, url: 'http://a/', idle_timeout: 5s, reconnect: 0s", as: LineStreamSource.self).options
        #expect(lines.client.idleTimeout == .seconds(5) && lines.reconnect == .zero && lines.format == nil)
    }

    @Test(arguments: [
        ("type: http-poll", "url: is missing; add it, or name a preset"), ("type: sse", "url: is missing; add it"),
        ("type: sse, preset: mastodon", "url: is missing; add it"), ("type: http-stream", "url: is missing; add it, or name a preset"),
        ("type: http-poll, url: 'ftp://a'", "url: is no address; write http:// or https:// and a host"),
        ("type: sse, url: a", "url: is no address; write http:// or https:// and a host"),
        ("type: http-poll, url: 'http://a/{cursor}'", "cursor: is missing, but url has {cursor}; say where the answer has it"),
        ("type: http-poll, url: 'http://a/', cursor: x", "url: lacks {cursor}, where the cursor of the last answer goes; add it"),
        ("type: http-stream, url: 'http://a/', cursor: x", "cursor: and {cursor} in url belong together; add the other one"),
        ("type: http-stream, preset: x", "token_file: is missing; X answers with a bearer token only"),
        ("type: rss, url: 'http://a/', token: '${BAD}'", "token: holds a token with blanks or characters beyond ASCII; check it"),
        ("type: rss, url: 'http://a/', headers: {'a b': c}", "headers: \"a b\" is no name of a field"),
        ("type: http-poll, url: 'http://a/', delimiter: ab", "delimiter: \"ab\" is not one ASCII character; write e.g. \";\" or tab"),
    ])
    func `What is wrong is said`(_ source: String, _ problem: String) { #expect(Self.problems(source) == [problem]) }
}

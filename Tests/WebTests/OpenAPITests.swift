import Foundation
import HTTPTypes
import Journal
import Model
import TestKit
import Testing

@testable import Web

/// That the document tells of every route, and nothing else.
@Suite(.serialized, .timeLimit(.minutes(5))) struct OpenAPITests {
    static let root = Golden.file("../..").standardizedFileURL

    /// Every schema reference in a tree.
    static func references(_ tree: JSONTree) -> [String] {
        switch tree {
        case .object(let members):
            return members.flatMap { member -> [String] in
                if member.name == "$ref", case .text(let target) = member.value { return [target] }
                return references(member.value)
            }
        case .array(let items): return items.flatMap(references)
        default: return []
        }
    }

    /// An example as it stands in a URL.
    static func text(_ example: JSONTree?) -> String {
        switch example {
        case .text(let text): text
        case .integer(let number): "\(number)"
        case .array(let items): items.map(text).joined(separator: ",")
        default: ""
        }
    }

    @Test func `The served document has every operation, and every reference leads somewhere`() async throws {
        try await RunningServer.run { server in
            let answer = try await server.ask("/api/v1/openapi.json")
            let text = try #require(answer.text.components(separatedBy: "\r\n\r\n").dropFirst().first)
            let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            #expect(document["openapi"] as? String == "3.1.0")
            let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
            var found: Set<String> = []
            for (path, methods) in paths {
                for (method, operation) in methods {
                    found.insert("\(method.uppercased()) \(path)")
                    let answers = try #require(operation["responses"] as? [String: Any])
                    #expect(answers["200"] != nil && answers["400"] != nil, "\(method) \(path)")
                }
            }
            #expect(found == Set(server.operations.map { "\($0.method.rawValue) \($0.path)" }))
            let tree = OpenAPIDocument(operations: server.operations, version: "1", pathPrefix: "", needsToken: true).tree
            let schemas = Set(ComponentSchemas.all.map { "#/components/schemas/\($0.key)" })
            #expect(Set(Self.references(tree)).subtracting(schemas) == [])
        }
    }

    @Test func `Operations are told apart, and their parameters stand in their paths`() async throws {
        try await RunningServer.run { server in
            #expect(Set(server.operations.map(\.name)).count == server.operations.count)
            let access = AccessControl(token: "secret", hosts: [], pathPrefix: "")
            for operation in server.operations { #expect(access.isPublic(operation.path) == operation.isPublic, "\(operation.path)") }
            for operation in server.operations {
                let inPath = operation.path.matches(of: #/\{([a-z]+)\}/#).map { String($0.output.1) }
                #expect(operation.parameters(in: .path).map(\.name) == inPath, "\(operation.path)")
                let names = operation.parameters.map { "\($0.place) \($0.name)" }
                #expect(Set(names).count == names.count, "\(operation.path)")
                #expect(operation.summary.hasSuffix("."), "\(operation.path)")
            }
        }
    }

    @Test func `Every operation is answered, and docs say so`() async throws {
        let text = try String(contentsOf: Self.root.appendingPathComponent("docs/api.md"), encoding: .utf8)
        try await RunningServer.run { server in
            for operation in server.operations {
                #expect(text.contains("`\(operation.method.rawValue) \(operation.path)"), "docs/api.md lacks \(operation.path)")
                for parameter in operation.parameters where parameter.place == .query {
                    #expect(
                        text.contains("`\(parameter.name)`") || text.contains("?\(parameter.name)="), "\(operation.path) \(parameter.name)")
                }
                guard operation.tag != .streams else { continue }
                let path = operation.path.replacing("{id}", with: "1").replacing("{format}", with: "none")
                let answer = try await server.ask(path, method: operation.method.rawValue)
                #expect(answer.status != 405 && !answer.text.contains("nothing at this path"), "\(operation.path)")
            }
        }
    }

    @Test func `Routes are made in one place, so that none is without a specification`() throws {
        let folder = Self.root.appendingPathComponent("Sources/Web").resolvingSymlinksInPath()
        let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
        // The table itself, the built-in pages, and the benchmark's own server.
        let allowed: Set = ["API/RouteTable.swift", "Routes/AssetRoutes.swift", "LiveBenchServer.swift"]
        let registration = #/(group|root|api|router)\.(get|post|put|patch|delete|head|on|ws)\(/#
        var makers: Set<String> = []
        for file in files where file.hasSuffix(".swift") {
            if try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8).contains(registration) { makers.insert(file) }
        }
        #expect(makers == allowed)
    }

    @Test func `An answer with a tag is told once`() async throws {
        try await RunningServer.run { server in
            try await server.append(0..<20)
            let id = server.journal.head
            for operation in server.operations where operation.hasTag {
                // With both ends of the time, without which some answers depend on the clock.
                let isQuestion = operation.tag == .questions
                let needed = operation.parameters(in: .query).filter { $0.isRequired || isQuestion && ["from", "to"].contains($0.name) }
                let query = needed.map { "\($0.name)=\(Self.text($0.example))" }.joined(separator: "&")
                let path = operation.path.replacing("{id}", with: "\(id)") + (query.isEmpty ? "" : "?\(query)")
                let first = try await server.ask(path)
                let tag = try #require(first.text.firstMatch(of: #/(?i)\r\netag: (\S+)\r\n/#)?.output.1, "\(path): \(first.text)")
                #expect(first.status == 200 && first.text.contains("private, no-cache"), "\(path)")
                let isInParts = operation.parameters.contains { $0.name == "partial" }
                #expect(first.text.lowercased().contains("\r\nvary: accept\r\n") == isInParts, "\(path)")
                for sent in ["\(tag)", "W/\(tag)", "\"x\", \(tag)"] {
                    let again = try await server.ask(path, headers: ["If-None-Match: \(sent)"])
                    #expect(again.status == 304 && again.text.hasSuffix("\r\n\r\n"), "\(path) \(sent)")
                }
                #expect(try await server.ask(path, headers: ["If-None-Match: \"x\""]).status == 200, "\(path)")
            }
            let tag = try await server.tag("/api/v1/count")
            try await server.append(20..<21)
            #expect(try await server.ask("/api/v1/count", headers: ["If-None-Match: \(tag)"]).text.contains("\"count\":21"))
            // What ends at an id that both know is the same before and after.
            #expect(try await server.ask("/api/v1/count?upTo=\(id)", headers: ["If-None-Match: \(tag)"]).status == 304)
        }
    }

    @Test func `What depends on the clock has no tag, and neither has an answer in parts`() async throws {
        try await RunningServer.run { server in
            try await server.append(0..<3)
            for path in [
                "count?q=%40timestamp%20%3C%20now", "count?compare=previous&from=0", "first-seen?field=source.ip",
                "surprise?field=source.ip",
                "count?partial=true",
            ] {
                let answer = try await server.ask("/api/v1/\(path)", headers: ["If-None-Match: *"])
                #expect(
                    answer.status == 200 && !answer.text.lowercased().contains("etag:") && answer.text.contains("no-store"),
                    "\(answer.text)")
            }
        }
    }

    @Test func `An older event changes what follows from the earliest time, and its tag`() async throws {
        try await RunningServer.run { server in
            try await server.append(200_000..<200_010)
            let id = server.journal.head
            let count = "/api/v1/count?upTo=\(id)"
            let surprise = "/api/v1/surprise?field=source.ip&days=3&to=1780200010000&upTo=\(id)"
            let before = (count: try await server.tag(count), surprise: try await server.tag(surprise))
            #expect(try await server.ask(surprise).text.contains("\"days\":0"))
            try await server.append(0..<5)
            #expect(try await server.tag(count) == before.count)
            #expect(try await server.tag(surprise) != before.surprise)
            #expect(try await server.ask(surprise, headers: ["If-None-Match: \(before.surprise)"]).text.contains("\"days\":2"))
        }
    }

    @Test func `Only what is declared so may be given several times`() async throws {
        try await RunningServer.run { server in
            let facets = try await server.ask("/api/v1/facets?field=source.ip&field=attack.type")
            #expect(facets.status == 200)
            for path in ["top?field=source.ip&field=attack.type", "facets?size=1&size=1", "count?q=&%71=", "facets?fields=source.ip"] {
                let answer = try await server.ask("/api/v1/\(path)")
                #expect(answer.status == 400, "\(path)")
            }
            let operations = server.operations.filter { $0.parameters.contains(where: \.isRepeated) }
            #expect(operations.map(\.path) == ["/api/v1/facets"])
        }
    }

    @Test func `A plus sign is a blank in every route`() async throws {
        try await RunningServer.run { server in
            try await server.append(0..<3)
            let answer = try await server.ask("/api/v1/count?q=not+tags:+nothing")
            #expect(answer.text.contains("\"count\":3"))
        }
        for (written, read) in [("a+b", "a b"), ("a%20b", "a b"), ("a%2Bb", "a+b")] {
            #expect(try EvidenceQuery(QueryString("sensor=\(written)"), now: Timestamp(milliseconds: 0)).sensor == read)
        }
    }
}

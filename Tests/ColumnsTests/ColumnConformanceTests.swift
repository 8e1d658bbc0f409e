import Foundation
import TestKit
import Testing

@testable import Columns
@testable import KQL

/// The vectors of the query language mean the same over columns as over single events.
@Suite struct ColumnConformanceTests {
    private static let folder: URL = {
        let sibling = SharedData.folder.appendingPathComponent("../conformance", isDirectory: true).standardizedFileURL
        if FileManager.default.fileExists(atPath: sibling.path) { return sibling }
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
        return here.appendingPathComponent("../shared/conformance", isDirectory: true).standardizedFileURL
    }()

    private static let isPresent = FileManager.default.fileExists(atPath: folder.appendingPathComponent("kql.json").path)

    @Test(.enabled(if: isPresent, "shared vectors are absent: set PETREL_SHARED_DATA"), arguments: ["kql.json", "filters.json"])
    func `Shared vectors pass through every evaluator`(file: String) throws {
        func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: Self.folder.appendingPathComponent(name))) }
        let report = try Conformance.run(bytes(file), through: [.events, .columns, .indexedColumns], sibling: bytes)
        #expect(report.failures.isEmpty && !report.passed.isEmpty, "\(report)")
    }

    /// Documents and cases in the form of the shared vectors: nested objects in nested objects, two fields of truth values, lists.
    private static func vectors(_ cases: String) -> [UInt8] {
        let mapping = [
            "@timestamp": "date", "name": "keyword", "text": "text", "a": "boolean", "b": "boolean", "n": "long", "x": "double", "ip": "ip",
            "seen": "date", "o": "nested", "o.name": "keyword", "o.n": "long", "o.p": "nested", "o.p.tag": "keyword",
        ]
        let documents = """
            {"_id":"1","@timestamp":"2026-03-01T00:00:00Z","name":["x","y"],"a":true,"n":-5,"x":0.5,"ip":"192.0.2.1","text":"Red fox",
             "o":[{"name":"k","n":1,"p":[{"tag":"s"},{"tag":"t"}]},{"name":"l","n":9}]},
            {"_id":"2","@timestamp":"2026-03-02T00:00:00Z","name":"","b":true,"n":[1,2],"ip":["192.0.2.2","2001:db8::1"],"seen":1767225600000,
             "o":{"name":"k","n":9,"p":{"tag":"u"}}},
            {"_id":"3","@timestamp":"2026-03-03T00:00:00Z","a":false,"b":false,"x":[1e300,-1],"text":["blue fish","red hat"]}
            """
        let types = mapping.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
        return Array(
            "{\"format\":\"kql/1\",\"now\":\"2026-03-03T00:00:00Z\",\"mapping\":{\(types)},\"documents\":[\(documents)],\"cases\":[\(cases)]}"
                .utf8)
    }

    @Test(arguments: [
        ("a: true", "1"), ("b: true", "2"), ("not a: *", "2"), ("true", "1 2"), ("name: (x and y)", "1"), ("name: \\\"\\\"", "2"),
        ("n < 0", "1"), ("n: 2", "2"), ("x > 0.5", "3"), ("ip: \\\"2001:db8::/32\\\"", "2"), ("seen: 2026-01-01", "2"),
        ("text: \\\"red hat\\\"", "3"), ("text: red", "1 3"), ("@timestamp > 2026-03-01", "2 3"), ("o: {name: k and n: 9}", "2"),
        ("o: {name: k and p: {tag: t}}", "1"), ("not o: {n: 9}", "3"), ("o: {n: 9} or a: false", "1 2 3"), ("o: {not name: k}", "1"),
    ])
    func `Nested objects, lists and every type are found alike`(query: String, ids: String) throws {
        let wanted = ids.split(separator: " ").map { "\"\($0)\"" }.joined(separator: ",")
        let file = Self.vectors("{\"id\":\"c\",\"policy\":\"same\",\"expr\":\"\(query)\",\"expect\":{\"ids\":[\(wanted)]}}")
        let report = try Conformance.run(file, through: [.events, .columns, .indexedColumns]) { _ in [] }
        #expect(report.failures.isEmpty && report.passed == ["c"], "\(report)")
    }

    @Test func `A report names the evaluator that fails, and counts the case once`() throws {
        let none = Conformance.Evaluator("none") { _, _ in { _ in [] } }
        let file = Self.vectors(
            """
            {"id":"c1","policy":"same","expr":"a: true","expect":{"ids":["1"]}},
            {"id":"c2","policy":"same","expr":"a: true","expect":{"ids":["2"]}},
            {"id":"c3","policy":"may_differ","expr":"a: true","expect":{"ids":["2"]}},
            {"id":"c4","policy":"same","expr":"name: none","expect":{"ids":[]}}
            """)
        let report = try Conformance.run(file, through: [.columns, none]) { _ in [] }
        #expect(
            report.description == """
                c1 (none): expected 1, got nothing
                c2 (columns): expected 2, got 1
                c2 (none): expected 2, got nothing
                c3 (none): expected 1, got nothing
                1 passed, 3 failed
                """)
    }
}

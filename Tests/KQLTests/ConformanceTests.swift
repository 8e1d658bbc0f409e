import Foundation
import TestKit
import Testing

@testable import KQL

/// The shared vectors, which are not part of the repository.
struct ConformanceTests {
    static let folder: URL = {
        let sibling = SharedData.folder.appendingPathComponent("../conformance", isDirectory: true).standardizedFileURL
        if FileManager.default.fileExists(atPath: sibling.path) { return sibling }
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
        return here.appendingPathComponent("../shared/conformance", isDirectory: true).standardizedFileURL
    }()

    static let isPresent = FileManager.default.fileExists(atPath: folder.appendingPathComponent("kql.json").path)

    @Test(.enabled(if: isPresent, "shared vectors are absent: set PETREL_SHARED_DATA"), arguments: ["kql.json", "filters.json"])
    func vectors(file: String) throws {
        func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: Self.folder.appendingPathComponent(name))) }
        let report = try Conformance.run(bytes(file), sibling: bytes)
        #expect(report.failures.isEmpty, "\(report)")
        #expect(!report.passed.isEmpty)
    }

    @Test func refusesOtherFormats() {
        #expect(throws: KQLError.self) { try Conformance.run(Array(#"{"format":"other/1"}"#.utf8), sibling: { _ in [] }) }
    }
}

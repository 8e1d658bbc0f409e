import Foundation
import TestKit
import Testing

/// The package's folder and its texts.
enum Repository {
    static let root = Golden.file("../..").standardizedFileURL

    static func text(_ path: String) throws -> String { try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8) }

    /// The files below a folder with one of the endings, as paths below the package's folder.
    static func files(below folder: String, _ endings: Set<String>) throws -> [String] {
        let base = root.appendingPathComponent(folder).resolvingSymlinksInPath()
        let found = try #require(FileManager.default.enumerator(atPath: base.path))
        return found.compactMap { $0 as? String }.filter { endings.contains(($0 as NSString).pathExtension) }.map { "\(folder)/\($0)" }
            .sorted()
    }
}

@Suite struct ArchitectureTests {
    /// The layers of docs/architecture.md, lowest first.
    static let layers: [[String]] = [
        ["CSQLite", "CMaxMindDB", "CZstd", "CZlib", "CLzma", "CRabbitMQ", "CRdKafka", "CGlibc", "CWebAssets"],
        ["Model", "Wire"],
        ["Formats", "Enrichment", "Journal", "Simulator", "KQL"],
        ["Sources", "Followers", "Columns"],
        ["Pipeline"],
        ["Web"],
        ["petrel"],
    ]
    /// The one sideways edge: bytes are read into values.
    static let sideways = ["Wire": ["Model"]]

    /// The targets of Package.swift with the targets that they depend on.
    static func dependencies() throws -> [String: [String]] {
        let package = try Repository.text("Package.swift")
        let start = try #require(package.range(of: "\n    targets: ["))
        let end = try #require(package.range(of: "// Tests", range: start.upperBound..<package.endIndex))
        let targets = package[start.upperBound..<end.lowerBound]
            .replacing(#/\.product\([^)]*\)|\.unsafeFlags\([^)]*\)|(pkgConfig|apt): "[^"]*"/#, with: "")
        var found: [String: [String]] = [:]
        for target in targets.split(separator: #/\b(system|systemLibrary|layer|target|executableTarget)\(/#).dropFirst() {
            let names = target.matches(of: #/"([^"]+)"/#).map { String($0.output.1) }
            found[try #require(names.first)] = Array(names.dropFirst())
        }
        return found
    }

    @Test func `Targets depend on lower layers only`() throws {
        let dependencies = try Self.dependencies()
        #expect(dependencies["Web"]?.contains("Pipeline") == true, "Package.swift is read as expected")
        #expect(dependencies["Wire"] == ["Model"])
        for (target, needed) in dependencies {
            let layer = try #require(Self.layers.firstIndex { $0.contains(target) }, "\(target) belongs to no layer")
            for name in needed where Self.sideways[target]?.contains(name) != true {
                let other = try #require(
                    Self.layers.firstIndex { $0.contains(name) }, "\(name), which \(target) needs, belongs to no layer")
                #expect(other < layer, "\(target) may not depend on \(name)")
            }
        }
    }

    @Test func `Imports are those that Package.swift allows`() throws {
        let dependencies = try Self.dependencies()
        let own = Set(dependencies.keys)
        for (target, needed) in dependencies {
            for file in try Repository.files(below: "Sources/\(target)", ["swift"]) {
                for line in try Repository.text(file).split(separator: "\n") where line.contains("import ") && !line.hasPrefix("///") {
                    let words = line.split(separator: " ")
                    guard let at = words.firstIndex(of: "import"), at <= 2, let module = words[(at + 1)...].first.map(String.init) else {
                        continue
                    }
                    if own.contains(module) { #expect(needed.contains(module), "\(file) imports \(module)") }
                }
            }
        }
    }

    @Test func `No file is too long`() throws {
        var files = try Repository.files(below: "Sources", ["swift", "c", "h"]) + Repository.files(below: "Tests", ["swift", "py"])
        files += try Repository.files(below: "web", ["js", "css", "html"])
        #expect(files.count > 100)
        for file in files where file != "Sources/CWebAssets/assets.c" {
            let lines = try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 800, "\(file) has \(lines) lines: take it apart")
            if lines > 450 { print("\(file) has \(lines) lines, more than the 450 that nearly all should stay below") }
        }
    }

    @Test func `Product code neither traps on purpose nor leaves work undone`() throws {
        for file in try Repository.files(below: "Sources", ["swift"]) {
            for (number, line) in try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                for word in ["try!", "fatalError(", "TODO", "FIXME", "assertionFailure("] {
                    #expect(!line.contains(word), "\(file):\(number + 1): \(word)")
                }
            }
        }
    }

    /// The one wait for a condition, which looks at intervals, and this file.
    private static let mayPause = ["Tests/SourcesTests/Eventually.swift", "Tests/PetrelTests/ArchitectureTests.swift"]

    @Test func `Tests wait for conditions, not for time`() throws {
        for file in try Repository.files(below: "Tests", ["swift"]) where !Self.mayPause.contains(file) {
            #expect(try !Repository.text(file).contains("Task.sleep"), "\(file)")
        }
    }
}

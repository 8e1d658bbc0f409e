public import Foundation

/// The recorded input for tests, which is not part of the repository.
///
/// It lies where `PETREL_SHARED_DATA` says, else in `../shared/data` beside the package. Tests over it are enabled only where it is:
/// `@Test(.enabled(if: SharedData.isPresent, "\(SharedData.skipMessage)"))`.
public enum SharedData {
    /// The folder with the recordings; it may be absent.
    public static let folder: URL = {
        if let stated = ProcessInfo.processInfo.environment["PETREL_SHARED_DATA"], !stated.isEmpty {
            return URL(fileURLWithPath: stated, isDirectory: true)
        }
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true)
        return here.appendingPathComponent("../shared/data", isDirectory: true).standardizedFileURL
    }()

    /// Whether the recordings are there.
    public static let isPresent = FileManager.default.fileExists(atPath: folder.appendingPathComponent("MANIFEST.tsv").path)

    /// Why a test over recordings is skipped.
    public static let skipMessage = "recorded data is absent: set PETREL_SHARED_DATA"

    /// Whether the slow tier is asked for (`PETREL_SLOW=1`).
    public static let isSlowTier = ProcessInfo.processInfo.environment["PETREL_SLOW"] == "1"

    /// The files of a family's folder, e.g. `cowrie`, sorted by name.
    public static func files(in family: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder.appendingPathComponent(family), includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    /// The bytes of a file such as `marx/marx-geo.2013-03-to-07.csv.gz`; a name that ends in `.gz` is decompressed.
    public static func bytes(_ path: String) throws -> [UInt8] { try bytes(at: folder.appendingPathComponent(path)) }

    /// The bytes of a file; a name that ends in `.gz` is decompressed by the gzip program.
    public static func bytes(at url: URL) throws -> [UInt8] {
        guard url.pathExtension == "gz" else { return Array(try Data(contentsOf: url)) }
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
        gzip.arguments = ["-dc", url.path]
        let pipe = Pipe()
        gzip.standardOutput = pipe
        try gzip.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        gzip.waitUntilExit()
        return Array(data)
    }

    /// The ranges of the lines of a text without their ends (LF, CRLF or lone CR); blank lines are left out.
    public static func lines(of bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for (i, byte) in bytes.enumerated() where byte == 10 || byte == 13 {
            if i > start { ranges.append(start..<i) }
            start = i + 1
        }
        if start < bytes.count { ranges.append(start..<bytes.count) }
        return ranges
    }
}

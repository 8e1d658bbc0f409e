public import Foundation
public import Model

/// Compares output with a committed file, byte by byte.
///
/// With `PETREL_UPDATE_GOLDEN=1` in the environment the files are written instead; read the difference before committing it.
public enum Golden {
    /// Whether golden files are to be written.
    public static let isUpdating = ProcessInfo.processInfo.environment["PETREL_UPDATE_GOLDEN"] == "1"

    /// Compares with a golden file; nil when equal, else what differs, for `#expect(difference == nil)`.
    ///
    /// - Parameter url: the file, usually from ``file(_:beside:)``.
    public static func difference(_ output: [UInt8], from url: URL) throws -> String? {
        if isUpdating {
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(output).write(to: url)
            return nil
        }
        guard let expected = try? Data(contentsOf: url) else {
            return "\(url.lastPathComponent) is absent: run once with PETREL_UPDATE_GOLDEN=1"
        }
        if expected.elementsEqual(output) { return nil }
        let want = String(decoding: expected, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let got = String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for line in 0..<max(want.count, got.count) {
            let a = line < want.count ? want[line] : "(no line)"
            let b = line < got.count ? got[line] : "(no line)"
            if a != b { return "\(url.lastPathComponent):\(line + 1)\nexpected \(a)\ngot      \(b)" }
        }
        return "\(url.lastPathComponent) differs in invalid UTF-8"
    }

    /// A file or folder beside the test's source file, e.g. `Golden.file("Golden/marx.ndjson")`.
    public static func file(_ path: String, beside source: String = #filePath) -> URL {
        URL(fileURLWithPath: source).deletingLastPathComponent().appendingPathComponent(path)
    }

    /// A batch as ECS documents, one a line, with ids that count from 1; what golden files hold.
    public static func ndjson(_ batch: EventBatch) -> [UInt8] {
        var out: [UInt8] = []
        for row in 0..<batch.count {
            EventJSON.append(batch[row], id: EventID(Int64(row + 1)), to: &out)
            out.append(UInt8(ascii: "\n"))
        }
        return out
    }
}

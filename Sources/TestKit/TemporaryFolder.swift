import Foundation

/// A folder of its own for one test, removed with everything in it when the value goes.
public final class TemporaryFolder: Sendable {
    /// The folder's path.
    public let path: String

    /// Makes a new folder in the system's place for temporary files.
    public init() {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("petrel-test-\(UUID().uuidString)").path
        // A folder that cannot be made fails the test at its first use, with the path in the message.
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of something in the folder.
    public func file(_ name: String) -> String { "\(path)/\(name)" }
}

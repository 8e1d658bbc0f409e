import Foundation

/// What tells one version of a file from another.
struct FileVersion: Equatable {
    private let size: UInt64
    private let modified: Date?
    private let number: UInt64

    /// The version of the file at a path; nil where there is none, so that one that comes back has changed.
    init?(_ path: String) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        size = (attributes[.size] as? NSNumber)?.uint64Value ?? 0
        modified = attributes[.modificationDate] as? Date
        number = (attributes[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0
    }
}

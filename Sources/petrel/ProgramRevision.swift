import Foundation

/// Which build this is: the version, and what the file system says of the program's file.
enum ProgramRevision {
    /// Letters, digits, dots and dashes; another one after every installation.
    static let text: String = {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let changed = attributes[.modificationDate] as? Date, let size = attributes[.size] as? Int
        else { return Petrel.version }
        let moment = changed.timeIntervalSince1970.bitPattern
        return "\(Petrel.version)-\(String(moment ^ UInt64(truncatingIfNeeded: size), radix: 36))"
    }()
}

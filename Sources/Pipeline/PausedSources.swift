internal import FoundationEssentials
internal import Synchronization

/// The names of the sources that an operator has paused, kept in a file so that a restart does not start them.
///
/// The file is replaced as a whole, so a kill leaves the old names or the new ones.
public final class PausedSources: Sendable {
    private let path: String?
    private let names: Mutex<Set<String>>

    /// No names, and no file: they last as long as the process.
    init() {
        path = nil
        names = Mutex([])
    }

    /// The names in the file at that path; none while there is no file.
    ///
    /// Throws when the file cannot be read: to run what was held would be worse than not to start.
    public init(path: String) throws {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else {
            names = Mutex([])
            return
        }
        let data = try Data(contentsOf: URL(filePath: path))
        names = Mutex(Set(try JSONDecoder().decode([String].self, from: data)))
    }

    /// Whether the source of that name is paused.
    func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }

    /// Keeps whether the source of that name is paused; throws, and changes nothing, where it cannot be written.
    func set(_ name: String, isPaused: Bool) throws {
        try names.withLock { names in
            var changed = names
            if isPaused { changed.insert(name) } else { changed.remove(name) }
            guard changed != names else { return }
            if let path { try JSONEncoder().encode(changed.sorted()).write(to: URL(filePath: path), options: .atomic) }
            names = changed
        }
    }
}

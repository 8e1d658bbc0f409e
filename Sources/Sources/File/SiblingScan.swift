/// The rotated files beside a followed one, and which of them are dealt with.
struct SiblingScan {
    /// A file beside the followed one.
    struct Sibling: Sendable {
        var path: String
        var status: FileStatus
    }

    let path: String
    /// Whether the folder was looked at before.
    private(set) var hasRun = false
    private var finished: Set<FileStatus> = []
    /// Unknown files that changed later than this are new; older ones were there before Petrel.
    private var threshold = Int64.min

    init(path: String) { self.path = path }

    /// Marks a file as read in its present state.
    mutating func done(_ status: FileStatus) { finished.insert(status) }

    /// Whether the file was read in its present state.
    func isDone(_ status: FileStatus) -> Bool { finished.contains(status) }

    /// The siblings that are not dealt with, oldest first.
    ///
    /// Beside `x` a compressed `x.gz` is passed over: either it is being written, or it repeats `x`.
    func list() -> [Sibling] {
        let paths = FileSource.expand([Self.escaped(path) + ".*", Self.escaped(path) + "-*"])
        let names = Set(paths)
        return paths.compactMap { name in
            for suffix in [".gz", ".zst", ".xz"] where name.hasSuffix(suffix) {
                if names.contains(String(name.dropLast(suffix.count))) { return nil }
            }
            guard let status = FileStatus(path: name), !isDone(status) else { return nil }
            return Sibling(path: name, status: status)
        }.sorted { ($0.status.modified, $1.path) < ($1.status.modified, $0.path) }
    }

    /// Of the listed siblings those to read, oldest first: known ones from their cursor, and unknown ones that are newer.
    ///
    /// At the first look, when nothing is known, all that is there was there before and is left alone.
    mutating func toRead(_ listed: [Sibling], known: Set<String>) -> [Sibling] {
        if !hasRun {
            let newestKnown = listed.filter { known.contains($0.path) }.map(\.status.modified).max()
            threshold = newestKnown ?? listed.map(\.status.modified).max().map { $0 + 1 } ?? threshold
        }
        hasRun = true
        let wanted = listed.filter { known.contains($0.path) || $0.status.modified >= threshold }
        for sibling in listed where !known.contains(sibling.path) && sibling.status.modified < threshold { done(sibling.status) }
        return wanted
    }

    /// The path with the characters escaped that a pattern would interpret.
    private static func escaped(_ path: String) -> String {
        path.reduce(into: "") { text, character in
            if "*?[\\".contains(character) { text.append("\\") }
            text.append(character)
        }
    }
}

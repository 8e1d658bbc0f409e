import Foundation

/// Tells the commands on this machine where the server of a data folder listens: a small file beside the journal.
///
/// It is written when connections are accepted and removed at the end; after a kill it is stale, which shows when nobody answers there.
struct ServerFile {
    let path: String

    init(dataFolder: String) { path = "\(dataFolder)/server-url" }

    /// Writes the address. Commands do without it when it cannot be written: they take `--url`.
    func write(_ url: String) { try? Data((url + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic) }

    /// Removes the file; what is left is stale, as after a kill.
    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// The address; nil without the file.
    var url: String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

import Glibc

/// Reads small files whole.
enum FileBytes {
    /// The content, or nil when the file cannot be read.
    static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rbe") else { return nil }
        defer { fclose(file) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return ferror(file) == 0 ? content : nil }
            content.append(contentsOf: chunk[..<count])
        }
    }
}

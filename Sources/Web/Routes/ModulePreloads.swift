/// Tells the browser in a page's head all modules that the page's script will import, so that it asks for them at once.
///
/// A module's imports are known only when it has come; the deepest of the map's ninety modules would be asked for after eight rounds. What is
/// read are the `import … from '…'` statements of the built-in files (HTML §8.1.6.3, `modulepreload`); `import()` stays what it is, later.
struct ModulePreloads {
    /// The paths of what each script imports, directly.
    private let imports: [String: [String]]

    /// The imports among files by their paths.
    init(_ files: [String: [UInt8]]) {
        imports = Dictionary(
            uniqueKeysWithValues: files.filter { $0.key.hasSuffix(".js") }.map { path, bytes in
                (path, Self.specifiers(in: bytes).compactMap { Self.resolve($0, from: path) }.filter { files[$0] != nil })
            })
    }

    /// All that a script imports, in the order in which it would be asked for.
    func modules(of script: String) -> [String] {
        var found: [String] = []
        var known: Set = [script]
        var next = [script]
        while !next.isEmpty {
            next = next.flatMap { imports[$0] ?? [] }.filter { known.insert($0).inserted }
            found += next
        }
        return found
    }

    /// A page with links to the modules behind that to its script; a page without a script as it is.
    func page(_ bytes: [UInt8]) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        let tag = "<script type=\"module\" src=\""
        guard let start = text.firstRange(of: tag), let end = text[start.upperBound...].firstIndex(of: "\""),
            let place = text.firstRange(of: "</head>")
        else { return bytes }
        let source = text[start.upperBound..<end]
        let prefix = source.prefix { $0 == "." || $0 == "/" }
        let links = modules(of: String(source.dropFirst(prefix.count))).map { "  <link rel=\"modulepreload\" href=\"\(prefix)\($0)\">\n" }
        return Array((text[..<place.lowerBound] + links.joined() + text[place.lowerBound...]).utf8)
    }

    /// What the statements at the beginnings of lines import.
    static func specifiers(in script: [UInt8]) -> [String] {
        script.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let text = Substring(decoding: line, as: UTF8.self)
            guard text.hasPrefix("import ") || text.hasPrefix("export ") || text.hasPrefix("} from ") else { return nil }
            guard text.contains(" from '") || text.hasPrefix("import '"), let quote = text.firstIndex(of: "'") else { return nil }
            let name = text[text.index(after: quote)...]
            return name.firstIndex(of: "'").map { String(name[..<$0]) }
        }
    }

    /// The path of a relative specifier; nil for others.
    private static func resolve(_ specifier: String, from script: String) -> String? {
        guard specifier.hasPrefix(".") else { return nil }
        var parts = script.split(separator: "/").dropLast().map(String.init)
        for part in specifier.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }
}

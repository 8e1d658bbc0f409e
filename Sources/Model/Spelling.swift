/// Finds what a misspelt name was meant to be.
public enum Spelling {
    /// The candidate with the least edit distance, if that is at most a third of the name (and at least 2), else one that begins alike.
    ///
    /// Ties go to the first.
    public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let lowered = name.lowercased()
        let wanted = Array(lowered.utf8)
        // Two edits make anything of a name of two letters.
        let limit = max(min(2, wanted.count - 1), wanted.count / 3)
        var best: (name: String, distance: Int)?
        var beginsAlike: String?
        for candidate in candidates {
            let distance = Self.distance(wanted, Array(candidate.lowercased().utf8))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
            guard beginsAlike == nil, wanted.count >= 3 else { continue }
            if candidate.hasPrefix(lowered) || (candidate.count >= 3 && lowered.hasPrefix(candidate)) { beginsAlike = candidate }
        }
        return best?.name ?? beginsAlike
    }

    /// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1] + [Int](repeating: 0, count: b.count)
            for j in b.indices {
                row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1) }
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}

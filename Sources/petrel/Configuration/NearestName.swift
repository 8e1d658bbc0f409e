/// Finds what a misspelt key was meant to be.
enum NearestName {
    /// The candidate with the least edit distance, if that is at most a third of the name (and at least 2), else one that begins alike.
    static func nearest(to name: String, among candidates: [String]) -> String? {
        let wanted = Array(name.lowercased().utf8)
        let near = candidates.map { (name: $0, distance: distance(wanted, Array($0.utf8))) }.min { $0.distance < $1.distance }
        // Two edits make anything of a name of two letters.
        if let near, near.distance <= max(min(2, wanted.count - 1), wanted.count / 3) { return near.name }
        guard wanted.count >= 3 else { return nil }
        return candidates.first { $0.hasPrefix(name.lowercased()) || (name.lowercased().hasPrefix($0) && $0.count >= 3) }
    }

    /// Levenshtein's distance in bytes.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices { row.append(min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))) }
            last = row
        }
        return last[b.count]
    }
}

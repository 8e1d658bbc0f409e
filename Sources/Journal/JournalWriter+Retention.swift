import Model

/// What becomes of closed files: retention, and what is kept beyond it. On the writer's queue.
extension JournalWriter {
    /// Removes what the options no longer keep, oldest first and never from the newest file; returns what was removed, for people.
    func applyRetention() throws(JournalError) -> [String] {
        try file.forgetOrigins(before: clock.now.adding(seconds: -options.originWindowSeconds))
        try closePastDay()
        if !isTidy { try tidy() }
        var removed: [String] = []
        // Copies first: what is not kept any longer shall not take its original's place.
        for retained in RetentionClass.allCases.reversed() {
            if let limit = options.retention[retained] { removed += try apply(limit, to: retained) }
        }
        return try removed + applyBounds()
    }

    private var closedFiles: [JournalFileName] {
        get throws(JournalError) { try folder.list().filter { $0 != file.name } }
    }

    private func age(_ name: JournalFileName) -> Int { clock.now.day.daysSinceEpoch - name.day.daysSinceEpoch }

    /// What a file holds; of a closed one it is remembered.
    private func holdings(of name: JournalFileName) throws(JournalError) -> JournalFile.Holdings {
        if name == file.name { return try file.holdings() }
        if let known = holdings[name] { return known }
        let found = try JournalFile(reading: folder.path(of: name), name: name).holdings()
        holdings[name] = found
        return found
    }

    /// Opens a closed file to change it.
    private func changing(_ name: JournalFileName) throws(JournalError) -> JournalFile {
        holdings[name] = nil
        return try JournalFile(writing: folder.path(of: name), name: name, create: false, appends: false)
    }

    /// Bytes of a closed file that may be rewritten while commits wait.
    private static let quickBytes: Int64 = 32 << 20

    // MARK: Classes

    private func apply(_ limit: RetentionLimit, to retained: RetentionClass) throws(JournalError) -> [String] {
        let names = try closedFiles
        var bytes: Int64 = 0
        if limit.maximumBytes != nil {
            for name in names + [file.name] { bytes += try holdings(of: name).bytes[retained] ?? 0 }
        }
        var removed: [String] = []
        for name in names {
            let isTooOld = limit.maximumAgeDays.map { age(name) > $0 } ?? false
            let isTooMuch = limit.maximumBytes.map { bytes > $0 } ?? false
            // Removed is always what is oldest, so what cannot be removed yet holds up what comes after it.
            guard isTooOld || isTooMuch, name != busy else { break }
            let held = try holdings(of: name)
            if held.mixedEvents > 0, retained != .kept { break }
            bytes -= held.bytes[retained] ?? 0
            guard held.events[retained] != nil || (retained == .kept && held.copies > 0) else { continue }
            let file = try changing(name)
            let count = try file.remove([retained], witness: options.witness, codec: codec)
            try file.reclaim(mostBytes: Self.quickBytes)
            removed.append("\(name.stem) \(retained.name) (\(count) events)")
        }
        return removed
    }

    // MARK: The bounds of all

    /// Applies the bounds that hold for all classes together: files go as a whole, but for what is kept in them.
    private func applyBounds() throws(JournalError) -> [String] {
        guard options.maximumAgeDays != nil || options.maximumBytes != nil else { return [] }
        let sizes = try folder.contents().mapValues { JournalFolder.size(of: $0) }
        var bytes = sizes.values.reduce(0, +)
        var removed: [String] = []
        for name in try closedFiles {
            let isTooOld = options.maximumAgeDays.map { age(name) > $0 } ?? false
            let isTooMuch = options.maximumBytes.map { bytes > $0 } ?? false
            guard isTooOld || isTooMuch, name != busy else { break }
            let held = try holdings(of: name)
            if !held.hasKept {
                try folder.remove(name)
                bytes -= sizes[name] ?? 0
                holdings[name] = nil
                removed.append(name.text)
            } else if held.hasOthers || held.deadLetters > 0 {
                let file = try changing(name)
                let count = try file.remove(RetentionClass.families, everything: true, witness: options.witness, codec: codec)
                try file.reclaim(mostBytes: Self.quickBytes)
                bytes -= max((sizes[name] ?? 0) - (try folder.size(of: name)), 0)
                removed.append("\(name.stem) all but what is kept (\(count) events)")
            }
        }
        return removed
    }

    /// Unlinks what a crash left behind: large blocks to which no row points, and what belongs to no file.
    private func tidy() throws(JournalError) {
        let names = Set(try folder.list())
        for (name, paths) in try folder.contents() where name != file.name {
            if names.contains(name) {
                let path = folder.path(of: name)
                let known = Set(try holdings(of: name).parts.map { $0.path(beside: path) })
                try JournalFolder.unlink(paths.filter { $0.hasSuffix("blocks") && !known.contains($0) })
            } else {
                try JournalFolder.unlink(paths)
            }
        }
        isTidy = true
    }

    // MARK: Keeping

    /// Copies events of one file, so that they stay when their class is removed; returns how many were copied, and were before.
    func keep(_ ids: [EventID], in name: JournalFileName) throws(JournalError) -> (copied: Int, known: Int) {
        guard name == file.name || JournalFolder.exists(folder.path(of: name)) else { return (0, 0) }
        let home = try name == file.name ? file : changing(name)
        var result = (copied: 0, known: 0)
        try home.transaction { () throws(JournalError) in
            for id in ids {
                switch try home.keep(id, at: clock.now, codec: codec) {
                case .copied: result.copied += 1
                case .known: result.known += 1
                case .absent: continue
                }
            }
            try options.witness(.keeping)
        }
        try options.witness(.didKeep)
        return result
    }

    // MARK: Compaction

    /// The oldest closed file of a past day that is to be written anew; nil when there is none.
    func nextToCompact() throws(JournalError) -> JournalFileName? {
        let hasLimits = !options.retention.isEmpty
        for name in try closedFiles where !compacted.contains(name) && age(name) > 0 {
            let held = try holdings(of: name)
            let isNeeded = options.compacts || held.mixedEvents > 0 && hasLimits
            let level = try JournalFile(reading: folder.path(of: name), name: name).meta("compacted").flatMap { Int32($0) }
            if isNeeded, level ?? .min < options.compactionLevel, held.hasOthers || held.events[.kept] != nil { return name }
            compacted.insert(name)
        }
        return nil
    }

    /// Notes that a file was written anew, or why not.
    ///
    /// - Parameter isSettled: whether to try again would be of no use before the next start.
    func didCompact(_ name: JournalFileName, isSettled: Bool) {
        busy = nil
        holdings[name] = nil
        if isSettled { compacted.insert(name) }
    }
}

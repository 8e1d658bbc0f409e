import Model

/// A row of the table `block` with its events: those of one class among the events of a span.
struct StoredBlock {
    /// Nil in files of earlier versions, whose blocks hold all classes.
    var retained: RetentionClass?
    var ids: IDRuns
    var events: EventBatch

    /// The events of a span's blocks in the order of their ids.
    static func merged(_ blocks: [StoredBlock]) -> Block? {
        guard let first = blocks.first else { return nil }
        if blocks.count == 1 { return Block(first.ids, first.events) }
        var events = EventBatch()
        var ids = IDRuns()
        let rows = max(blocks.reduce(0) { $0 + $1.events.count }, 1)
        events.reserve(
            rows: rows, rowBytes: blocks.reduce(0) { $0 + $1.events.bytes.count } / rows + 1,
            rawBytes: blocks.reduce(0) { $0 + $1.events.rawBytes.count } / rows + 1)
        var runs: [(first: Int64, block: Int, run: Int)] = []
        for (number, block) in blocks.enumerated() {
            for run in block.ids.starts.indices { runs.append((block.ids.firsts[run], number, run)) }
        }
        // The runs of all blocks are disjoint: a commit gives each id to one event, which is of one class.
        runs.sort { $0.first < $1.first }
        for run in runs {
            let block = blocks[run.block]
            let start = block.ids.starts[run.run]
            let count = block.ids.length(run.run)
            events.appendRows(start..<start + count, of: block.events)
            ids.append(EventID(run.first), count: count)
        }
        return Block(ids, events)
    }
}

/// Says which file beside a journal file holds large blocks: those of one class, in one rewriting.
struct PartKey: Hashable {
    /// Nil for the file in which earlier versions put all classes.
    var retained: RetentionClass?
    /// Counts the rewritings.
    var number = 0

    /// The path beside that of a journal file.
    func path(beside journal: String) -> String {
        var path = journal.hasSuffix(".sqlite") ? String(journal.dropLast(".sqlite".count)) : journal
        if let retained { path += "." + retained.name }
        if number > 0 { path += ".\(number)" }
        return path + ".blocks"
    }
}

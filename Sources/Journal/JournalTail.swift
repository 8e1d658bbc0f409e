import Model

/// The newest blocks in memory, so that followers that are up to date read no file.
struct JournalTail {
    private var blocks: [Block] = []
    private var bytes = 0
    private let maximumBytes: Int
    /// Every event behind this id is in the tail.
    private(set) var start: EventID

    init(start: EventID, maximumBytes: Int) {
        self.start = start
        self.maximumBytes = maximumBytes
    }

    mutating func append(_ block: Block) {
        blocks.append(block)
        bytes += block.events.byteCount
        var drop = 0
        while bytes > maximumBytes, drop < blocks.count {
            bytes -= blocks[drop].events.byteCount
            start = blocks[drop].lastID
            drop += 1
        }
        blocks.removeFirst(drop)
    }

    /// Forgets the blocks that begin with an id up to that one: some of their events are gone, and the files tell which.
    mutating func forget(upTo id: EventID) {
        var drop = 0
        while drop < blocks.count, blocks[drop].firstID <= id {
            bytes -= blocks[drop].events.byteCount
            start = blocks[drop].lastID
            drop += 1
        }
        blocks.removeFirst(drop)
    }

    /// The first block that holds an event behind the cursor; `covered` is false when a file may hold an earlier one.
    func block(after cursor: EventID) -> (block: Block?, covered: Bool) {
        guard cursor >= start else { return (nil, false) }
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].lastID > cursor { high = middle } else { low = middle + 1 }
        }
        return (low < blocks.count ? blocks[low] : nil, true)
    }
}

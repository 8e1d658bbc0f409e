internal import Foundation
import Journal
import Model
internal import Synchronization

extension ColumnStore {
    /// Makes segments again in which damage was found, until there is nobody left to tell of any.
    ///
    /// One that cannot be made again just now stays, and is told of by the next question that needs what is damaged.
    func mend() async {
        for await segment in damaged {
            do {
                _ = try await mend(segment)
                mendingFailure.withLock { $0 = nil }
            } catch {
                mendingFailure.withLock { $0 = "\(segment.path) cannot be made again: \(error)" }
            }
        }
    }

    /// Makes a segment again from the journal, in its place; false when that was done already, or when it is another process's.
    func mend(_ segment: MappedSegment) async throws -> Bool {
        guard segment.path.hasPrefix(folder + "/"), sealedSegments.contains(where: { $0 === segment }) else { return false }
        // A limit of its own: the events are at most those that fitted before.
        let builder = SegmentBuilder(after: EventID(segment.firstID.value - 1), fullRows: segment.rows)
        while builder.lastID < segment.lastID, let block = try await journal.next(builder.lastID) {
            let first = block.firstIndex(after: builder.lastID)
            guard builder.add(block, from: first, through: segment.lastID) > first else { break }
        }
        guard builder.rows > 0 else {
            // Retention has taken all of it.
            let wasThere = replace(segment, by: nil)
            if wasThere { for path in [segment.path, segment.text.path] { unlink(path) } }
            return wasThere
        }
        // The file keeps its name, which tells the ids that it answers for.
        _ = builder.skip(to: segment.lastID)
        try SegmentFile.write(builder, to: segment.path)
        let isDone = replace(segment, by: try map(segment.path))
        if !isDone { unlink(segment.path) }
        return isDone
    }
}

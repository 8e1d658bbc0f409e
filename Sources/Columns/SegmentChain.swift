internal import Foundation
import Journal
import Model

/// The files of a store's sealed segments, which continue one another by their ids.
///
/// Between two files there may be ids of which the journal has nothing any more: their segment was removed, or held them no longer.
struct SegmentChain {
    let folder: String
    /// Whether files that do not fit may be removed.
    let isOwner: Bool
    let journal: JournalFeed
    /// Told of segments of which a part is found to be damaged.
    let onDamage: @Sendable (MappedSegment) -> Void

    /// The whole segments that fit the journal, from its first event on; removes the other files if they are ours.
    func load() async throws -> [MappedSegment] {
        let first = try await journal.firstID() ?? EventID(.max)
        let head = try await journal.lastID() ?? .zero
        var segments: [MappedSegment] = []
        var isBroken = false
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where name.contains(".columns") {
            let path = "\(folder)/\(name)"
            if name.hasSuffix(".new") {
                // Left by a process that ended while it wrote.
                if isOwner { unlink(path) }
                continue
            }
            // Before the journal's first event nothing is missed.
            let isOld = (EventID(name.dropFirst(20).prefix(19)) ?? .zero) < first
            if !isOld, !isBroken, let segment = try await fitting(path, name, behind: segments.last?.lastID, head: head) {
                segments.append(segment)
                continue
            }
            if !isOld { isBroken = true }
            if isOwner { unlink(path) }
        }
        return segments
    }

    /// The segment of a file, if it is whole and continues the chain.
    private func fitting(_ path: String, _ name: String, behind previous: EventID?, head: EventID) async throws -> MappedSegment? {
        guard name.hasSuffix(".columns"), let after = EventID(name.prefix(19)) else { return nil }
        let segment: MappedSegment
        do throws(ColumnError) {
            segment = try MappedSegment(path: path, onDamage: onDamage)
        } catch {
            // What cannot be read just now is no reason to make it again.
            if error.code == .damaged { return nil }
            throw error
        }
        guard segment.lastID <= head, after >= previous ?? .zero else { return nil }
        if after == previous { return segment }
        // The next event that the journal has must not stand before the segment.
        let next = try await journal.next(previous ?? .zero)
        guard let next, next.id(next.firstIndex(after: previous ?? .zero)) > after else { return nil }
        return segment
    }
}

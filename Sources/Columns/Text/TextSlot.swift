internal import Synchronization

/// The place of a segment's text index: empty until it is made or found beside the segment's file.
final class TextSlot: Sendable {
    /// Where its file is or will be.
    let path: String
    /// The segment it must belong to.
    let identity: TextIndexFile.Identity
    private let held: Mutex<TextIndex?>

    /// Takes the index that lies beside a segment's file, if it fits.
    init(ofSegment path: String, _ identity: TextIndexFile.Identity) {
        self.path = TextIndexFile.path(ofSegment: path)
        self.identity = identity
        held = Mutex(Self.open(self.path, identity))
    }

    private static func open(_ path: String, _ identity: TextIndexFile.Identity) -> TextIndex? {
        IndexBytes(mapping: path).flatMap { TextIndex($0, of: identity) }
    }

    /// The index; nil when there is none, or none that is whole.
    var index: TextIndex? { held.withLock { $0 }.flatMap { $0.isDamaged ? nil : $0 } }

    /// Takes the index that is at the path now; false when that does not fit.
    func load() -> Bool {
        let index = Self.open(path, identity)
        held.withLock { $0 = index }
        return index != nil
    }
}

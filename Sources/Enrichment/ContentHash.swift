/// FNV-1a (64 bits) taken word by word: tells versions of a file apart, no defence against forgery.
struct ContentHash {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ word: UInt64) {
        value = (value ^ word) &* 0x100_0000_01b3
        // FNV carries only upwards; this brings the upper half back down.
        value ^= value >> 32
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        add(UInt64(bytes.count))
        var at = 0
        while at + 8 <= bytes.count {
            add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
            at += 8
        }
        while at < bytes.count {
            add(UInt64(bytes[at]))
            at += 1
        }
    }

    mutating func add(_ text: String) { Array(text.utf8).withUnsafeBytes { add($0) } }

    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = ContentHash()
        hash.add(bytes)
        return hash.value
    }
}

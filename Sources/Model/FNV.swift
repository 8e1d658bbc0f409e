/// FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/): tells contents apart that nobody makes collide on purpose.
public func fnv1a64(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

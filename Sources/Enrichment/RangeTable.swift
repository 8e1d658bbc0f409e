public import Model

/// A flat table of address ranges, mapped into memory: countries or autonomous systems by address.
///
/// The layout is described in `docs/enrichment.md`. Everything is checked when the table is opened, so that a look-up needs no more
/// than a binary search, allocates nothing and cannot fail.
public final class RangeTable: Sendable {
    private let file: MappedFile
    private let v4: Column
    private let v4Values: Column
    private let v6: Column
    private let v6Values: Column
    private let values: Column
    private let strings: Column
    /// For each upper half of an IPv4 address the number of starts below its first address; one more at the end.
    private let firstLevel: [UInt32]
    /// A hash of the whole content.
    let contentHash: UInt64

    /// Where a section lies: byte offset and number of elements.
    private struct Column: Sendable {
        var offset = 0
        var count = 0
    }

    private static let magic: UInt64 = 0x3147_4e52_4c52_5450  // "PTRLRNG1"

    /// The longest text that a value may have.
    public static let maximumTextBytes: UInt32 = 1024

    /// Opens and checks a table; the error names the path and what is wrong.
    ///
    /// Complexity: reads the whole file once.
    public init(path: String) throws(EnrichmentError) {
        func damaged(_ what: String) -> EnrichmentError { EnrichmentError(.damaged, "\(path): \(what); build or fetch the file again") }
        file = try MappedFile(path: path)
        let bytes = file.bytes
        guard bytes.count >= 24, Self.load(bytes, 0, UInt64.self) == Self.magic else {
            throw damaged("not a range table (no PTRLRNG1 at its start)")
        }
        let counts = (0..<4).map { Int(Self.load(bytes, 8 + 4 * $0, UInt32.self)) }
        var offset = 24
        func section(_ count: Int, _ size: Int) -> Column {
            defer { offset += (count * size + 7) & ~7 }
            return Column(offset: offset, count: count)
        }
        v4 = section(counts[0], 4)
        v4Values = section(counts[0], 4)
        v6 = section(counts[1], 16)
        v6Values = section(counts[1], 4)
        values = section(counts[2], 12)
        strings = section(counts[3], 1)
        guard offset == bytes.count else { throw damaged("\(bytes.count) bytes long, but its header asks for \(offset)") }
        guard counts[2] > 0 else { throw damaged("no values") }

        var index = [UInt32](repeating: UInt32(counts[0]), count: 65_537)
        var next = 0
        var last: UInt32 = 0
        for i in 0..<counts[0] {
            let start = Self.load(bytes, v4.offset + 4 * i, UInt32.self)
            guard i == 0 || start > last else { throw damaged("IPv4 start \(i) does not rise") }
            guard Self.load(bytes, v4Values.offset + 4 * i, UInt32.self) < counts[2] else { throw damaged("IPv4 value \(i) out of bounds") }
            last = start
            while next <= Int(start >> 16) {
                index[next] = UInt32(i)
                next += 1
            }
        }
        firstLevel = index
        var lastV6 = IPAddress(high: 0, low: 0)
        for i in 0..<counts[1] {
            let at = v6.offset + 16 * i
            let start = IPAddress(high: Self.load(bytes, at, UInt64.self), low: Self.load(bytes, at + 8, UInt64.self))
            guard i == 0 || lastV6 < start else { throw damaged("IPv6 start \(i) does not rise") }
            guard Self.load(bytes, v6Values.offset + 4 * i, UInt32.self) < counts[2] else { throw damaged("IPv6 value \(i) out of bounds") }
            lastV6 = start
        }
        for i in 0..<counts[2] {
            let at = values.offset + 12 * i
            let end = UInt64(Self.load(bytes, at + 4, UInt32.self)) + UInt64(Self.load(bytes, at + 8, UInt32.self))
            guard end <= counts[3] else { throw damaged("text of value \(i) out of bounds") }
            guard Self.load(bytes, at + 8, UInt32.self) <= Self.maximumTextBytes else { throw damaged("text of value \(i) is too long") }
        }
        contentHash = ContentHash.of(bytes)
    }

    /// The value of the range that holds the address; 0 when none does.
    ///
    /// Complexity: O(log n) in the ranges of the family, for IPv4 only in those of its /16.
    public func value(of address: IPAddress) -> UInt32 {
        if let a = address.v4 {
            let upper = Int(a >> 16)
            var low = Int(firstLevel[upper])
            var high = Int(firstLevel[upper + 1])
            while low < high {
                let middle = (low + high) >> 1
                if Self.load(file.bytes, v4.offset + 4 * middle, UInt32.self) <= a { low = middle + 1 } else { high = middle }
            }
            return low == 0 ? 0 : Self.load(file.bytes, v4Values.offset + 4 * (low - 1), UInt32.self)
        }
        var low = 0
        var high = v6.count
        while low < high {
            let middle = (low + high) >> 1
            let at = v6.offset + 16 * middle
            let upper = Self.load(file.bytes, at, UInt64.self)
            let isAtOrBelow = upper != address.high ? upper < address.high : Self.load(file.bytes, at + 8, UInt64.self) <= address.low
            if isAtOrBelow { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : Self.load(file.bytes, v6Values.offset + 4 * (low - 1), UInt32.self)
    }

    /// The number of a value: the autonomous system's, 0 for a country.
    public func number(_ value: UInt32) -> UInt32 {
        Self.load(file.bytes, values.offset + 12 * Int(checked(value)), UInt32.self)
    }

    /// The text of a value, in place: the country's code or the autonomous system's name.
    func withText<R>(_ value: UInt32, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        let at = values.offset + 12 * Int(checked(value))
        let start = strings.offset + Int(Self.load(file.bytes, at + 4, UInt32.self))
        let length = Int(Self.load(file.bytes, at + 8, UInt32.self))
        return UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + length]).withMemoryRebound(to: UInt8.self, body)
    }

    /// The text of a value: the country's code or the autonomous system's name.
    public func text(_ value: UInt32) -> String { withText(value) { String(decoding: $0, as: UTF8.self) } }

    private func checked(_ value: UInt32) -> UInt32 { value < values.count ? value : 0 }

    @inline(__always) private static func load<T: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ type: T.Type
    ) -> T {
        T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
    }
}

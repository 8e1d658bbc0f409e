import Glibc

/// SplitMix64 (Steele, Lea and Flood 2014): fast, and the same numbers for the same seed on every machine.
public struct RandomNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A sequence that depends on the seed alone.
    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number from 0 to below `bound`.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    /// A number from 0 to below 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A waiting time in seconds at a mean rate per second (exponential distribution).
    mutating func wait(rate: Double) -> Double { -log(1 - unit()) / rate }

    /// An index from 0 to below `count`, the small ones far more often: the density falls as 1/(index + 1), as Zipf's law has it.
    mutating func skewed(_ count: Int) -> Int { min(count - 1, Int(pow(Double(count) + 1, unit())) - 1) }

    /// An element.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

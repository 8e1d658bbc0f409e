public import Model
import Wire

/// A placeholder until the decoder is written: claims nothing.
public struct MarxFormat: Format {
    public static let spec = FormatSpec(name: "marx", summary: "", framing: .json)
    public var state: [UInt8] { [] }
    public init?(state: [UInt8]) {}
    public mutating func decode(_ record: Span<UInt8>, in context: RecordContext, into batch: inout EventBatch) throws(DecodeError) -> Decoded {
        throw DecodeError(.unknownFormat, "not yet")
    }
    public static func likelihood(head: Span<UInt8>, fileName: String) -> Int { 0 }
}

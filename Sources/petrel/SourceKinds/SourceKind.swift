import Formats
import Pipeline
import Sources

/// One kind of source: its options, declared once, and what is made of them.
///
/// To add a kind, write one such value in a file of its own and add it to ``SourceKinds/all``.
struct SourceKind: Sendable {
    /// What stands behind `type:`.
    let name: String
    /// What it is for, in one sentence.
    let summary: String
    /// Whether what it sends is invented.
    var isSimulated = false
    /// Why there can be one source of the kind only; nil where there can be many.
    var onlyOne: String?
    /// Its options, besides those that all sources have.
    let options: [ConfigurationOption]
    /// Checks what no single value shows, and tells how the source is made; nil when a value that it needs was wrong and is reported already.
    let read: @Sendable (inout SourceSection) -> SourceMaker?
}

/// Makes the source when the server starts. Throws what an operator can mend, e.g. a certificate that cannot be read.
typealias SourceMaker = @Sendable (SourceContext) throws -> any Source

/// What a source may need of the running server.
struct SourceContext: Sendable {
    /// The built-in formats and those of the configuration.
    let formats: FormatCatalogue
    /// Told what the operator should know, e.g. a file that no format claims.
    let onNotice: @Sendable (String) -> Void
}

/// The section of a source as it was read.
struct SourceSection {
    /// The values.
    let values: ConfigurationSection
    /// What is the same for all kinds.
    let settings: SourceSettings
    /// What is wrong with them together.
    private(set) var problems: [(key: String, text: String)] = []

    init(_ values: ConfigurationSection, settings: SourceSettings) {
        self.values = values
        self.settings = settings
    }

    /// Notes a problem with the value of a key.
    mutating func note(_ key: String, _ text: String) { problems.append((key, text)) }
}

/// A source as configured.
struct SourceConfiguration: Sendable {
    /// What is the same for all kinds.
    var settings: SourceSettings
    /// Makes it.
    let make: SourceMaker
}

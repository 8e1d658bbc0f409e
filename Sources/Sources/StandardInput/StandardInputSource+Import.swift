extension StandardInputSource {
    /// What stands for standard input among the paths of an import.
    public static let path = "-"

    /// Reads everything and says what became of it, as of a file.
    ///
    /// Throws ``IntakeError`` only when the intake takes nothing any more, and `CancellationError`.
    public func importAll(into intake: any Intake) async throws -> FileOutcome {
        var outcome = FileOutcome(path: Self.path)
        do {
            try await run(into: intake)
            outcome.format = format ?? ""
        } catch let error as FileSourceError {
            outcome.error = error
        } catch let error as IntakeError where error.code == .unknownFormat {
            outcome.error = FileSourceError(.unknownFormat, "standard input: \(error.detail)")
        }
        return outcome
    }
}

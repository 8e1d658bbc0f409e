/// Waits until the condition holds; the test's own time limit is the bound, and ends a wait that is in vain.
///
/// It looks every few milliseconds: a loop without a pause would take the time from what it waits for.
func eventually(_ condition: () throws -> Bool) async throws {
    while try !condition() { try await Task.sleep(for: .milliseconds(5)) }
}

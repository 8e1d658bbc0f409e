import Hummingbird
import Model

/// Refuses what an operation has no parameter for: a misspelt filter must not become an unfiltered answer.
struct ParameterCheck: Sendable {
    private let known: [String]

    init(_ operation: Operation) { known = operation.parameters(in: .query).map(\.name) }

    /// Throws when a parameter of the query is unknown or given twice.
    func check(_ request: Request) throws(Problem) {
        guard let query = request.uri.query, !query.isEmpty else { return }
        var seen: Set<String> = []
        for parameter in request.uri.queryParameters {
            let name = String(parameter.key)
            guard known.contains(name) else {
                let near = Spelling.nearest(to: name, among: known).map { "; did you mean \($0)?" }
                let all = known.isEmpty ? "; none is taken here" : "; there are \(known.joined(separator: ", "))"
                throw Problem(status: .badRequest, detail: "there is no parameter \(name)" + (near ?? all))
            }
            guard seen.insert(name).inserted else { throw Problem(status: .badRequest, detail: "\(name): given twice; give it once") }
        }
    }
}

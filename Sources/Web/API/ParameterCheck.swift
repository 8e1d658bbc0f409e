import Hummingbird
import Model

/// Refuses what an operation has no parameter for: a misspelt filter must not become an unfiltered answer.
struct ParameterCheck: Sendable {
    private let known: [String]
    /// Those that may be given several times.
    private let repeated: Set<String>

    init(_ operation: Operation) {
        let parameters = operation.parameters(in: .query)
        known = parameters.map(\.name)
        repeated = Set(parameters.filter(\.isRepeated).map(\.name))
    }

    /// Throws when a parameter of the query is unknown or given twice.
    func check(_ request: Request) throws(Problem) {
        var seen: Set<String> = []
        for (name, _) in QueryString(request).parameters {
            guard known.contains(name) else {
                let near = Spelling.nearest(to: name, among: known).map { "; did you mean \($0)?" }
                let all = known.isEmpty ? "; none is taken here" : "; there are \(known.joined(separator: ", "))"
                throw Problem(status: .badRequest, detail: "there is no parameter \(name)" + (near ?? all))
            }
            guard seen.insert(name).inserted || repeated.contains(name) else {
                throw Problem(status: .badRequest, detail: "\(name): given twice; give it once")
            }
        }
    }
}

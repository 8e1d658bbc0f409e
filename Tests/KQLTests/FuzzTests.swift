import KQL
import Model
import TestKit
import Testing

struct FuzzTests {
    @Test func parsersNeverTrap() {
        var random = SeededGenerator(seed: 7)
        let pieces = [
            "a", "not ", " and ", " or ", "(", ")", "{", "}", ":", "<", ">=", "\"", "\\", "*", " ", "\\u00", "41", "null", "user.name",
            "@timestamp", "now-1d/d",
            "22", "10.0.0.0/8", "[", "]", " TO ", "~", "/", "-", "+", "!", "&&", "é", "漢", "\u{a0}", "\n", "message", "labels.x", "^2", "?",
        ]
        for _ in 0..<6000 {
            let text = (0..<Int.random(in: 0..<14, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            do throws(KQLError) {
                let predicate = try KQLPredicate(parsing: text, options: PredicateTests.options)
                _ = predicate.matches(PredicateTests.batch[0])
            } catch {
                #expect(error.offset >= 0 && error.offset <= text.unicodeScalars.count, "\(text)")
                _ = error.rendered(in: text)
            }
            let filter = PlainValue.map(["query_string": .map(["query": .text(text)])])
            if let query = try? FilterReader().query(filter) { _ = try? KQLPredicate(query, options: PredicateTests.options) }
        }
    }

    @Test func writtenTreesAreReadAgain() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            let query = Self.query(depth: 4, &random)
            #expect(try Query(parsing: query.description) == query, "\(query)")
        }
    }

    private static func query(depth: Int, _ random: inout SeededGenerator) -> Query {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 4), using: &random) {
        case 0: return .is(nil, literal(&random))
        case 1, 2: return .is(literal(&random), literal(&random))
        case 3: return .range(literal(&random), RangeOperator.allCases.randomElement(using: &random) ?? .gt, literal(&random))
        case 4: return .not(query(depth: depth - 1, &random))
        case 5: return .nested(literal(&random), query(depth: depth - 1, &random))
        case 6: return .and((0...Int.random(in: 1...2, using: &random)).map { _ in query(depth: depth - 1, &random) })
        default: return .or((0...Int.random(in: 1...2, using: &random)).map { _ in query(depth: depth - 1, &random) })
        }
    }

    private static func literal(_ random: inout SeededGenerator) -> QueryLiteral {
        let signs = ["a", "B", "é", " ", ":", "\\", "\"", "*", "(", "}", "not ", " and ", " or ", "not", "or", "1", "\n", ",", "<"]
        func text() -> String {
            (0..<Int.random(in: 1...5, using: &random)).map { _ in signs.randomElement(using: &random) ?? "" }.joined()
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return QueryLiteral(.quoted(text()))
        case 1: return QueryLiteral(.wildcard(["x" + text(), text(), text() + "y"]))
        case 2: return QueryLiteral(.boolean(.random(using: &random)))
        default: return QueryLiteral(.bare("x" + text() + "y"))
        }
    }

    @Test func predicateAgreesWithAnOracle() throws {
        var random = SeededGenerator(seed: 13)
        for _ in 0..<1000 {
            var batch = EventBatch()
            var names: [String] = []
            var ports: [Int64] = []
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                names.append(["a", "ab", "abc", "", "B"].randomElement(using: &random) ?? "")
                batch.append(.userName, names[names.count - 1])
            }
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                ports.append(.random(in: -1...3, using: &random))
                batch.append(.destinationPort, integer: ports[ports.count - 1])
            }
            batch.endRowWithoutRaw()
            let (query, expected) = Self.judged(depth: 4, names, ports, &random)
            #expect(try KQLPredicate(query, options: PredicateTests.options).matches(batch[0]) == expected, "\(query) on \(names) \(ports)")
        }
    }

    /// A random query and what a plain reading of it says about an event of these values.
    private static func judged(depth: Int, _ names: [String], _ ports: [Int64], _ random: inout SeededGenerator) -> (Query, Bool) {
        let name = QueryLiteral(.bare("user.name"))
        let port = QueryLiteral(.bare("destination.port"))
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0:
            let value = ["a", "ab", "abc", "x"].randomElement(using: &random) ?? ""
            return (.is(name, QueryLiteral(.quoted(value))), names.contains(value))
        case 1:
            let value = ["a", "ab", ""].randomElement(using: &random) ?? ""
            return (.is(name, QueryLiteral(.wildcard([value, ""]))), names.contains { $0.hasPrefix(value) })
        case 2:
            let value = Int64.random(in: -1...3, using: &random)
            return (.is(port, QueryLiteral(.bare(String(value)))), ports.contains(value))
        case 3:
            let value = Int64.random(in: -1...3, using: &random)
            let order = RangeOperator.allCases.randomElement(using: &random) ?? .gt
            let holds = ports.contains {
                switch order {
                case .gt: $0 > value
                case .gte: $0 >= value
                case .lt: $0 < value
                case .lte: $0 <= value
                }
            }
            return (.range(port, order, QueryLiteral(.bare(String(value)))), holds)
        case 4: return (.exists(port), !ports.isEmpty)
        case 5:
            let (inner, holds) = judged(depth: depth - 1, names, ports, &random)
            return (.not(inner), !holds)
        case 6:
            // Enough comparisons to go beyond the 64 that are kept in one word.
            let parts = (0..<Int.random(in: 1...6, using: &random)).map { _ in judged(depth: depth - 1, names, ports, &random) }
            return (.and(parts.map(\.0)), parts.allSatisfy(\.1))
        default:
            let parts = (0..<Int.random(in: 1...6, using: &random)).map { _ in judged(depth: depth - 1, names, ports, &random) }
            return (.or(parts.map(\.0)), parts.contains(where: \.1))
        }
    }
}

import Journal
import Model
import TestKit
import Testing

@testable import Columns

@Suite struct SharedNumbersTests {
    @Test func `Numbers are shared while there is room, and forgotten when segments go`() async throws {
        let fixture = try ColumnFixture(seed: 21)
        try await fixture.append(600)
        let roomy = try await fixture.store("roomy", fullRows: 100)
        let tight = try await fixture.store("tight", fullRows: 100, sharedBytes: 1)
        for store in [roomy, tight] {
            let engine = QueryEngine(store, width: 2)
            for _ in 0..<2 {
                let groups = try engine.groups(QueryScope(), by: [.field(.sourceIP)]).value
                #expect(Set(groups) == ColumnFixture.groups(fixture.events, by: [.field(.sourceIP)]))
            }
        }
        #expect(roomy.shared.byteCount > 0)
        #expect(tight.shared.byteCount == 0)
        #expect(tight.shared.numbers(of: .sourceIP) == nil)
        roomy.shared.removeAll()
        #expect(roomy.shared.byteCount == 0)
    }

    @Test func `What screens group by is numbered before it is asked for`() async throws {
        let fixture = try ColumnFixture(seed: 22)
        try await fixture.append(600)
        let store = try await fixture.store("warm", fullRows: 100)
        await store.warm()
        let before = store.shared.byteCount
        #expect(before > 0)
        let engine = QueryEngine(store, width: 2)
        for field in ColumnStore.screenFields {
            let groups = try engine.groups(QueryScope(), by: [.field(field)]).value
            #expect(Set(groups) == ColumnFixture.groups(fixture.events, by: [.field(field)]))
        }
    }

    @Test func `Counts stay right when a table becomes one by number`() {
        var table = CountTable(lanes: 1)
        var expected: [UInt32: Int] = [:]
        var random = SeededGenerator(seed: 23)
        for spread in [UInt32(1_000_000), 40, 5000] {
            let keys = (0..<300).map { _ in UInt32.random(in: 1...spread, using: &random) }
            table.add(keys.map { Int($0 % 7) + 1 }, to: keys.map { [$0, 0, 0, 0] })
            for key in keys { expected[key, default: 0] += Int(key % 7) + 1 }
        }
        #expect(table.count == expected.count)
        var found: [UInt32: Int] = [:]
        table.visit { found[$0.x] = $1 }
        #expect(found == expected)
    }
}

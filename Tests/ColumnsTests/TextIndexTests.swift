import Foundation
import Journal
import KQL
import Model
import TestKit
import Testing

@testable import Columns

/// With the index of words and without it, whole or half done, the answers are the same.
@Suite struct TextIndexTests {
    /// Every event that passes, by looking at all of them.
    private static func wanted(_ fixture: ColumnFixture, _ scope: QueryScope) -> [EventPosition] {
        fixture.events(scope).map(\.position).sorted()
    }

    private static func found(_ engine: QueryEngine, _ scope: QueryScope) throws -> [EventPosition] {
        try engine.page(scope, PageRequest(limit: 10_000, isDescending: false)).value.positions
    }

    @Test(arguments: 0..<2) func `Indexed, half indexed and not indexed texts give the events that pass one by one`(seed: UInt64)
        async throws
    {
        let fixture = try ColumnFixture(seed: 60 + seed)
        var texts = RandomTexts(seed: 70 + seed)
        for _ in 0..<4 { try await fixture.append(texts.batch(85)) }
        let (never, whole) = (try await fixture.store("never", fullRows: 60), try await fixture.store("whole", fullRows: 60))
        let growing = try await fixture.store("growing", fullRows: 60)
        #expect(growing.size.segments == 5)
        let indexer = TextIndexer(growing)
        try await TextIndexer(whole).catchUp()
        let again = try await fixture.store("whole", fullRows: 60)
        #expect(again.textProgress.indexed == 300 && again.textProgress.segments == 5 && never.textProgress.indexed == 0)
        let engines =
            [never, whole, growing, again].map { QueryEngine($0, width: 2) } + [QueryEngine(whole, width: 2, usesTextIndex: false)]
        var answered = 0
        for round in 0..<6 {
            for _ in 0..<10 {
                let query = try texts.query()
                let options = QueryOptions(now: MixedEvents.end, ignoresCase: texts.chance(4))
                guard let predicate = try? KQLPredicate(query, options: options) else { continue }
                let scope = QueryScope(predicate)
                let wanted = Self.wanted(fixture, scope)
                for (number, engine) in engines.enumerated() {
                    let found = try Self.found(engine, scope)
                    #expect(found == wanted, "engine \(number), round \(round): \(query)")
                }
                answered += 1
            }
            let indexed = try await indexer.step()
            #expect(indexed == (round < 5) && growing.textProgress.segments == min(round + 1, 5))
        }
        #expect(answered > 35)
    }

    @Test func `Words are looked up, not searched for`() async throws {
        let fixture = try ColumnFixture(seed: 65)
        var texts = RandomTexts(seed: 75)
        // A full tail is sealed when more comes.
        try await fixture.append(texts.batch(310))
        let store = try await fixture.store(fullRows: 300)
        try await TextIndexer(store).catchUp()
        let segment = try #require(store.sealedSegments.first)
        let index = try #require(segment.text.index)
        let view = try segment.view(of: RandomTexts.fields)
        #expect(try #require(view.column(.payloadPrintable)).dictionary.isIndexed == false)
        #expect(try #require(view.column(.message)).dictionary.isIndexed && view.column(.postText)?.ends != nil)
        for field in RandomTexts.fields {
            let dictionary = try #require(view.column(field)).dictionary
            for text in ["login", "\"login failed\"", "lo*", "*in", "n1*", "x*x", "nothing"] {
                let plan = try KQLPredicate(parsing: "\(field.name): \(text)", options: QueryOptions(now: MixedEvents.end)).plan
                let test = plan.terms(of: 0)[0].test
                let values = try #require(index.values(that: test, ofField: Int(field.rawValue), dictionary, QueryStop()))
                let wanted = (0..<dictionary.count).filter { test.matches(dictionary.value($0).bindMemory(to: UInt8.self).span) }
                #expect(Array(values) == wanted && values.count == wanted.count, "\(field.name): \(text)")
                #expect(index.mayHold(plan) || wanted.isEmpty, "\(text)")
            }
        }
        for (text, mayHold) in [
            ("message: nosuchword", false), ("message: nosuch*", false), ("message: \"login nosuchword\"", false),
            ("message: (nosuchword or login)", true), ("message: nosuchword and attack.type: scan", false),
            ("message: nosuchword or attack.type: nothing", true), ("not message: nosuchword", true), ("message: *nosuchword", true),
            ("error.message: login", false), ("nosuchword", true), ("message: nosuchword or post.text: nosuchword", false),
        ] {
            let predicate = try KQLPredicate(parsing: text, options: QueryOptions(now: MixedEvents.end))
            #expect(index.mayHold(predicate.plan) == mayHold, "\(text)")
        }
    }

    @Test func `Many tables answer as one does`() throws {
        var texts = RandomTexts(seed: 76)
        let builder = SegmentBuilder(after: .zero, plainAfter: 64)
        let batch = texts.batch(300)
        #expect(builder.add(Block(firstID: EventID(1), events: batch), from: 0) == 300)
        let view = builder.view
        let fields = RandomTexts.fields.map { Int($0.rawValue) }
        let whole = try #require(TextIndex(inMemory: view, fields: fields))
        let cut = try #require(TextIndex(inMemory: view, fields: fields, mostPairs: 1))
        for field in RandomTexts.fields {
            let (number, dictionary) = (Int(field.rawValue), try #require(view.column(field)).dictionary)
            #expect(whole.tables(ofField: number)?.count == 1)
            #expect(try #require(cut.tables(ofField: number)).map(\.values.count).dropLast().allSatisfy { $0 == 64 })
            for word in RandomTexts.words.shuffled(using: &texts.random).prefix(12) + RandomTexts.longWords + ["n1", "n12"] {
                for text in ["\"\(word)\"", "\(word.prefix(2))*"] where !text.contains("\\") {
                    guard let predicate = try? KQLPredicate(parsing: "\(field.name): \(text)", options: QueryOptions(now: MixedEvents.end)),
                        let test = predicate.plan.terms(of: 0).first?.test
                    else { continue }
                    let wanted = (0..<dictionary.count).filter { test.matches(dictionary.value($0).bindMemory(to: UInt8.self).span) }
                    for index in [whole, cut] {
                        let found = index.values(that: test, ofField: number, dictionary, QueryStop()).map { Array($0) }
                        #expect(found == wanted, "\(field.name): \(text)")
                    }
                }
            }
        }
        #expect(whole.tables(ofField: Int(Field.errorMessage.rawValue))?.isEmpty == true)
    }

    @Test func `A search that was stopped says so`() async throws {
        let fixture = try ColumnFixture(seed: 66)
        var texts = RandomTexts(seed: 77)
        try await fixture.append(texts.batch(400))
        let store = try await fixture.store(fullRows: 300)
        try await TextIndexer(store).catchUp()
        let stop = QueryStop()
        stop.stop()
        let scope = QueryScope(try KQLPredicate(parsing: "message: *o*", options: QueryOptions(now: MixedEvents.end)))
        #expect {
            try QueryEngine(store, width: 2).count(scope, stop: stop)
        } throws: { error in
            (error as? ColumnError)?.code == .stopped
        }
    }
}

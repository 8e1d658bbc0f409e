import Model
import Testing

@testable import Enrichment

@Suite struct RangeTableTests {
    let files: TemporaryFiles

    init() throws { files = try TemporaryFiles() }

    @Test(arguments: [1, 2, 3]) func answersLikeALinearSearch(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let values = (0..<50).map { (number: UInt32($0), text: $0 == 0 ? "" : "AS \($0)") }
        // Crowded in a few /16s and sparse elsewhere, so that the first-level index sees both.
        var starts = Set<UInt64>((0..<300).map { _ in (random.next() & 0x3ffff) | 0x0100_0000 })
        starts.formUnion((0..<300).map { _ in random.next() & 0xffff_ffff })
        starts.formUnion(seed == 1 ? [0, 0xffff_ffff, 0x00ff_ffff, 0x0100_0000] : [])
        let v4 = starts.sorted().map { (start: UInt32($0), value: UInt32.random(in: 0..<50, using: &random)) }
        var v6: [(start: IPAddress, value: UInt32)] = []
        for _ in 0..<200 {
            v6.append((IPAddress(high: random.next() & 7, low: random.next() >> UInt64.random(in: 0...60, using: &random)), 7))
        }
        v6.sort { $0.start < $1.start }
        v6 = v6.indices.filter { $0 == 0 || v6[$0 - 1].start < v6[$0].start }.map { (v6[$0].start, UInt32($0 % 50)) }
        let table = try RangeTable(path: files.write("a.ranges", RangeFile(v4: v4, v6: v6, values: values).bytes))

        var probes = v4.flatMap { [$0.start, $0.start &- 1, $0.start &+ 1] } + [0, .max]
        for _ in 0..<2000 { probes.append(UInt32(truncatingIfNeeded: random.next())) }
        for probe in probes {
            let expected = v4.last { $0.start <= probe }?.value ?? 0
            #expect(table.value(of: IPAddress(v4: probe)) == expected)
        }
        for _ in 0..<2000 {
            let probe = IPAddress(high: random.next() & 7, low: random.next())
            let expected = v6.last { !(probe < $0.start) }?.value ?? 0
            #expect(table.value(of: probe) == expected)
        }
        for (value, expected) in values.enumerated() {
            #expect(table.number(UInt32(value)) == expected.number)
            #expect(table.text(UInt32(value)) == expected.text)
        }
    }

    @Test func anEmptyTableKnowsNothing() throws {
        let table = try RangeTable(path: files.write("empty.ranges", RangeFile().bytes))
        #expect(table.value(of: IPAddress(v4: 0)) == 0)
        #expect(table.value(of: IPAddress(high: .max, low: .max)) == 0)
    }

    @Test func damageIsAnErrorThatNamesTheFile() throws {
        let good = RangeFile(
            v4: [(0, 0), (10, 1), (20, 0)], v6: [(IPAddress(high: 1, low: 0), 1), (IPAddress(high: 2, low: 0), 0)],
            values: [(0, ""), (7, "seven")])
        var disordered = good
        disordered.v4.swapAt(1, 2)
        var wild = good
        wild.v4[1].value = 2
        var disordered6 = good
        disordered6.v6.swapAt(0, 1)
        let cases: [(bytes: [UInt8], says: String)] = [
            ([], "empty"), (Array("PTRLRNG2".utf8) + good.bytes.dropFirst(8), "not a range table"),
            (Array(good.bytes.dropLast(8)), "header asks"),
            (good.bytes + [0, 0, 0, 0, 0, 0, 0, 0], "header asks"), (disordered.bytes, "IPv4 start 2 does not rise"),
            (wild.bytes, "IPv4 value 1 out of bounds"), (disordered6.bytes, "IPv6 start 1 does not rise"),
        ]
        for (bytes, says) in cases {
            let path = try files.write("damaged.ranges", bytes)
            let error = #expect(throws: EnrichmentError.self) { try RangeTable(path: path) }
            #expect(error?.code == .damaged)
            #expect(error?.detail.contains(path) == true)
            #expect(error?.detail.contains(says) == true, "\(error?.detail ?? "")")
        }
        #expect(throws: EnrichmentError.self) { try RangeTable(path: files.directory + "/absent.ranges") }
    }

    @Test func noDamageTraps() throws {
        let good = RangeFile(v4: [(0, 0), (10, 1)], v6: [(IPAddress(high: 1, low: 0), 1)], values: [(0, ""), (7, "seven")]).bytes
        var random = Seeded(state: 9)
        for _ in 0..<500 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...3, using: &random))
            guard let table = try? RangeTable(path: files.write("fuzz.ranges", bytes)) else { continue }
            _ = table.text(table.value(of: IPAddress(v4: 11)))
            _ = table.text(table.value(of: IPAddress(high: 5, low: 0)))
        }
    }
}

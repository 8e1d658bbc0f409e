import Foundation
import KQL
import Model
import TestKit
import Testing

@testable import Columns

/// Cells of the earth.
@Suite struct GeoCellTests {
    @Test func `Each event is in the cells of its places`() async throws {
        let all = try await QuestionFixture(seed: 61)
        for grid in [GeoGrid(degrees: 0.5), GeoGrid(degrees: 40), GeoGrid(geohash: 2), GeoGrid(geohash: 9)] {
            let grid = try #require(grid)
            try all.check(seed: 62, scopes: 5) { _ -> Question<GeoCells> in
                .cells(of: .sourceLocation, grid, limit: 5)
            } _: { answer, events, _, about in
                var counts: [[Double]: Int] = [:]
                for event in events {
                    let corners = Set(
                        (event.values[.sourceLocation] ?? []).map { value -> [Double] in
                            guard case .point(let point) = value else { return [] }
                            return [
                                floor((Double(point.latitude) + 90) / grid.height) * grid.height - 90,
                                floor((Double(point.longitude) + 180) / grid.width) * grid.width - 180,
                            ]
                        })
                    for corner in corners { counts[corner, default: 0] += 1 }
                }
                let wanted = counts.sorted { a, b in
                    a.value != b.value ? a.value > b.value : a.key[0] != b.key[0] ? a.key[0] < b.key[0] : a.key[1] < b.key[1]
                }
                #expect(answer.value.distinct == counts.count, about)
                #expect(answer.value.cells.map { [$0.south, $0.west] } == wanted.prefix(5).map(\.key), about)
                #expect(answer.value.cells.map(\.count) == wanted.prefix(5).map(\.value), about)
            }
        }
    }

    /// Known geohashes: the first is the example of the algorithm's author, the others are its corners.
    @Test(arguments: [
        (57.64911, 10.40744, 6, "u4pruy"), (42.605, -5.603, 5, "ezs42"), (-90, -180, 3, "000"), (90, 180, 3, "zzz"), (0, 0, 1, "s"),
        (-25.382708, -49.265506, 8, "6gkzwgjz"),
    ])
    func `Geohashes are the known ones`(latitude: Double, longitude: Double, letters: Int, wanted: String) throws {
        let grid = try #require(GeoGrid(geohash: letters))
        let cell = try #require(grid.cell(of: GeoPoint(latitude: Float(latitude), longitude: Float(longitude))))
        #expect(grid.geohash(row: cell.row, column: cell.column) == wanted)
    }

    @Test func `What is no place on earth has no cell, and the last cells end at the pole and the 180th meridian`() throws {
        let grid = try #require(GeoGrid(degrees: 7))
        for (latitude, longitude) in [(Float.nan, 0), (0, .nan), (90.5, 0), (0, -181), (.infinity, 0)] as [(Float, Float)] {
            #expect(grid.cell(of: GeoPoint(latitude: latitude, longitude: longitude)) == nil)
        }
        let last = try #require(grid.cell(of: GeoPoint(latitude: 90, longitude: 180)))
        #expect(last == (26, 52) && grid.corner(row: last.row, column: last.column) == (85, 177))
        #expect(grid.geohash(row: 1, column: 1) == nil)
        for degrees in [0, 0.001, 91, -1, .nan] { #expect(GeoGrid(degrees: degrees) == nil) }
        for letters in [0, 10] { #expect(GeoGrid(geohash: letters) == nil) }
    }

    @Test func `Several places in one cell count once`() async throws {
        let fixture = try ColumnFixture(seed: 63)
        var batch = EventBatch()
        for places in [[(1.1, 1.1), (1.2, 1.3)], [(1.1, 1.1), (5.5, 5.5)], []] as [[(Float, Float)]] {
            batch.append(.timestamp, MixedEvents.end)
            for (latitude, longitude) in places { batch.append(.sourceLocation, GeoPoint(latitude: latitude, longitude: longitude)) }
            batch.endRowWithoutRaw()
        }
        try await fixture.append(batch)
        let engine = QueryEngine(try await fixture.store(fullRows: 100), width: 1)
        let found = try engine.answer(.cells(of: .sourceLocation, try #require(GeoGrid(degrees: 1)), limit: 10), QueryScope()).value
        #expect(found.cells.map(\.count) == [2, 1] && found.cells.map(\.south) == [1, 5])
    }
}

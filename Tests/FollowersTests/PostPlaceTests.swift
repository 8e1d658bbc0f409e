import Model
import Testing

@testable import Followers

@Suite struct PostPlaceTests {
    private static func event(_ build: (inout EventBatch) -> Void) -> MapEvent {
        var batch = EventBatch()
        batch.append(.eventFamily, "post" as StaticString)
        build(&batch)
        batch.endRowWithoutRaw()
        var sensors = SensorTable()
        return MapEvent(batch[0], id: EventID(1), sensors: &sensors)
    }

    private static let named = GeoPoint(latitude: 48, longitude: 2)
    private static let stated = GeoPoint(latitude: -33, longitude: 151)

    @Test func takesThePlaceOfAnAddressThatItNames() {
        let event = Self.event {
            $0.append(.postLocation, Self.named)
            $0.append(.postAccuracy, "country" as StaticString)
        }
        #expect(event.placement == .placed)
        #expect(event.point == Self.named)
        #expect(event.accuracy == .country)
    }

    @Test func takesItsOwnPlaceFirst() {
        let event = Self.event {
            $0.append(.postLocation, Self.named)
            $0.append(.sourceLocation, Self.stated)
            $0.append(.sourceAccuracy, "stated" as StaticString)
            $0.append(.postAccuracy, "city" as StaticString)
        }
        #expect(event.point == Self.stated)
        #expect(event.accuracy == .stated)
    }

    @Test func hasNoneOtherwise() {
        #expect(Self.event { $0.append(.postText, "nowhere") }.placement == .unmapped)
        #expect(Self.event { $0.append(.postLocation, GeoPoint(latitude: 400, longitude: 2)) }.placement == .unmapped)
    }
}

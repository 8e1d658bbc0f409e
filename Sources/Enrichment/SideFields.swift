import Model

/// The fields that say where one end of an event is.
struct SideFields: Sendable {
    let countryCode, countryName, regionName, cityName, location, accuracy, asNumber, asName, placement: Field

    static let source = SideFields(
        countryCode: .sourceCountryCode, countryName: .sourceCountryName, regionName: .sourceRegionName, cityName: .sourceCityName,
        location: .sourceLocation, accuracy: .sourceAccuracy, asNumber: .sourceASNumber, asName: .sourceASName,
        placement: .sourcePlacement)

    static let destination = SideFields(
        countryCode: .destinationCountryCode, countryName: .destinationCountryName, regionName: .destinationRegionName,
        cityName: .destinationCityName, location: .destinationLocation, accuracy: .destinationAccuracy, asNumber: .destinationASNumber,
        asName: .destinationASName, placement: .destinationPlacement)
}

/// One of the two ends of an event.
enum Side: UInt8, Sendable {
    case source = 1
    case destination = 2

    var fields: SideFields { self == .source ? .source : .destination }
}

/// Why an end has no place (`*.geo.placement`).
enum Placement: String, Sendable {
    /// Its address is not a global one (``AddressClass``).
    case `private`
    /// Its address is global but in no database, or its country has no label point.
    case unmapped
    /// It has no address.
    case absent
}

import Model

/// For each field number, how its value is stepped over and what it means to enrichment.
struct ScanPlan: Sendable {
    struct Step: Sendable {
        /// Nil for a number that is no field.
        var kind: FieldType?
        var interest = RowScan.Interest.none
        var side: Side?
    }

    let steps: [Step]

    init() {
        var steps: [Step] = []
        for number in 0...(Field.allCases.map(\.rawValue).max() ?? 0) {
            steps.append(Step(kind: Field(rawValue: number)?.type))
        }
        func mark(_ field: Field, _ interest: RowScan.Interest, _ side: Side? = nil) {
            steps[Int(field.rawValue)].interest = interest
            steps[Int(field.rawValue)].side = side
        }
        for side in [Side.source, .destination] {
            let fields = side.fields
            mark(side == .source ? .sourceIP : .destinationIP, .address, side)
            mark(fields.countryCode, .country, side)
            mark(fields.countryName, .countryName, side)
            mark(fields.regionName, .region, side)
            mark(fields.cityName, .city, side)
            mark(fields.location, .location, side)
            mark(fields.accuracy, .accuracy, side)
            mark(fields.asNumber, .asNumber, side)
            mark(fields.asName, .asName, side)
            mark(fields.placement, .placement, side)
        }
        mark(.destinationPort, .port)
        mark(.networkTransport, .transport)
        mark(.networkProtocol, .protocol)
        mark(.networkApplication, .application)
        mark(.observerName, .observerName)
        mark(.observerIP, .observerIP)
        mark(.observerLocation, .observerLocation)
        mark(.observerCityName, .observerCity)
        mark(.observerCountryCode, .observerCountry)
        mark(.eventFamily, .family)
        mark(.relatedIP, .related)
        mark(.postLocation, .postLocation)
        mark(.eventDataset, .dataset)
        mark(.threatTechniqueID, .technique)
        mark(.threatTechniqueName, .techniqueName)
        mark(.threatTacticID, .tactic)
        mark(.threatTacticName, .tactic)
        self.steps = steps
    }
}

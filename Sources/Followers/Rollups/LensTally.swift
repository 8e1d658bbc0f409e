import Model

/// Counts over all events and over the noise among them.
///
/// What a noise lens leaves is their difference, so that events are counted once, whatever lenses the screens have.
struct LensTally: Sendable, Equatable {
    private(set) var all = Tally()
    /// A part of ``all``: no value counts more here than there.
    private(set) var noise = Tally()

    init() {}

    /// - Parameter noise: a part of `all`.
    init(all: Tally, noise: Tally) {
        self.all = all
        self.noise = noise
    }

    /// Counts an event.
    ///
    /// - Parameter admitsAddress: whether an address that is not in the tally yet may be added.
    mutating func add(_ event: MapEvent, sensor: String, admitsAddress: Bool = true) {
        all.add(event, sensor: sensor, admitsAddress: admitsAddress)
        guard event.isNoise else { return }
        noise.add(event, sensor: sensor, admitsAddress: event.address.map { all.addresses[$0] != nil } ?? true)
    }

    /// What a screen counts.
    ///
    /// - Parameters:
    ///   - hidesNoise: whether its noise lens is on. An address then keeps the country that all its events give it.
    ///   - withTops: whether addresses, ports and sensors are needed; without them the difference is a matter of some hundred values.
    func seen(hidesNoise: Bool, withTops: Bool) -> Tally {
        guard hidesNoise, !noise.isEmpty else { return all }
        var (quiet, hidden) = (all, noise)
        if !withTops {
            quiet.forgetTops()
            hidden.forgetTops()
        }
        quiet -= hidden
        return quiet
    }

    static func += (sum: inout LensTally, other: LensTally) {
        sum.all += other.all
        sum.noise += other.noise
    }

    static func -= (sum: inout LensTally, other: LensTally) {
        sum.all -= other.all
        sum.noise -= other.noise
    }
}

/// Something that screens without a noise lens and screens with one have each of their own.
struct Lensed<Value: Sendable>: Sendable {
    var all: Value
    /// Without noise.
    var quiet: Value

    subscript(hidesNoise hidesNoise: Bool) -> Value { hidesNoise ? quiet : all }
}

import Model
import Wire

/// A mapping that is built in.
public struct MappingPreset: Sendable {
    /// The name of its format.
    public let name: String
    /// One line for lists.
    public let summary: String
    /// The mapping itself.
    public let mapping: MappingSpec
    /// Keys of which a record must have all to be recognised.
    let characteristicKeys: [String]

    /// The public cyber-attack map stream of 2017 (Satori RTM channel `live-cyber-attack-threat-map`).
    ///
    /// `latitude`/`longitude` are the origin's and `latitude2`/`longitude2` the target's; empty strings mean unknown; there is no time.
    public static let satoriAttacks = MappingPreset(
        name: "satori-attacks",
        summary: "messages of the 2017 public cyber-attack map stream",
        mapping: MappingSpec(
            framing: .json,
            fields: [
                "event.action": "attack_type",
                "event.reason": "attack_subtype",
                "source.ip": "attacker_ip",
                "destination.port": "attack_port",
                "source.geo.city_name": "city_origin",
                "source.geo.country_name": "country_origin",
                "destination.geo.city_name": "city_target",
                "destination.geo.country_name": "country_target",
                "labels.attacker": "attacker",
            ]),
        characteristicKeys: ["attack_type", "attacker_ip"])
}

import Pipeline
import Sources

extension SourceKind {
    /// An invented world.
    static let simulator = SourceKind(
        name: "simulator", summary: "An invented world of attackers, marked as such; for trying things out.", isSimulated: true,
        options: [
            ConfigurationOption(
                name: "rate", type: .number(0.1...1_000_000), summary: "Events a second on average.", standard: "12"),
            ConfigurationOption(
                name: "seed", type: .integer(0...Int.max), summary: "The same seed gives the same world.", standard: "1"),
        ]
    ) { section in
        guard let rate = section.values.number("rate"), let seed = section.values.integer("seed") else { return nil }
        return { _ in SimulatorSource(rate: rate, seed: UInt64(seed)) }
    }
}

extension SourceConfiguration {
    /// The invented world that `--simulate` starts.
    static let simulated = SourceConfiguration(settings: SourceSettings(name: "simulator", isSimulated: true)) { _ in
        SimulatorSource(rate: 12, seed: 1)
    }
}

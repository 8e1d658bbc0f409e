import ArgumentParser

/// Measures this machine.
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure ingest, questions, live fan-out and look-ups on this machine.",
        discussion: "The last line is one JSON object. Compare ratios of one run, not single figures: see bench/README.md.",
        subcommands: [BenchIngest.self, BenchQuery.self, BenchLive.self, BenchGeo.self, BenchFormats.self])
}

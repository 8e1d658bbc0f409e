import Model
import Web

extension ConfigurationBuilder {
    /// The values of `web.rate_limit`.
    mutating func rateLimits(_ section: ConfigurationSection) -> RateLimitOptions {
        var options = RateLimitOptions()
        options.query = limit(section, "query", options.query)
        options.ingest = limit(section, "ingest", options.ingest)
        if let clients = section.integer("max_clients") { options.maximumClients = clients }
        if let texts = section.texts("exempt") {
            options.exempt = []
            for text in texts {
                if let network = Network(text) {
                    options.exempt.append(network)
                } else {
                    note(section, "exempt", "\(ConfigurationReader.quoted(text)) is no network in CIDR form; write e.g. 10.0.0.0/8")
                }
            }
        }
        return options
    }

    /// A limit with its burst; nil where the rate is 0.
    private mutating func limit(_ section: ConfigurationSection, _ name: String, _ standard: RateLimit?) -> RateLimit? {
        guard let rate = section.integer(name) ?? standard?.rate, rate > 0 else { return nil }
        let burst = section.integer(name + "_burst") ?? standard?.burst ?? rate
        if burst < rate {
            note(section, name + "_burst", "is less than \(name) (\(rate)), which could never be reached then; write at least \(rate)")
        }
        return RateLimit(rate: rate, burst: burst)
    }
}

import Pipeline
import Sources

extension SourceKind {
    /// A sensor of our own.
    static let decoy = SourceKind(
        name: "decoy", summary: "A built-in sensor: talks to whoever knocks at chosen ports, and notes what they try.",
        options: [
            ConfigurationOption(name: "sensor", type: .text, summary: "The decoy's name as a sensor.", example: "decoy-1"),
            ConfigurationOption(
                name: "listen", type: .text, summary: "Address on which all services listen, without a port.", standard: "127.0.0.1"),
            ConfigurationOption(
                name: "services", type: .texts,
                summary: "Services with their ports: \(DecoyService.allCases.map(\.rawValue).joined(separator: ", ")).",
                example: "[\"ssh:2222\", \"telnet:2323\", \"http:8081\"]", isRequired: true),
            SourceKinds.allow,
            ConfigurationOption(
                name: "max_connections", type: .integer(1...65_536), summary: "Conversations at the same time, of all services together.",
                standard: "256"),
            ConfigurationOption(
                name: "max_per_address", type: .integer(1...65_536), summary: "Conversations at the same time with one address.",
                standard: "16"),
            ConfigurationOption(
                name: "max_bytes", type: .size(1 << 10...1 << 20), summary: "What a client may send in a conversation.", standard: "64KiB"),
            SourceKinds.idleTimeout("15s"),
            ConfigurationOption(
                name: "max_time", type: .duration(1000...3_600_000), summary: "How long a conversation may last.", standard: "60s"),
        ]
    ) { section in
        guard let host = section.values.text("listen"), let names = section.values.texts("services"),
            let connections = section.values.integer("max_connections"), let perAddress = section.values.integer("max_per_address"),
            let bytes = section.values.integer("max_bytes"), let idle = section.values.integer("idle_timeout"),
            let time = section.values.integer("max_time")
        else { return nil }
        guard let listen = ListenAddress(host.contains(":") ? "[\(host)]:0" : "\(host):0") else {
            section.note("listen", "\(ConfigurationReader.quoted(host)) is no address; write e.g. 127.0.0.1, without a port")
            return nil
        }
        guard let allow = section.allowList(for: listen) else { return nil }
        var ports: [DecoyPort] = []
        for name in names {
            do throws(ListenError) {
                let port = try DecoyPort(name)
                if port.port > 0, ports.contains(where: { $0.port == port.port && $0.service.isDatagram == port.service.isDatagram }) {
                    section.note("services", "port \(port.port) stands twice; give each service a port of its own")
                    return nil
                }
                ports.append(port)
            } catch {
                section.note("services", error.detail)
                return nil
            }
        }
        if ports.isEmpty { section.note("services", "names none; write e.g. [\"ssh:2222\"]") }
        let options = DecoySourceOptions(
            listen: listen, ports: ports, allow: allow, sensor: section.settings.sensor, maxConnections: connections,
            maxConnectionsPerAddress: perAddress, maximumBytes: bytes, idleTimeout: .milliseconds(idle), maximumTime: .milliseconds(time))
        return { context in DecoySource(options, onNotice: context.onNotice) }
    }
}

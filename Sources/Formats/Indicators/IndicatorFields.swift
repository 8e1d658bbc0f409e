import Model

/// How an indicator of any list becomes fields: `threat.indicator.*`, and `related.*` so that events about it join.
enum IndicatorFields {
    /// The types of lists in the words of ECS.
    static let types: Translation = [
        "url": "url", "uri": "url", "link": "url", "domain": "domain-name", "hostname": "domain-name", "ip": "ipv4-addr",
        "ip:port": "ipv4-addr",
        "ip-src": "ipv4-addr", "ip-dst": "ipv4-addr", "ip-src|port": "ipv4-addr", "ip-dst|port": "ipv4-addr", "sha256": "file",
        "sha1": "file",
        "md5": "file", "sha256_hash": "file", "sha1_hash": "file", "md5_hash": "file", "sha3_384_hash": "file", "email-src": "email-addr",
        "email": "email-addr", "filename": "file", "filename|md5": "file", "filename|sha1": "file", "filename|sha256": "file",
    ]

    /// Appends the value of an indicator by what it looks like; the type that the list states decides where looks do not.
    static func append(type: String, value: String, into batch: inout EventBatch) {
        let plain = TextIndicators.refanged(value[...])
        switch type.lowercased() {
        case "url", "uri", "link": appendURL(plain, &batch)
        case "domain", "hostname", "domain-name": appendHost(plain, &batch)
        case "ip", "ip:port", "ip-src", "ip-dst", "ipv4-addr", "ipv6-addr", "ip-src|port", "ip-dst|port", "cidr":
            appendAddress(plain, &batch)
        case let type where type.contains("md5") || type.contains("sha"): appendHash(plain, &batch)
        case "vulnerability", "cve": batch.append(.vulnerabilityID, plain.uppercased())
        default: batch.append(label: "indicator", plain)
        }
    }

    private static func appendURL(_ url: String, _ batch: inout EventBatch) {
        batch.append(.threatIndicatorURL, url)
        let bytes = Array(url.utf8)
        let host = String(decoding: bytes[URLParts.ranges(bytes.span).host], as: UTF8.self)
        guard !host.isEmpty else { return }
        if let address = IPAddress(host) {
            batch.append(.threatIndicatorIP, address)
            batch.append(.relatedIP, address)
        } else {
            batch.append(.threatIndicatorDomain, host)
            batch.append(.relatedHosts, host)
        }
    }

    private static func appendHost(_ host: String, _ batch: inout EventBatch) {
        batch.append(.threatIndicatorDomain, host)
        batch.append(.relatedHosts, host)
    }

    /// An address, one with a port, or a network.
    static func appendAddress(_ text: String, _ batch: inout EventBatch) {
        if text.contains("/"), let network = Network(text) {
            batch.append(label: "indicator_network", "\(network)")
            return
        }
        let bytes = Array(text.replacing("|", with: ":").utf8)
        let parts = EndpointText.split(bytes.span)
        guard let address = IPAddress(String(decoding: bytes[parts.host], as: UTF8.self)) else {
            batch.append(label: "indicator", text)
            return
        }
        batch.append(.threatIndicatorIP, address)
        batch.append(.relatedIP, address)
        if let port = parts.port { batch.append(label: "indicator_port", String(port)) }
    }

    /// A hash, perhaps behind a file's name (`name|hash`).
    private static func appendHash(_ text: String, _ batch: inout EventBatch) {
        let parts = text.split(separator: "|")
        guard let hash = parts.last else { return }
        if parts.count > 1, let name = parts.first { batch.append(.fileName, String(name)) }
        if FieldWriter([]).appendFileHash(Array(hash.utf8).span, into: &batch) {
            batch.append(.relatedHash, hash.lowercased())
        } else {
            batch.append(label: "indicator", text)
        }
    }
}

import Model
import Wire

extension RecordLayout {
    /// ThreatFox of abuse.ch: the answer of the API, the export (a dictionary of arrays), and reduced forms of others.
    static let threatfox = RecordLayout(
        name: "threatfox", summary: "ThreatFox indicators (abuse.ch), API and export", framing: .document, observerType: "feed",
        kind: "enrichment", time: ["first_seen", "first_seen_utc"],
        timesInUTC: ["first_seen", "first_seen_utc", "last_seen", "last_seen_utc"],
        otherwise: .indicator(message: "{malware_printable} {malware} {ioc} {ioc_value}"),
        rules: [
            FieldRule("ioc_type", .translated(.threatIndicatorType, IndicatorFields.types)),
            FieldRule("type", .translated(.threatIndicatorType, IndicatorFields.types)),
            FieldRule("confidence_level", .keyword(.threatIndicatorConfidence)),
            FieldRule("confidence", .keyword(.threatIndicatorConfidence)),
            FieldRule("first_seen", .date(.threatIndicatorFirstSeen)), FieldRule("first_seen_utc", .date(.threatIndicatorFirstSeen)),
            FieldRule("last_seen", .date(.threatIndicatorLastSeen)), FieldRule("last_seen_utc", .date(.threatIndicatorLastSeen)),
            FieldRule("reference", .keyword(.threatIndicatorReference)), FieldRule("reporter", .label("reporter")),
            FieldRule("threat_type", .label("threat_type")), FieldRule("malware", .label("malware")),
            FieldRule("malware_printable", .label("malware_name")), FieldRule("tags", .keyword(.tags)),
            FieldRule("id", .keyword(.eventCode)),
            FieldRule("ioc", .aside), FieldRule("ioc_value", .aside),
        ],
        constants: [(.threatFeedName, "ThreatFox"), (.threatIndicatorProvider, "abuse.ch")], required: ["ioc", "ioc_value"],
        items: ["iocs", "data", "*"],
        recognise: { head, _ in
            let known = Claim.likelihood(ThreatFox.claims, head: head)
            guard known == 0 else { return known }
            // The export's members are numbers.
            return HeadObjects(of: head).objects.contains { object in
                object.keys.contains { $0.hasSuffix(".ioc_value") && $0.split(separator: ".").count == 2 && $0.first?.isNumber == true }
            } ? 95 : 0
        },
        refine: { values, _, batch in
            let value = values.string("ioc")
            IndicatorFields.append(
                type: values.string("ioc_type").isEmpty ? values.string("type") : values.string("ioc_type"),
                value: value.isEmpty ? values.string("ioc_value") : value, into: &batch)
        })

    /// URLhaus of abuse.ch: the CSV dump. Times are UTC.
    static let urlhaus = RecordLayout(
        name: "urlhaus", summary: "URLhaus CSV dump (abuse.ch)", framing: .csv, observerType: "feed", kind: "enrichment",
        time: ["dateadded"],
        timesInUTC: ["dateadded", "last_online"],
        otherwise: .indicator(message: "{threat} {url}"),
        rules: [
            FieldRule("id", .keyword(.eventCode)), FieldRule("dateadded", .date(.threatIndicatorFirstSeen)),
            FieldRule("url_status", .label("url_status")),
            FieldRule("last_online", .date(.threatIndicatorLastSeen)), FieldRule("threat", .label("threat_type")),
            FieldRule("tags", .keyword(.tags)),
            FieldRule("urlhaus_link", .keyword(.threatIndicatorReference)), FieldRule("reporter", .label("reporter")),
            FieldRule("url", .aside),
        ],
        constants: [(.threatFeedName, "URLhaus"), (.threatIndicatorProvider, "abuse.ch"), (.threatIndicatorType, "url")], required: ["url"],
        columns: ["id", "dateadded", "url", "url_status", "last_online", "threat", "tags", "urlhaus_link", "reporter"],
        recognise: { head, _ in
            let text = head.withUnsafeBufferPointer { String(decoding: $0.prefix(4096), as: UTF8.self) }
            if text.contains("# id,dateadded,url,url_status") || text.hasPrefix("id,dateadded,url,url_status") { return 95 }
            let rows = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
            return rows.first?.contains("https://urlhaus.abuse.ch/url/") == true ? 92 : 0
        },
        refine: { values, _, batch in IndicatorFields.append(type: "url", value: values.string("url"), into: &batch) })

    /// A list of URLs, one a line, as URLhaus and others give out.
    static let urlList = RecordLayout(
        name: "url-list", summary: "plain list of malicious URLs, one a line", framing: .csv, observerType: "feed", kind: "enrichment",
        otherwise: .indicator(message: "{url}"), rules: [FieldRule("url", .aside)], constants: [(.threatIndicatorType, "url")],
        required: ["url"], columns: ["url"], delimiter: 1,
        recognise: { head, _ in
            let text = head.withUnsafeBufferPointer { String(decoding: $0.prefix(8192), as: UTF8.self) }
            let rows = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }.prefix(20).dropLast(
                text.utf8.count >= 8192 ? 1 : 0)
            let isList =
                !rows.isEmpty
                && rows.allSatisfy { row in
                    (row.hasPrefix("http://") || row.hasPrefix("https://")) && !row.contains(" ") && !row.contains("\t")
                }
            return isList ? 85 : 0
        },
        refine: { values, _, batch in IndicatorFields.append(type: "url", value: values.string("url"), into: &batch) })

    /// Feodo Tracker of abuse.ch: an array of command and control servers.
    static let feodo = RecordLayout(
        name: "feodo", summary: "Feodo Tracker JSON (abuse.ch)", observerType: "feed", kind: "enrichment", time: ["first_seen"],
        timesInUTC: ["first_seen", "last_online"],
        otherwise: .indicator(message: "{malware} {ip_address} {status}"),
        rules: [
            FieldRule("ip_address", .address(.threatIndicatorIP, domain: .threatIndicatorDomain)),
            FieldRule("ip_address", .address(.relatedIP, domain: nil)),
            FieldRule("port", .label("indicator_port")), FieldRule("status", .label("status")),
            FieldRule("hostname", .keyword(.relatedHosts)),
            FieldRule("as_number", .label("as_number")), FieldRule("as_name", .label("as_name")), FieldRule("country", .label("country")),
            FieldRule("first_seen", .date(.threatIndicatorFirstSeen)), FieldRule("last_online", .date(.threatIndicatorLastSeen)),
            FieldRule("malware", .label("malware")),
        ],
        constants: [(.threatFeedName, "Feodo Tracker"), (.threatIndicatorProvider, "abuse.ch"), (.threatIndicatorType, "ipv4-addr")],
        required: ["ip_address"], claims: [Claim(all: ["ip_address", "port", "malware"], likelihood: 92)])
}

/// How ThreatFox is told, but for its export.
private enum ThreatFox {
    static let claims = [
        Claim(all: ["iocs.ioc", "iocs.type"], likelihood: 95), Claim(all: ["query_status", "data.ioc"], likelihood: 95),
        Claim(all: ["ioc", "ioc_type", "threat_type"], likelihood: 95),
    ]
}

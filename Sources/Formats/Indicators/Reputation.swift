import Model
import Wire

extension RecordLayout {
    /// Spamhaus DROP as JSON lines; the last line is metadata.
    static let spamhausDrop = RecordLayout(
        name: "spamhaus-drop", summary: "Spamhaus DROP, JSON lines", observerType: "feed", kind: "enrichment", selectors: ["type"],
        classes: [.filtered("metadata")], otherwise: .indicator(message: "{cidr} {sblid}"),
        rules: [FieldRule("cidr", .aside), FieldRule("sblid", .keyword(.threatIndicatorReference)), FieldRule("rir", .label("rir"))],
        constants: [(.threatFeedName, "Spamhaus DROP"), (.threatIndicatorProvider, "Spamhaus"), (.threatIndicatorType, "ipv4-addr")],
        required: ["cidr"], claims: [Claim(all: ["cidr", "sblid"], likelihood: 95)],
        refine: { values, _, batch in IndicatorFields.append(type: "cidr", value: values.string("cidr"), into: &batch) })

    /// AbuseIPDB: the answer to a check, or a blacklist.
    static let abuseIPDB = RecordLayout(
        name: "abuseipdb", summary: "AbuseIPDB check and blacklist answers", framing: .document, observerType: "feed", kind: "enrichment",
        time: ["lastReportedAt"], otherwise: .indicator(message: "{ipAddress} confidence {abuseConfidenceScore}"),
        rules: [
            FieldRule("ipAddress", .address(.threatIndicatorIP, domain: .threatIndicatorDomain)),
            FieldRule("ipAddress", .address(.relatedIP, domain: nil)),
            FieldRule("abuseConfidenceScore", .keyword(.threatIndicatorConfidence)),
            FieldRule("countryCode", .label("country")), FieldRule("usageType", .label("usage_type")), FieldRule("isp", .label("isp")),
            FieldRule("domain", .keyword(.relatedHosts)), FieldRule("hostnames", .keyword(.relatedHosts)),
            FieldRule("isTor", .label("is_tor")),
            FieldRule("isWhitelisted", .label("is_allow_listed")), FieldRule("totalReports", .label("reports")),
            FieldRule("numDistinctUsers", .label("reporters")), FieldRule("lastReportedAt", .date(.threatIndicatorLastSeen)),
        ],
        constants: [(.threatFeedName, "AbuseIPDB"), (.threatIndicatorProvider, "AbuseIPDB"), (.threatIndicatorType, "ipv4-addr")],
        required: ["ipAddress"], items: ["data"],
        claims: [
            Claim(all: ["data.ipAddress", "data.abuseConfidenceScore"], likelihood: 95),
            Claim(all: ["ipAddress", "abuseConfidenceScore"], likelihood: 95),
        ])
}

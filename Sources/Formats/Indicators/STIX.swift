import Model
import Wire

extension RecordLayout {
    /// STIX 2.1 bundles. Indicators and vulnerabilities are events; what describes actors, tools and relations is filtered.
    static let stix = RecordLayout(
        name: "stix", summary: "STIX 2.1 bundles: indicators and vulnerabilities", framing: .document, observerType: "feed",
        kind: "enrichment",
        time: ["valid_from", "created", "modified"], selectors: ["type"],
        classes: [.indicator("indicator"), .indicator("vulnerability")], otherwise: .filtered(),
        rules: [
            FieldRule("id", .keyword(.eventCode)), FieldRule("name", .keyword(.ruleName)),
            FieldRule("confidence", .keyword(.threatIndicatorConfidence)),
            FieldRule("valid_from", .date(.threatIndicatorFirstSeen)), FieldRule("valid_until", .label("valid_until")),
            FieldRule("labels", .keyword(.tags)), FieldRule("indicator_types", .label("indicator_type")),
            FieldRule("external_references.url", .keyword(.threatIndicatorReference)), FieldRule("description", .label("description")),
            FieldRule("created_by_ref", .keyword(.threatIndicatorProvider)), FieldRule("pattern_type", .label("pattern_type")),
        ] + ["pattern", "type", "external_references.external_id"].map { FieldRule($0, .aside) },
        constants: [(.threatFeedName, "STIX")], items: ["objects"],
        claims: [
            Claim(all: ["type", "id", "objects"], values: ["type": ["bundle"]], likelihood: 95),
            Claim(all: ["spec_version", "type", "id", "created"], values: ["spec_version": ["2."]], likelihood: 90),
        ],
        refine: { values, _, batch in
            let name = values.string("name")
            batch.append(
                .message, name.isEmpty ? values.string("pattern").isEmpty ? values.string("type") : values.string("pattern") : name)
            for comparison in STIXPattern.comparisons(values.string("pattern")) {
                guard let type = STIXPattern.type(of: comparison.object) else { continue }
                batch.append(.threatIndicatorType, type)
                IndicatorFields.append(type: type == "file" ? "sha" : type == "url" ? "url" : type, value: comparison.value, into: &batch)
            }
            for id in values.strings("external_references.external_id") + [name] where id.hasPrefix("CVE-") {
                batch.append(.vulnerabilityID, id)
            }
        },
        writesMessage: true)
}

/// Comparisons in a STIX pattern (STIX 2.1 §9): `[ipv4-addr:value = '198.51.100.7']`.
enum STIXPattern {
    /// The object path and the text of each comparison by equality; others (`LIKE`, `MATCHES`) name no value.
    static func comparisons(_ pattern: String) -> [(object: String, value: String)] {
        var found: [(object: String, value: String)] = []
        var rest = pattern[...]
        while let equals = rest.firstIndex(of: "="), found.count < 256 {
            let object = rest[..<equals].trimmingBlanks.split { " [(".contains($0) }.last ?? ""
            rest = rest[rest.index(after: equals)...].trimmingBlanks
            guard rest.first == "'" else { continue }
            var value = ""
            var index = rest.index(after: rest.startIndex)
            while index < rest.endIndex, rest[index] != "'" {
                if rest[index] == "\\", rest.index(after: index) < rest.endIndex { index = rest.index(after: index) }
                value.append(rest[index])
                index = rest.index(after: index)
            }
            if !object.hasSuffix("!") { found.append((String(object), value)) }
            rest = index < rest.endIndex ? rest[rest.index(after: index)...] : ""
        }
        return found
    }

    /// The type of indicator for an object path; nil for those that are none of ours.
    static func type(of path: String) -> String? {
        switch path.prefix(while: { $0 != ":" }) {
        case "ipv4-addr": "ipv4-addr"
        case "ipv6-addr": "ipv6-addr"
        case "domain-name": "domain-name"
        case "url": "url"
        case "file": path.contains("hashes") ? "file" : nil
        default: nil
        }
    }
}

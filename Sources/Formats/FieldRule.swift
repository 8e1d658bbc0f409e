import Model

/// What a value of a record becomes.
struct FieldRule: Sendable {
    enum Action: Sendable {
        /// The text as it is; numbers and truth values by their text.
        case keyword(Field)
        /// The text in lower case (ASCII).
        case lowercased(Field)
        /// A whole number, also from text or `3389.0`.
        case integer(Field)
        /// 0…65535.
        case port(Field)
        /// An address; a text that is none is a host name.
        case address(Field, domain: Field?)
        /// An instant in any known form.
        case date(Field)
        case number(Field)
        case boolean(Field)
        /// `CVE_2021_44228` as `CVE-2021-44228`.
        case cve
        /// `labels.<key>`.
        case label(String)
        /// `198.51.100.7:22`, `[2001:db8::7]:22` or `host:22`: an address or host name, and a port.
        case endpoint(Field, domain: Field, port: Field)
        /// Seconds, also fractions and text, as nanoseconds.
        case seconds(Field)
        /// MD5, SHA-1 or SHA-256 of a file by the number of digits.
        case fileHash
        /// Base64, decoded; what is none is kept as it is.
        case base64(Field)
        /// A URL, whole and in its parts.
        case url
        /// The target of an HTTP request: `/path?query`, or a URL.
        case requestTarget
        /// Our word for theirs; a value without one is kept in lower case.
        case translated(Field, Translation)
        /// Nothing: the format's code reads the value.
        case aside
    }

    /// JSON path or CSV column.
    let path: String
    let action: Action

    init(_ path: String, _ action: Action) {
        self.path = path
        self.action = action
    }

    /// The action that suits a field's type.
    static func action(for field: Field) -> Action {
        switch field {
        case .sourcePort, .destinationPort, .urlPort: return .port(field)
        case .sourceIP: return .address(field, domain: .sourceDomain)
        case .destinationIP: return .address(field, domain: .destinationDomain)
        case .networkTransport: return .lowercased(field)
        default: break
        }
        switch field.type {
        case .ip: return .address(field, domain: nil)
        case .integer: return .integer(field)
        case .date: return .date(field)
        case .number: return .number(field)
        case .boolean: return .boolean(field)
        case .keyword, .text, .label, .geoPoint: return .keyword(field)
        }
    }
}

extension FieldRule.Action {
    /// The fields to which the action may write.
    var fields: [Field] {
        switch self {
        case .keyword(let field), .lowercased(let field), .integer(let field), .port(let field), .date(let field), .number(let field),
            .boolean(let field), .seconds(let field), .base64(let field), .translated(let field, _):
            [field]
        case .address(let field, let domain): [field] + [domain].compactMap(\.self)
        case .endpoint(let field, let domain, let port): [field, domain, port]
        case .cve: [.vulnerabilityID]
        case .fileHash: [.fileMD5, .fileSHA1, .fileSHA256]
        case .url: [.urlFull, .urlDomain, .urlPath, .urlQuery, .urlPort, .urlScheme]
        case .requestTarget: [.urlOriginal, .urlPath, .urlQuery]
        case .label, .aside: []
        }
    }
}

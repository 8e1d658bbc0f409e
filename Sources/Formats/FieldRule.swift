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

/// How a field's value is stored, compared and printed.
public enum FieldType: UInt8, Sendable {
    /// Exact text, case kept (ECS `keyword`).
    case keyword
    /// Free text that is searched by words (ECS `match_only_text`).
    case text
    /// An IPv4 or IPv6 address.
    case ip
    /// A whole number, 64-bit signed.
    case integer
    /// A floating-point number.
    case number
    /// An instant, microseconds since 1970 UTC.
    case date
    /// True or false.
    case boolean
    /// Latitude and longitude in degrees.
    case geoPoint
    /// A free key and its text, as in `labels.*`.
    case label
}

/// A field of an event, by its Elastic Common Schema name.
///
/// The raw value is what the journal stores, so a number is never given to another name and never changes;
/// new fields take the next free one. `Field.definitions` is the one place where names and types stand.
public enum Field: UInt16, CaseIterable, Sendable {
    case timestamp = 1
    case eventKind, eventCategory, eventType, eventAction, eventOutcome, eventSeverity, eventModule, eventDataset
    case eventReason, eventDuration, eventCreated, eventStart, eventEnd, eventCode, eventSequence
    case attackType, attackSeverity
    case sourceIP, sourcePort, sourceDomain, sourceBytes, sourcePackets
    case sourceCountryCode, sourceCountryName, sourceRegionName, sourceCityName, sourceLocation, sourceAccuracy
    case sourceASNumber, sourceASName, sourcePlacement
    case destinationIP, destinationPort, destinationDomain, destinationBytes, destinationPackets
    case destinationCountryCode, destinationCountryName, destinationRegionName, destinationCityName, destinationLocation
    case destinationAccuracy, destinationASNumber, destinationASName, destinationPlacement
    case networkTransport, networkProtocol, networkCommunityID, networkBytes, networkPackets, networkVLAN, networkDirection
    case networkApplication
    case observerName, observerType, observerIP, observerIngress, observerLocation, observerCityName, observerCountryCode
    case observerVendor, observerProduct
    case ruleID, ruleName, ruleCategory, ruleReference, ruleRuleset, ruleVersion
    case userName, userPassword, userAgent
    case urlFull, urlOriginal, urlDomain, urlPath, urlQuery, urlPort, urlScheme
    case httpMethod, httpVersion, httpStatus, httpBodyBytes, httpReferrer, httpRequestBody
    case dnsQuestionName, dnsQuestionType, dnsAnswers, dnsResponseCode, dnsType, dnsID
    case tlsServerName, tlsVersion, tlsSubject, tlsIssuer, tlsSerial, tlsFingerprint, tlsJA3, tlsJA3S, tlsNotBefore, tlsNotAfter
    case sshClient, sshServer, sshHASSH
    case fileName, fileSize, fileType, fileMD5, fileSHA1, fileSHA256
    case processCommandLine, processName, processPID
    case hostName, logSyslogPriority
    case threatTechniqueID, threatTechniqueName, threatTacticID, threatTacticName
    case threatIndicatorType, threatIndicatorIP, threatIndicatorDomain, threatIndicatorURL, threatIndicatorProvider
    case threatIndicatorConfidence, threatIndicatorFirstSeen, threatIndicatorLastSeen, threatIndicatorReference, threatFeedName
    case vulnerabilityID
    case sessionID, flowID
    case payload, payloadPrintable
    case tags, labels, message, errorMessage
    case relatedIP, relatedHosts, relatedHash
    case postID, postURL, postText, postLanguage, postNetwork, postApp
    case postAuthorID, postAuthorHandle, postAuthorName, postAuthorLocation, postAuthorFollowers, postAuthorBot
    case postHashtags, postMentions, postLinks, postTopics, postReplyTo, postRepostOf
    case sentimentCompound, sentimentPositive, sentimentNeutral, sentimentNegative
    case botScore, botReasons
    case eventFamily
    case timeQuality
    case postLocation, postAccuracy
    case noiseKind, noiseName
}

/// What a field is called, holds and means.
public struct FieldDefinition: Sendable {
    /// The dotted ECS name, e.g. `source.geo.country_iso_code`.
    public let name: String
    /// How its value is stored and compared.
    public let type: FieldType
    /// One line for the field list in the documentation.
    public let summary: String
}

extension Field {
    /// The field's name, type and meaning.
    public var definition: FieldDefinition { Self.byNumber[Int(rawValue)] }

    /// The dotted ECS name.
    public var name: String { definition.name }

    /// How the value is stored and compared.
    @inlinable public var type: FieldType { FieldType(rawValue: Self.typeByNumber[Int(rawValue)]).unsafelyUnwrapped }

    /// The field of that dotted name, if there is one.
    public static func named(_ name: String) -> Field? { byName[name] }

    /// What to say of a name that no field has, with the nearest name that one has.
    public static func unknown(_ name: String) -> String {
        let near = Spelling.nearest(to: name, among: definitions.map(\.1.name))
        return "unknown field \(name)" + (near.map { "; did you mean \($0)?" } ?? "")
    }

    static let byNumber: [FieldDefinition] = {
        let none = FieldDefinition(name: "", type: .keyword, summary: "")
        var table = [FieldDefinition](repeating: none, count: Int(allCases.map(\.rawValue).max() ?? 0) + 1)
        for (field, definition) in definitions { table[Int(field.rawValue)] = definition }
        return table
    }()

    @usableFromInline static let typeByNumber: [UInt8] = byNumber.map(\.type.rawValue)

    private static let byName: [String: Field] = Dictionary(
        uniqueKeysWithValues: definitions.map { ($0.1.name, $0.0) })
}

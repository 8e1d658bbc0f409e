import Model

/// What of a row decides whether it is noise, collected in one pass over its pairs.
struct NoiseScan {
    private enum Role: UInt8 {
        case none, source, userAgent, sshClient, time, family, noise
    }

    private(set) var source: IPAddress?
    private(set) var userAgent: Range<Int>?
    private(set) var sshClient: Range<Int>?
    private(set) var time: Timestamp?
    private(set) var isAttack = false
    /// Whether it may be marked: no post, and not marked yet.
    private(set) var isWanted = true

    private static let roles: [Role] = {
        var roles = [Role](repeating: .none, count: Int(Field.allCases.map(\.rawValue).max() ?? 0) + 1)
        for (field, role) in [
            (Field.sourceIP, Role.source), (.userAgent, .userAgent), (.sshClient, .sshClient), (.timestamp, .time), (.eventFamily, .family),
            (.noiseKind, .noise),
        ] {
            roles[Int(field.rawValue)] = role
        }
        return roles
    }()

    private static let types: [FieldType?] = (0..<UInt16(roles.count)).map { Field(rawValue: $0)?.type }

    /// Reads the row; nil when its bytes are not whole pairs.
    init?(_ row: Span<UInt8>) {
        var at = 0
        while at < row.count {
            guard let number = LEB128.read(row, &at), number < UInt64(Self.types.count), let type = Self.types[Int(number)],
                let value = RowScan.value(row, &at, type)
            else { return nil }
            switch Self.roles[Int(number)] {
            case .none: continue
            case .source: source = source ?? RowScan.address(row, value)
            case .userAgent: userAgent = userAgent ?? value
            case .sshClient: sshClient = sshClient ?? value
            case .time:
                let bits = row.bytes.unsafeLoadUnaligned(fromByteOffset: value.lowerBound, as: UInt64.self)
                time = time ?? Timestamp(microseconds: Int64(bitPattern: UInt64(littleEndian: bits)))
            case .family:
                isAttack = RowScan.equals(row.extracting(value), "attack")
                isWanted = isWanted && !RowScan.equals(row.extracting(value), "post")
            case .noise: isWanted = false
            }
        }
    }
}

import NIOCore
import NIOSSL

/// How a client secures its connection to a peer: always with the peer's certificate checked against its name.
struct PeerTLS: Sendable {
    private let context: NIOSSLContext

    /// Trusts the system's authorities, or those in the file.
    init(authorities: String?) throws(PeerError) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let authorities { configuration.trustRoots = .file(authorities) }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw PeerError(.misconfigured, "tls_ca \(authorities ?? "of the system"): \(error); give a file of certificates in PEM form")
        }
    }

    /// The handler of one connection.
    func handler(host: String) throws -> NIOSSLClientHandler {
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }

    /// What an error of TLS means to an operator; nil for other errors.
    static func failure(_ error: any Error, of peer: String, host: String) -> PeerError? {
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return PeerError(.refused, "\(peer): its certificate does not name \(host); use the name that it has")
        }
        guard let error = error as? NIOSSLError else { return nil }
        switch error {
        case .handshakeFailed(let cause) where "\(cause)".contains("CERTIFICATE_VERIFY_FAILED"):
            return PeerError(.refused, "\(peer): its certificate is not trusted; give its authority's as tls_ca")
        case .handshakeFailed: return PeerError(.refused, "\(peer): no TLS comes about; check that this port speaks it")
        default: return PeerError(.lost, "\(peer): the TLS connection was lost (\(error))")
        }
    }
}

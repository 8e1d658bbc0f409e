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
}

public import NIOSSL

/// The certificate and key of a listener, and whom it lets in.
public struct ServerTLS: Equatable, Sendable {
    /// PEM file with the certificate, the chain behind it.
    public var certificate: String
    /// PEM file with its private key.
    public var key: String
    /// PEM file with the authorities whose certificates clients must show; nil asks for none.
    public var clientAuthorities: String?

    /// TLS with those files.
    public init(certificate: String, key: String, clientAuthorities: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientAuthorities = clientAuthorities
    }

    /// Reads the files. TLS 1.2 is the oldest version that is spoken.
    public func context() throws(ListenError) -> NIOSSLContext {
        let chain: [NIOSSLCertificate] = try Self.reading("tls_certificate", certificate) { try NIOSSLCertificate.fromPEMFile(certificate) }
        let key = try Self.reading("tls_key", key) { try NIOSSLPrivateKey(file: self.key, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        if let clientAuthorities {
            let authorities = try Self.reading("tls_client_ca", clientAuthorities) {
                try NIOSSLCertificate.fromPEMFile(clientAuthorities)
            }
            configuration.trustRoots = .certificates(authorities)
            // The clients' names are not looked up: that the authority knows them is enough.
            configuration.certificateVerification = .noHostnameVerification
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw ListenError(
                .badCertificate, option: "tls_certificate", "\(certificate) and \(self.key) of tls_key do not fit together: \(error)")
        }
    }

    private static func reading<T>(_ option: String, _ path: String, _ read: () throws -> T) throws(ListenError) -> T {
        do {
            return try read()
        } catch {
            throw ListenError(.badCertificate, option: option, "\(path) cannot be read as PEM: \(error)")
        }
    }
}

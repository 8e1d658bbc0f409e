import Sources

/// Options of sources that listen.
extension SourceKinds {
    /// Where a listener listens.
    static func listen(_ standard: String) -> ConfigurationOption {
        ConfigurationOption(name: "listen", type: .text, summary: "Address and port to listen on.", standard: standard)
    }

    /// From whom a listener without credentials takes input.
    static let allow = ConfigurationOption(
        name: "allow", type: .texts, summary: "Networks from which input is taken, in CIDR form, or any alone; needed beyond loopback.",
        example: "[192.0.2.0/24]")

    static let tlsCertificate = ConfigurationOption(
        name: "tls_certificate", type: .path, summary: "PEM file with the listener's certificate, its chain behind it.",
        example: "/etc/petrel/tls/server.pem")
    static let tlsKey = ConfigurationOption(
        name: "tls_key", type: .path, summary: "PEM file with the certificate's private key.", example: "/etc/petrel/tls/server.key")
    static let tlsClientCA = ConfigurationOption(
        name: "tls_client_ca", type: .path, summary: "PEM file with the authorities whose certificates clients must show.",
        example: "/etc/petrel/tls/clients.pem")

    static func maxConnections(_ standard: Int) -> ConfigurationOption {
        ConfigurationOption(
            name: "max_connections", type: .integer(1...65_536), summary: "Connections at the same time.", standard: "\(standard)")
    }

    static func idleTimeout(_ standard: String) -> ConfigurationOption {
        ConfigurationOption(
            name: "idle_timeout", type: .duration(100...2_592_000_000), summary: "Time after which a silent connection is closed.",
            standard: standard)
    }
}

extension SourceSection {
    /// The address of `listen`; notes what is wrong with it.
    mutating func listenAddress() -> ListenAddress? {
        guard let text = values.text("listen") else { return nil }
        if let address = ListenAddress(text) { return address }
        note("listen", "\(ConfigurationReader.quoted(text)) is no address with a port; write e.g. 127.0.0.1:5514 or \"[::1]:5514\"")
        return nil
    }

    /// The networks of `allow`; notes when there must be some and are none.
    mutating func allowList(for listen: ListenAddress) -> AllowList? {
        do {
            return try AllowList.required(values.texts("allow") ?? [], for: listen)
        } catch {
            note(values.texts("allow") == nil ? "listen" : "allow", error.detail)
            return nil
        }
    }

    /// The certificate and key; notes when only one of them is there.
    mutating func serverTLS() -> ServerTLS? {
        switch (values.text("tls_certificate"), values.text("tls_key")) {
        case (let certificate?, let key?):
            return ServerTLS(certificate: certificate, key: key, clientAuthorities: values.text("tls_client_ca"))
        case (nil, nil): return nil
        case (nil, _): note("tls_key", "there is no tls_certificate beside it; add one")
        case (_, nil): note("tls_certificate", "there is no tls_key beside it; add one")
        }
        return nil
    }
}

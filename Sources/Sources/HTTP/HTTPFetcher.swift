import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// The HTTP client of one source: its address, fields and certificates.
///
/// Follows up to five redirects. Fields of the configuration, the token among them, go to the configured origin only, and never from
/// https to http. Close it with ``close()``.
final class HTTPFetcher: Sendable {
    /// Most redirects that are followed.
    static let maximumRedirects = 5

    let options: HTTPClientOptions
    private let client: HTTPClient

    /// A client of those options. Throws when the address or the certificates cannot be used.
    init(_ options: HTTPClientOptions) throws(HTTPSourceError) {
        self.options = options
        guard HTTPOrigin(options.url) != nil else {
            throw HTTPSourceError(.configuration, "\(options.shownURL): is no address; write http:// or https:// and a host")
        }
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout = HTTPClient.Configuration.Timeout(
            connect: .nanoseconds(options.connectTimeout.nanosecondsClamped), read: .nanoseconds(options.idleTimeout.nanosecondsClamped))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 2
        if let path = options.authorityFile {
            var tls = TLSConfiguration.makeClientConfiguration()
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
            } catch {
                throw HTTPSourceError(.configuration, "\(path): no certificates in PEM form (\(error)); check tls_ca")
            }
            configuration.tlsConfiguration = tls
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Runs with a client and closes it, however that ends.
    static func using<Result: Sendable>(
        _ options: HTTPClientOptions, _ body: (HTTPFetcher) async throws -> Result
    ) async throws -> Result {
        let fetcher = try HTTPFetcher(options)
        do {
            let result = try await body(fetcher)
            try await fetcher.close()
            return result
        } catch {
            // What went wrong first is what counts; a client that is shut down twice says so and nothing more.
            try? await fetcher.close()
            throw Task.isCancelled ? CancellationError() : error
        }
    }

    /// Closes all connections.
    func close() async throws { try await client.shutdown() }

    /// Sends a request and returns the head of the answer; its body is to be read or dropped.
    ///
    /// - Parameters:
    ///   - url: the address; nil for the configured one.
    ///   - fields: further fields of the request.
    func send(
        _ method: HTTPMethod = .GET, to url: String? = nil, fields: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> HTTPClientResponse {
        var target = url ?? options.url
        guard let home = HTTPOrigin(options.url) else {
            throw HTTPSourceError(.configuration, "\(options.shownURL): is no address; write http:// or https:// and a host")
        }
        let deadline = options.timeout.map { NIODeadline.now() + .nanoseconds($0.nanosecondsClamped) } ?? .distantFuture
        for _ in 0...Self.maximumRedirects {
            var request = HTTPClientRequest(url: target)
            request.method = method
            let isHome = HTTPOrigin(target) == home
            request.headers = headers(fields, isHome: isHome)
            request.body = body.map { .bytes(ByteBuffer(bytes: $0)) }
            let response: HTTPClientResponse
            do {
                response = try await client.execute(request, deadline: deadline)
            } catch {
                throw problem(error, target)
            }
            guard [301, 302, 303, 307, 308].contains(response.status.code), method == .GET,
                let location = response.headers.first(name: "location")
            else { return response }
            guard let next = HTTPOrigin.resolve(location, from: target), let origin = HTTPOrigin(next) else {
                throw HTTPSourceError(.badAnswer, "\(HTTPClientOptions.shown(target)): redirects to what is no address")
            }
            guard origin.isSecure || !home.isSecure else {
                throw HTTPSourceError(
                    .badAnswer, "\(HTTPClientOptions.shown(target)): redirects from https to http, which is not followed; check the address"
                )
            }
            target = next
        }
        throw HTTPSourceError(
            .badAnswer, "\(options.shownURL): more than \(Self.maximumRedirects) redirects; write the address that they lead to")
    }

    private func headers(_ fields: [(String, String)], isHome: Bool) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.add(name: "User-Agent", value: "petrel")
        for (name, value) in fields { headers.replaceOrAdd(name: name, value: value) }
        guard isHome else { return headers }
        if let token = options.token { headers.replaceOrAdd(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in options.headers.sorted(by: { $0.key < $1.key }) { headers.replaceOrAdd(name: name, value: value) }
        return headers
    }

    /// An error of the client in words of ours.
    func problem(_ error: any Error, _ url: String? = nil) -> any Error {
        let place = HTTPClientOptions.shown(url ?? options.url)
        if Task.isCancelled || error is CancellationError { return CancellationError() }
        if error is HTTPSourceError || error is IntakeError { return error }
        guard let known = error as? HTTPClientError else {
            return HTTPSourceError(.unreachable, "\(place): \(error); check address, network and certificates")
        }
        switch known {
        case .readTimeout:
            return HTTPSourceError(
                .stalled, "\(place): nothing came for \(options.idleTimeout.inSeconds) s; check that the peer still sends")
        case .deadlineExceeded:
            return HTTPSourceError(.stalled, "\(place): no whole answer within \((options.timeout ?? .zero).inSeconds) s; raise timeout")
        case .connectTimeout, .tlsHandshakeTimeout:
            return HTTPSourceError(
                .unreachable, "\(place): no connection within \(options.connectTimeout.inSeconds) s; check address and network")
        case .invalidURL, .emptyHost, .emptyScheme:
            return HTTPSourceError(.configuration, "\(place): is no address; write http:// or https:// and a host")
        case .remoteConnectionClosed: return HTTPSourceError(.unreachable, "\(place): the peer closed the connection")
        default: return HTTPSourceError(.unreachable, "\(place): \(known.shortDescription)")
        }
    }

    /// The error for an answer that is no success, with the beginning of its body.
    func refusal(_ response: HTTPClientResponse) async -> HTTPSourceError {
        var text = ""
        do {
            for try await part in response.body {
                text = part.readableBytesView.prefix(200).map { $0 >= 0x20 && $0 < 0x7f ? String(UnicodeScalar($0)) : " " }.joined()
                break
            }
        } catch {
            text = "no body"
        }
        let code = Int(response.status.code)
        let advice =
            switch code {
            case 401, 403: "; check token and headers"
            case 404, 410: "; check the address"
            case 429: "; poll less often"
            default: ""
            }
        return HTTPSourceError(
            code == 429 ? .limited : .refused, "\(options.shownURL): answers \(code)\(text.isEmpty ? "" : ": \(text)")\(advice)",
            status: code)
    }
}

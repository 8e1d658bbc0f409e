import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Web

/// Where the running server is, for commands that ask it.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Address of the running server; without it the one of the data folder.", valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("File with the token of the running server; without it that of the configuration.", valueName: "file"))
    var tokenFile: String?

    /// A client of the server, if the address of one is known.
    func client(_ configuration: Configuration, dataFolder: String) throws -> ServerClient? {
        guard let address = url ?? ServerFile(dataFolder: dataFolder).url else { return nil }
        var token = configuration.web.token
        if let tokenFile {
            do {
                token = try Configuration.token(inFile: tokenFile)
            } catch {
                throw ValidationError("--token-file: \(tokenFile) \(error.text)")
            }
        }
        return ServerClient(address: address.hasSuffix("/") ? String(address.dropLast()) : address, token: token, isNamed: url != nil)
    }
}

/// Asks the running server.
struct ServerClient {
    /// Why an answer is no good one.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Largest answer in bytes.
    private static let maximumBytes = 64 << 20

    let address: String
    let token: String?
    /// Whether the user named the address; else a server that does not answer is one that has ended.
    let isNamed: Bool

    /// The answer of the server; nil when none runs there.
    func ask(_ path: String, method: HTTPMethod = .GET) async throws -> Data? {
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        let response: HTTPClientResponse
        do {
            response = try await HTTPClient.shared.execute(request, timeout: .seconds(300))
        } catch {
            if isNamed { throw Failure(description: "\(address) does not answer: \(error)") }
            return nil
        }
        let body = Data(Array(buffer: try await response.body.collect(upTo: Self.maximumBytes)))
        guard response.status == .ok else {
            let detail = (try? JSONSerialization.jsonObject(with: body) as? [String: Any])?["detail"] as? String
            throw Failure(description: "\(address)\(path): \(response.status.code): \(detail ?? response.status.reasonPhrase)")
        }
        return body
    }
}

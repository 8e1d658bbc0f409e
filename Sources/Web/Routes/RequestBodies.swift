import HTTPTypes
import Hummingbird
import NIOCore

/// Reads whole request bodies, plain or gzip, within the bound of one and of all together.
struct RequestBodies: Sendable {
    /// Largest body, plain or decompressed, in bytes.
    let maximumBytes: Int
    private let budget = BodyBudget()

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// The body and what was reserved for it; to be given back by ``release(_:)`` when the request is answered.
    func read(_ request: Request) async throws -> (bytes: [UInt8], reserved: Int) {
        let expected = request.headers[.contentLength].flatMap { Int($0) } ?? maximumBytes
        let reserved = min(max(expected, 0), maximumBytes)
        guard budget.take(reserved) else {
            throw Problem(
                status: .tooManyRequests, detail: "too many large bodies are coming in; nothing of this request was taken", retryAfter: 1)
        }
        do {
            return (try await plain(request), reserved)
        } catch {
            budget.give(reserved)
            throw error
        }
    }

    /// Gives back what was reserved for a body.
    func release(_ reserved: Int) { budget.give(reserved) }

    private func plain(_ request: Request) async throws -> [UInt8] {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: maximumBytes)
        } catch is NIOTooManyBytesError {
            throw Problem(status: .contentTooLarge, detail: "the body is larger than \(maximumBytes) bytes; send it in parts")
        }
        switch request.headers[.contentEncoding] {
        case nil, "identity": return Array(buffer: buffer)
        case "gzip": return try Gzip.decompress(Array(buffer: buffer), limit: maximumBytes)
        case let other?:
            throw Problem(status: .unsupportedMediaType, detail: "Content-Encoding \(other) is not understood; send gzip or plain")
        }
    }
}

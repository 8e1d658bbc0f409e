import AsyncHTTPClient
import NIOCore

/// The whole body of an answer, decompressed where it is gzip, zstd or xz.
enum AnswerBody {
    /// Reads a body of at most so many bytes, as it comes and decompressed.
    static func read(_ response: HTTPClientResponse, limit: Int, of fetcher: HTTPFetcher) async throws -> [UInt8] {
        let place = fetcher.options.shownURL
        var bytes: [UInt8] = []
        do {
            for try await part in response.body {
                guard bytes.count + part.readableBytes <= limit else { throw tooLarge(place, limit) }
                bytes.append(contentsOf: part.readableBytesView)
            }
        } catch {
            throw fetcher.problem(error)
        }
        return try decompressed(bytes, limit: limit, place: place)
    }

    /// The bytes without their compression.
    static func decompressed(_ bytes: [UInt8], limit: Int, place: String) throws(HTTPSourceError) -> [UInt8] {
        let compression = Compression(magic: bytes.prefix(6))
        guard compression != .none else { return bytes }
        guard let decoder = compression.makeDecompressor() else {
            throw HTTPSourceError(.badAnswer, "\(place): no memory for a \(compression.rawValue) decoder")
        }
        var input = bytes
        var out: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 256 << 10)
        var at = 0
        var fault: HTTPSourceError?
        input.withUnsafeMutableBufferPointer { input in
            part.withUnsafeMutableBufferPointer { part in
                while fault == nil {
                    let step = decoder.step(UnsafeMutableBufferPointer(rebasing: input[at...]), part, isEnd: true)
                    at += step.consumed
                    out.append(contentsOf: part.prefix(step.produced))
                    if out.count > limit { fault = tooLarge(place, limit) }
                    if let detail = step.fault, step.produced == 0 {
                        fault = HTTPSourceError(.badAnswer, "\(place): \(compression.rawValue) data damaged near byte \(at): \(detail)")
                    }
                    if step.produced == 0, step.consumed == 0 { break }
                }
            }
        }
        if let fault { throw fault }
        guard decoder.isAtBoundary else {
            throw HTTPSourceError(.badAnswer, "\(place): the \(compression.rawValue) data end in the middle")
        }
        return out
    }

    private static func tooLarge(_ place: String, _ limit: Int) -> HTTPSourceError {
        HTTPSourceError(.badAnswer, "\(place): the answer is larger than \(limit) bytes; raise max_size or ask for less")
    }
}

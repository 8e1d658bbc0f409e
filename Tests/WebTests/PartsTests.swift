import CWebAssets
import CZlib
import Followers
import Foundation
import HTTPTypes
import Model
import NIOCore
import TestKit
import Testing

@testable import Web

@Suite struct ChunkedTextTests {
    /// The content of chunks as RFC 9112 §7.1 has them; nil when they are none.
    static func decode(_ bytes: [UInt8]) -> [UInt8]? {
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            guard let line = bytes[at...].firstIndex(of: 13), line + 1 < bytes.count, bytes[line + 1] == 10 else { return nil }
            guard let size = Int(String(decoding: bytes[at..<line], as: UTF8.self), radix: 16), size > 0 else { return nil }
            let end = line + 2 + size
            guard end + 2 <= bytes.count, bytes[end] == 13, bytes[end + 1] == 10 else { return nil }
            out.append(contentsOf: bytes[line + 2..<end])
            at = end + 2
        }
        return out
    }

    @Test func `Chunks decode back to the text`() {
        var random = SeededGenerator(seed: 61)
        var wire: [UInt8] = []
        var plain: [UInt8] = []
        for number in 0..<200 {
            var text = ChunkedText()
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let data = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 32..<127, using: &random) }
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    text.line(data)
                    plain += data + [10]
                case 1:
                    text.raw(": c\n\n")
                    plain += Array(": c\n\n".utf8)
                default:
                    text.event("e", id: EventID(Int64(number)), data: data)
                    plain += Array("id: \(number)\nevent: e\ndata: ".utf8) + data + [10, 10]
                }
            }
            wire += Array(buffer: text.chunk)
        }
        #expect(Self.decode(wire) == plain)
    }

    @Test func `Nothing to say is no chunk, because an empty chunk ends the answer`() { #expect(ChunkedText().chunk.readableBytes == 0) }
}

@Suite struct StreamRequestTests {
    static let now = Timestamp(milliseconds: 1_780_000_000_000)

    @Test func `Programs get everything unless they say otherwise, screens attacks and posts`() throws {
        #expect(try StreamRequest(audience: .program, query: "", lastEventID: nil, now: Self.now).filter == .everything)
        #expect(try StreamRequest(audience: .screen, query: "", lastEventID: nil, now: Self.now).filter == .standard)
        let request = try StreamRequest(
            audience: .program, query: "families=attack&types=scan%2cdos&after=5", lastEventID: nil, now: Self.now)
        #expect(try request.filter == LiveFilter(families: "attack", types: "scan,dos"))
        #expect(request.cursor == EventID(5))
        #expect(
            try StreamRequest(audience: .program, query: "after=5", lastEventID: "9", now: Self.now).cursor == EventID(9), "the header wins"
        )
        #expect(try StreamRequest(audience: .program, query: "", lastEventID: nil, now: Self.now).cursor == nil)
    }

    @Test(arguments: [
        "families=x", "families=", "types=scan,x", "types=scan,", "after=x", "after=-1", "after=", "no=1", "=", "noise=hide",
        "after=99999999999999999999", "after=1&after=2", "q=source.port: 22",
    ])
    func `What cannot be understood is told`(query: String) {
        #expect(throws: StreamRequestError.self) {
            try StreamRequest(audience: .program, query: query[...], lastEventID: nil, now: Self.now)
        }
    }

    @Test func `A screen's query is part of its filter, and a fault in it has a place`() throws {
        let request = try StreamRequest(audience: .screen, query: "q=source.port%3A+22&types=scan", lastEventID: nil, now: Self.now)
        #expect(request.filter.query?.text == "source.port: 22")
        #expect(try request.filter != LiveFilter(types: "scan"))
        #expect(try StreamRequest(audience: .screen, query: "q=+", lastEventID: nil, now: Self.now).filter == .standard)
        let error = #expect(throws: StreamRequestError.self) {
            try StreamRequest(audience: .screen, query: "q=source.port%3A+(", lastEventID: nil, now: Self.now)
        }
        #expect(error?.position == 14)
    }

    @Test func `The path and the method tell a stream from other requests`() {
        func audience(_ path: String, _ method: HTTPRequest.Method = .get, accept: String? = nil) -> StreamRequest.Audience? {
            var request = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path)
            request.headerFields[.accept] = accept
            return StreamRequest.audience(of: request, path: path[...], programPath: "/api/v1/stream")
        }
        #expect(audience("/api/v1/live") == .screen)
        #expect(audience("/api/v1/stream", accept: "text/event-stream") == .program)
        #expect(audience("/api/v1/stream", accept: "application/x-ndjson") == .programNDJSON)
        #expect(audience("/api/v1/stream", .post) == nil)
        #expect(audience("/api/v1/live/snapshot") == nil)
    }
}

@Suite struct AccessControlTests {
    static func fields(_ name: HTTPField.Name, _ value: String) -> HTTPFields { [name: value] }

    @Test(arguments: [
        ("Bearer secret", true), ("Bearer secre", false), ("Bearer secret1", false), ("Bearer ", false), ("secret", false),
        ("Basic secret", false),
        ("Bearer Secret", false),
    ])
    func `Only the whole token opens`(header: String, opens: Bool) {
        let access = AccessControl(token: "secret", hosts: [], pathPrefix: "")
        #expect(access.permits(Self.fields(.authorization, header)) == opens)
        #expect(!access.permits(HTTPFields()))
        #expect(AccessControl(token: nil, hosts: [], pathPrefix: "").permits(HTTPFields()))
    }

    @Test func `A session opens, and the oldest of very many is forgotten`() throws {
        let access = AccessControl(token: "secret", hosts: [], pathPrefix: "")
        #expect(access.makeSession(for: "wrong") == nil)
        #expect(AccessControl(token: nil, hosts: [], pathPrefix: "").makeSession(for: "") == nil)
        let first = try #require(access.makeSession(for: "secret"))
        #expect(access.permits(Self.fields(.cookie, "a=b; petrel_session=\(first); c=d")))
        #expect(!access.permits(Self.fields(.cookie, "petrel_session=\(first)0")))
        #expect(!access.permits(Self.fields(.cookie, "petrel_session=")))
        #expect(!access.permits(Self.fields(.cookie, "petrel_session")))
        var sessions: Set<String> = [first]
        for _ in 0..<1000 { sessions.insert(try #require(access.makeSession(for: "secret"))) }
        #expect(sessions.count == 1001, "no two are alike")
        #expect(!access.permits(Self.fields(.cookie, "petrel_session=\(first)")))
    }

    @Test func `Of two tokens one opens everything, the other what only looks`() throws {
        let access = AccessControl(token: "secret", viewerToken: "viewer", hosts: [], pathPrefix: "")
        #expect(access.right(Self.fields(.authorization, "Bearer secret")) == .change)
        #expect(access.right(Self.fields(.authorization, "Bearer viewer")) == .look)
        #expect(access.right(Self.fields(.authorization, "Bearer other")) == nil)
        #expect(access.right(HTTPFields()) == nil)
        let session = try #require(access.makeSession(for: "viewer"))
        let cookie = Self.fields(.cookie, "petrel_session=\(session)")
        #expect(access.right(cookie) == .look)
        #expect(access.permits(cookie) && !access.permits(cookie, .change))
        var both = cookie
        both[.authorization] = "Bearer secret"
        #expect(access.right(both) == .change, "the greater right counts")
        let owner = try #require(access.makeSession(for: "secret"))
        for _ in 0..<1001 { _ = access.makeSession(for: "viewer") }
        #expect(access.right(Self.fields(.cookie, "petrel_session=\(owner)")) == .change, "viewers do not push the owner's session out")
    }

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST:8080", true), ("127.0.0.1:80", true), ("[::1]:8080", true), ("[::1]", true), ("a.example:1", true),
        ("evil.example", false), ("localhost.evil.example", false), ("127.0.0.1.evil.example:80", false), ("[::2]", false), ("", false),
    ])
    func `Without a token only known hosts are answered`(host: String, known: Bool) {
        let access = AccessControl(token: nil, hosts: ["A.example"], pathPrefix: "")
        #expect(access.permitsHost(host) == known)
        #expect(AccessControl(token: "secret", hosts: [], pathPrefix: "").permitsHost(host), "with a token the name does not matter")
    }

    @Test func `A path is understood with its prefix and without`() throws {
        let access = AccessControl(token: "secret", hosts: [], pathPrefix: "/petrel")
        #expect(try #require(access.route("/petrel/api/v1/live?a=b&c")) == ("/api/v1/live", "a=b&c"))
        #expect(try #require(access.route("/api/v1/live")) == ("/api/v1/live", ""))
    }

    @Test(arguments: [
        ("/", true), ("/js/main.js", true), ("/api/v1/about", true), ("/api/v1/session", true), ("/healthz", true),
        ("/petrel/api/v1/about", true),
        ("/api/v1/sources", false), ("//api/v1/sources", false), ("/api//v1/sources", false), ("/petrel/api/v1/sources", false),
        ("/petrel//api/v1/sources", false), ("//petrel/api/v1/sources", false), ("/metrics", false), ("//metrics", false),
        ("/metrics/", false),
        ("/petrel/metrics", false), ("/api", false), ("/api/v1/about/../sources", false),
    ])
    func `Everything below api and the metrics need the token, however the path is written`(path: String, isPublic: Bool) {
        #expect(AccessControl(token: "secret", hosts: [], pathPrefix: "/petrel").isPublic(path) == isPublic)
    }
}

@Suite struct GzipTests {
    static func compress(_ plain: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(&stream, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var input = plain
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(plain.count))))
        let size = output.count
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(size)
                _ = deflate(&stream, Z_FINISH)
            }
        }
        output.removeLast(Int(stream.avail_out))
        return output
    }

    @Test(arguments: [0, 1, 1000, (256 << 10) - 1, 256 << 10, (256 << 10) + 1, 512 << 10, 700_001])
    func `What was compressed comes back, also in several members`(size: Int) throws {
        var random = SeededGenerator(seed: UInt64(size))
        let plain = (0..<size).map { _ in UInt8.random(in: 0...(Bool.random(using: &random) ? 3 : 255), using: &random) }
        #expect(try Gzip.decompress(Self.compress(plain), limit: 1 << 20) == plain)
        #expect(try Gzip.decompress(Self.compress(plain) + Self.compress([1, 2]), limit: 1 << 20) == plain + [1, 2])
    }

    @Test func `A bomb is refused before it unfolds`() throws {
        let bomb = Self.compress([UInt8](repeating: 0, count: 20 << 20))
        #expect(bomb.count < 100_000)
        let error = #expect(throws: Problem.self) { try Gzip.decompress(bomb, limit: 1 << 20) }
        #expect(error?.status == .contentTooLarge)
        #expect(try Gzip.decompress(Self.compress([UInt8](repeating: 0, count: 1 << 20)), limit: 1 << 20).count == 1 << 20)
    }

    @Test func `Damaged and cut input is refused and never traps`() throws {
        var random = SeededGenerator(seed: 62)
        let plain = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let good = Self.compress(plain)
        for cut in stride(from: 0, to: good.count, by: 97) {
            let error = #expect(throws: Problem.self) { try Gzip.decompress(Array(good[..<cut]), limit: 1 << 20) }
            #expect(error?.status == .badRequest)
        }
        for _ in 0..<300 {
            var bytes = good
            bytes[Int.random(in: 10..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            #expect(throws: Problem.self, "the checksum finds every change") { try Gzip.decompress(bytes, limit: 1 << 20) }
        }
        #expect(throws: Problem.self) { try Gzip.decompress(Array("plain text".utf8), limit: 100) }
    }
}

@Suite struct ProblemTests {
    @Test func `A problem is an object that reads back`() throws {
        let problem = Problem(status: .notFound, detail: "<no> \"such\"\nthing")
        let json = try #require(try JSONSerialization.jsonObject(with: Data(problem.json)) as? [String: Any])
        #expect(json["status"] as? Int == 404 && json["title"] as? String == "Not Found" && json["type"] as? String == "about:blank")
        #expect(json["detail"] as? String == "<no> \"such\"\nthing")
        #expect(!problem.json.contains(UInt8(ascii: "<")))
    }
}

@Suite struct WebAssetTests {
    @Test func `The pages built in are the files of web`() throws {
        let root = Golden.file("../../web").resolvingSymlinksInPath()
        let found = try #require(FileManager.default.enumerator(atPath: root.path)).compactMap { $0 as? String }
        var files: [String: [UInt8]] = [:]
        for path in found where !(path as NSString).pathExtension.isEmpty {
            files[path] = Array(try Data(contentsOf: root.appendingPathComponent(path)))
        }
        #expect(Set(files.keys) == Set(AssetRoutes.builtIn.keys), "run tools/embed_web.py")
        for (path, bytes) in AssetRoutes.builtIn { #expect(files[path] == bytes, "\(path): build again") }
    }

    @Test func `No page names another origin or holds script of its own`() {
        for (path, bytes) in AssetRoutes.builtIn {
            let text = String(decoding: bytes, as: UTF8.self)
            if path.hasSuffix(".html") {
                #expect(!text.contains("<script>") && !text.contains(" onclick=") && !text.contains("<style"), "\(path)")
            }
            #expect(!text.contains("innerHTML") && !text.contains("eval("), "\(path)")
        }
    }
}

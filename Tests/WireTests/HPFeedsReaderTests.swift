import TestKit
import Testing
import Wire

@Suite struct HPFeedsReaderTests {
    /// All messages in the bytes, pushed in chunks of that size.
    private static func messages(_ bytes: [UInt8], chunk: Int, limit: Int = 1 << 20) throws -> [HPFeedsMessage] {
        var reader = HPFeedsReader(maxPayloadBytes: limit)
        var found: [HPFeedsMessage] = []
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            reader.push(bytes[start..<min(start + chunk, bytes.count)])
            while let message = try reader.next() { found.append(message) }
        }
        return found
    }

    private static let publication = HPFeedsPublication(ident: "lab-7", channel: "cowrie.sessions", payload: Array("{\"a\":1}".utf8))

    @Test(arguments: [1, 2, 3, 7, 100, 100_000]) func `Messages are the same however the bytes come`(chunk: Int) throws {
        let bytes =
            HPFeedsFrame.info(broker: "@test", nonce: [1, 2, 3, 4]) + HPFeedsFrame.publish(Self.publication)
            + HPFeedsFrame.publish(HPFeedsPublication(ident: "", channel: "", payload: [])) + HPFeedsFrame.error("no")
        #expect(
            try Self.messages(bytes, chunk: chunk) == [
                .info(broker: "@test", nonce: [1, 2, 3, 4]), .publish(Self.publication),
                .publish(HPFeedsPublication(ident: "", channel: "", payload: [])), .error("no"),
            ])
    }

    @Test func `Clients prove their secret by the digest of nonce and secret`() {
        let frame = HPFeedsFrame.auth(ident: "sub", secret: "open sesame", nonce: [1, 2, 3, 4])
        let digest = SHA1.digest([1, 2, 3, 4] + Array("open sesame".utf8))
        #expect(frame == [0, 0, 0, 29, 2, 3] + Array("sub".utf8) + digest)
        #expect(HPFeedsFrame.subscribe(ident: "sub", channel: "a.b") == [0, 0, 0, 12, 4, 3] + Array("suba.b".utf8))
    }

    @Test(arguments: [1, 9, 4096, 1 << 20]) func `Of a payload beyond the limit the beginning is kept`(chunk: Int) throws {
        let huge = HPFeedsPublication(ident: "lab-7", channel: "c", payload: [UInt8](repeating: 0x61, count: 20_000))
        let bytes = HPFeedsFrame.publish(huge) + HPFeedsFrame.publish(Self.publication)
        let found = try Self.messages(bytes, chunk: chunk, limit: 10_000)
        let cut = HPFeedsPublication(
            ident: "lab-7", channel: "c", payload: [UInt8](repeating: 0x61, count: HPFeedsReader.keptOfOversized), length: 20_000)
        #expect(found == [.publish(cut), .publish(Self.publication)])
        #expect(cut.isCut)
    }

    @Test(arguments: [9_999, 10_000, 10_001, 10_511, 10_512, 10_513, 11_000]) func `The limit holds to the byte`(count: Int) throws {
        let payload = [UInt8](repeating: 0x61, count: count)
        let found = try Self.messages(
            HPFeedsFrame.publish(HPFeedsPublication(ident: "i", channel: "c", payload: payload)), chunk: 500, limit: 10_000)
        guard case .publish(let publication) = try #require(found.first) else {
            Issue.record("no publication: \(found)")
            return
        }
        #expect(publication.isCut == (count > 10_000))
        #expect(publication.length == UInt64(count))
    }

    @Test(
        arguments: [
            ([0, 0, 0, 5, 3], "ident"), ([0, 0, 0, 6, 3, 200], "ident"), ([0, 0, 0, 8, 3, 1, 0x69, 9], "channel"),
            ([0, 0, 0, 5, 9], "no broker sends"), ([0, 0, 0, 5, 2], "no broker sends"), ([0, 0, 0, 5, 1], "name"),
        ] as [([UInt8], String)]) func `A frame that is not understood does not hold up the next`(frame: [UInt8], reason: String) throws
    {
        let found = try Self.messages(frame + HPFeedsFrame.publish(Self.publication), chunk: 3)
        #expect(found.count == 2)
        #expect(found.last == .publish(Self.publication))
        guard case .malformed(let told, _, _) = found.first else {
            Issue.record("not malformed: \(found)")
            return
        }
        #expect(told.contains(reason))
    }

    @Test(
        arguments: [
            [0, 0, 0, 0, 3], [0, 0, 0, 4, 3], [0xff, 0xff, 0xff, 0xff, 3], [0x80, 0, 0, 0, 3], [0, 1, 0, 1, 1], Array("HTTP/1.1 400".utf8),
        ] as [[UInt8]]) func `A length that cannot be ends the connection`(bytes: [UInt8])
    {
        #expect(throws: HPFeedsError.self) { try Self.messages(bytes, chunk: 5) }
    }

    @Test func `No bytes make the reader trap or keep more than its bound`() throws {
        var random = SeededGenerator(seed: 7)
        let whole = HPFeedsFrame.info(broker: "b", nonce: [1, 2, 3, 4]) + HPFeedsFrame.publish(Self.publication) + HPFeedsFrame.error("x")
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let found = try? Self.messages(bytes, chunk: Int.random(in: 1...40, using: &random), limit: 20)
            for case .publish(let publication) in found ?? [] { #expect(publication.payload.count <= HPFeedsReader.keptOfOversized) }
        }
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.skipMessage)"), arguments: [1, 1448, 1 << 20])
    func `A recorded broker is understood to the last byte`(chunk: Int) throws {
        let found = try Self.messages(try SharedData.bytes("hpfeeds/subscriber.s2c.bin"), chunk: chunk)
        var channels: [String: Int] = [:]
        for case .publish(let publication) in found { channels[publication.channel, default: 0] += 1 }
        #expect(channels == ["dionaea.connections": 201, "cowrie.sessions": 200, "suricata.events": 60])
        #expect(found.count == 462)
        let refused = try Self.messages(try SharedData.bytes("hpfeeds/bad-secret.s2c.bin"), chunk: chunk)
        #expect(refused.last == .error("Authentication failed for sub"))
    }
}

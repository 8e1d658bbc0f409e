import CZlib
import NIOCore
import NIOHTTP1
import Testing

@testable import Sources

/// Bytes of a server, made by hand.
enum ServerFrame {
    static func bytes(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, reserved: UInt8 = 0, mask: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | reserved | opcode]
        let bit: UInt8 = mask ? 0x80 : 0
        switch payload.count {
        case ...125: bytes.append(bit | UInt8(payload.count))
        case ...65535: bytes += [bit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: bytes += [bit | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        return bytes + (mask ? [0, 0, 0, 0] : []) + payload
    }

    static func text(_ text: String, isFinal: Bool = true) -> [UInt8] { bytes(1, Array(text.utf8), isFinal: isFinal) }
}

/// Compresses messages as a server does.
final class MessageDeflater {
    private var stream = z_stream()
    private let forgets: Bool

    init(forgets: Bool, bits: Int32 = 15) {
        self.forgets = forgets
        deflateInit2_(&stream, 6, Z_DEFLATED, -bits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    }

    deinit { deflateEnd(&stream) }

    func deflate(_ message: [UInt8], flush: Int32 = Z_SYNC_FLUSH) -> [UInt8] {
        var input = message
        var output = [UInt8](repeating: 0, count: message.count + 1024)
        let made = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                _ = CZlib.deflate(&stream, flush)
                return output.count - Int(stream.avail_out)
            }
        }
        if forgets || flush == Z_FINISH { deflateReset(&stream) }
        let bytes = Array(output[..<made])
        return flush == Z_SYNC_FLUSH ? Array(bytes.dropLast(4)) : bytes + [0]
    }
}

@Suite struct WebSocketProtocolTests {
    /// What an assembler makes of bytes that come in pieces of that size, and how it failed.
    private static func read(
        _ bytes: [UInt8], limit: Int = 1 << 20, inflater: MessageInflater? = nil, pieces: Int = .max
    ) -> (inputs: [WebSocketInput], failure: WebSocketError.Code?) {
        var assembler = MessageAssembler(limit: limit, inflater: inflater)
        var inputs: [WebSocketInput] = []
        var rest = ByteBuffer()
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + min(pieces, bytes.count))
            rest.writeBytes(bytes[at..<end])
            at = end
            do throws(WebSocketError) { try assembler.read(&rest, into: &inputs) } catch { return (inputs, error.code) }
        }
        return (inputs, nil)
    }

    private static func message(_ text: String) -> WebSocketInput { .message(bytes: Array(text.utf8), length: UInt64(text.utf8.count)) }

    @Test(arguments: [1, 2, 3, 7, 64, .max])
    func joinsFragments(pieces: Int) {
        let bytes =
            ServerFrame.text("whole") + ServerFrame.text("frag", isFinal: false) + ServerFrame.bytes(9, [1, 2])
            + ServerFrame.bytes(0, Array("men".utf8), isFinal: false) + ServerFrame.bytes(10, [])
            + ServerFrame.bytes(0, Array("ts".utf8)) + ServerFrame.text("") + ServerFrame.bytes(2, Array("binary".utf8))
            + ServerFrame.bytes(8, [0x03, 0xE9] + Array("bye".utf8))
        let (inputs, failure) = Self.read(bytes, pieces: pieces)
        #expect(failure == nil)
        #expect(
            inputs == [
                Self.message("whole"), .ping([1, 2]), .pong, Self.message("fragments"), Self.message(""), Self.message("binary"),
                .close(code: 1001, reason: "bye"),
            ])
    }

    @Test(arguments: [125, 126, 127, 65_535, 65_536, 100_000])
    func readsEveryFormOfLength(length: Int) {
        let payload = [UInt8](repeating: 0x61, count: length)
        let (inputs, failure) = Self.read(ServerFrame.bytes(1, payload), pieces: 4096)
        #expect(failure == nil)
        #expect(inputs == [.message(bytes: payload, length: UInt64(length))])
    }

    /// The cases of RFC 6455 in which a client must fail the connection.
    static let violations: [(name: String, bytes: [UInt8], code: WebSocketError.Code)] = [
        ("fragmented ping", ServerFrame.bytes(9, [], isFinal: false), .protocolViolation),
        ("fragmented close", ServerFrame.bytes(8, [], isFinal: false), .protocolViolation),
        ("long ping", ServerFrame.bytes(9, [UInt8](repeating: 0, count: 126)), .protocolViolation),
        ("reserved bit 1", ServerFrame.bytes(1, [], reserved: 0x40), .protocolViolation),
        ("reserved bit 2", ServerFrame.bytes(1, [], reserved: 0x20), .protocolViolation),
        ("reserved bit 3", ServerFrame.bytes(1, [], reserved: 0x10), .protocolViolation),
        ("reserved data opcode", ServerFrame.bytes(3, []), .protocolViolation),
        ("reserved control opcode", ServerFrame.bytes(11, []), .protocolViolation),
        ("masked", ServerFrame.bytes(1, Array("x".utf8), mask: true), .protocolViolation),
        ("continuation of nothing", ServerFrame.bytes(0, [0x61]), .protocolViolation),
        ("message inside a message", ServerFrame.text("a", isFinal: false) + ServerFrame.text("b"), .protocolViolation),
        ("length in too many bytes", [0x81, 126, 0, 5] + Array("hello".utf8), .protocolViolation),
        ("length in eight bytes", [0x81, 127, 0, 0, 0, 0, 0, 0, 0, 5] + Array("hello".utf8), .protocolViolation),
        ("negative length", [0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], .protocolViolation),
        ("half a close code", ServerFrame.bytes(8, [3]), .protocolViolation),
        ("close code 1005", ServerFrame.bytes(8, [0x03, 0xED]), .protocolViolation),
        ("close code 999", ServerFrame.bytes(8, [0x03, 0xE7]), .protocolViolation),
        ("close code 2999", ServerFrame.bytes(8, [0x0B, 0xB7]), .protocolViolation),
        ("close reason not UTF-8", ServerFrame.bytes(8, [0x03, 0xE8, 0xFF]), .invalidData),
    ]

    @Test(arguments: violations.indices)
    func refuses(number: Int) {
        let (name, bytes, code) = Self.violations[number]
        let (inputs, failure) = Self.read(ServerFrame.text("before") + bytes)
        #expect(failure == code, "\(name)")
        #expect(inputs.first == Self.message("before"), "\(name): what came before is kept")
    }

    @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x61, 0xC3]] as [[UInt8]])
    func keepsAndRefusesInvalidText(bytes: [UInt8]) {
        let (inputs, failure) = Self.read(ServerFrame.bytes(1, bytes) + ServerFrame.text("behind"))
        #expect(failure == .invalidData)
        #expect(inputs == [.message(bytes: bytes, length: UInt64(bytes.count))])
        let binary = Self.read(ServerFrame.bytes(2, bytes))
        #expect(binary.failure == nil)
    }

    @Test func acceptsACharacterCutByFragments() {
        let (inputs, failure) = Self.read(ServerFrame.bytes(1, [0xE2, 0x82], isFinal: false) + ServerFrame.bytes(0, [0xAC]))
        #expect(failure == nil)
        #expect(inputs == [Self.message("€")])
    }

    @Test func keepsTheBeginningOfWhatIsTooLong() {
        let long = [UInt8](repeating: 0x61, count: 1000)
        let (inputs, failure) = Self.read(ServerFrame.bytes(1, long) + ServerFrame.text("next"), limit: 64, pieces: 10)
        #expect(failure == nil)
        #expect(inputs == [.message(bytes: Array(long[..<64]), length: 1000), Self.message("next")])
    }

    @Test func endsWhatNeverEnds() {
        let piece = [UInt8](repeating: 0x61, count: 4096)
        var bytes = ServerFrame.bytes(1, piece, isFinal: false)
        for _ in 0..<4 { bytes += ServerFrame.bytes(0, piece, isFinal: false) }
        #expect(Self.read(bytes, limit: 64).failure == .tooLong)
    }

    // MARK: Compression

    @Test(arguments: [false, true], [1, 5, .max])
    func inflates(forgets: Bool, pieces: Int) {
        let deflater = MessageDeflater(forgets: forgets)
        let texts = (0..<50).map { "{\"did\":\"did:example:\($0 % 3)\",\"text\":\"the same words again and again\"}" } + ["", "x"]
        var bytes: [UInt8] = []
        for (index, text) in texts.enumerated() {
            if index % 7 == 2 {
                bytes += ServerFrame.text(text)
                continue
            }
            let compressed = deflater.deflate(Array(text.utf8))
            if index % 3 == 1 {
                let half = compressed.count / 2
                bytes += ServerFrame.bytes(1, Array(compressed[..<half]), isFinal: false, reserved: 0x40)
                bytes += ServerFrame.bytes(9, []) + ServerFrame.bytes(0, Array(compressed[half...]))
            } else {
                bytes += ServerFrame.bytes(1, compressed, reserved: 0x40)
            }
        }
        let (inputs, failure) = Self.read(bytes, inflater: MessageInflater(forgets: forgets), pieces: pieces)
        #expect(failure == nil)
        #expect(inputs.filter { $0 != .ping([]) } == texts.map(Self.message))
    }

    @Test(arguments: [false, true], [9, 12, 15] as [Int32])
    func inflatesAnySizeOfWindow(forgets: Bool, bits: Int32) {
        let deflater = MessageDeflater(forgets: forgets, bits: bits)
        let texts = (0..<40).map { number in String(repeating: "number \(number) ", count: 1 + number * 20) }
        let bytes = texts.flatMap { ServerFrame.bytes(1, deflater.deflate(Array($0.utf8)), reserved: 0x40) }
        let (inputs, failure) = Self.read(bytes, inflater: MessageInflater(forgets: forgets), pieces: 1000)
        #expect(failure == nil)
        #expect(inputs == texts.map(Self.message))
    }

    @Test func goesOnBehindAFinalBlock() {
        let deflater = MessageDeflater(forgets: false)
        let first = deflater.deflate(Array("one and two".utf8), flush: Z_FINISH)
        let bytes = [first, deflater.deflate(Array("three".utf8))].flatMap { ServerFrame.bytes(1, $0, reserved: 0x40) }
        let (inputs, failure) = Self.read(bytes, inflater: MessageInflater(forgets: false))
        #expect(failure == nil)
        #expect(inputs == [Self.message("one and two"), Self.message("three")])
    }

    @Test func keepsLittleOfABomb() {
        let deflater = MessageDeflater(forgets: true)
        let zeros = [UInt8](repeating: 0x30, count: 200_000)
        let bytes = ServerFrame.bytes(1, deflater.deflate(zeros), reserved: 0x40) + ServerFrame.text("next")
        let (inputs, failure) = Self.read(bytes, limit: 1000, inflater: MessageInflater(forgets: true))
        #expect(failure == nil)
        #expect(inputs == [.message(bytes: Array(zeros[..<1000]), length: 200_000), Self.message("next")])
        let worse = Self.read(bytes, limit: 100, inflater: MessageInflater(forgets: true))
        #expect(worse.failure == .tooLong)
    }

    @Test func refusesWhatCannotBeInflated() {
        let bytes = ServerFrame.bytes(1, [0xFF, 0xFF, 0xFF, 0xFF], reserved: 0x40)
        #expect(Self.read(bytes, inflater: MessageInflater(forgets: true)).failure == .invalidData)
        let continued = ServerFrame.text("a", isFinal: false) + ServerFrame.bytes(0, [], reserved: 0x40)
        #expect(Self.read(continued, inflater: MessageInflater(forgets: true)).failure == .protocolViolation)
    }

    // MARK: Handshake

    static let agreements: [(extensions: [String], subprotocol: [String], isFine: Bool, forgets: Bool)] = [
        ([], [], true, false),
        (["permessage-deflate"], [], true, false),
        (["permessage-deflate; server_no_context_takeover"], [], true, true),
        (["permessage-deflate; server_max_window_bits=\"12\"; client_no_context_takeover"], [], true, false),
        (["permessage-deflate; server_max_window_bits=7"], [], false, false),
        (["permessage-deflate; client_max_window_bits=12"], [], false, false),
        (["permessage-deflate; unknown"], [], false, false),
        (["permessage-deflate, permessage-deflate"], [], false, false),
        (["x-webkit-deflate-frame"], [], false, false),
        ([], ["wamp.2.json"], false, false),
    ]

    @Test(arguments: agreements.indices)
    func holdsTheAnswerAgainstTheOffer(number: Int) {
        let (extensions, subprotocol, isFine, forgets) = Self.agreements[number]
        var headers = HTTPHeaders()
        for value in extensions { headers.add(name: "Sec-WebSocket-Extensions", value: value) }
        for value in subprotocol { headers.add(name: "Sec-WebSocket-Protocol", value: value) }
        let agreement = try? WebSocketAgreement(headers, protocols: [], compress: true)
        #expect((agreement != nil) == isFine, "\(extensions)")
        #expect(agreement?.forgets ?? false == forgets)
        #expect((try? WebSocketAgreement(headers, protocols: [], compress: false)) == nil || extensions.isEmpty && subprotocol.isEmpty)
        #expect((try? WebSocketAgreement(headers, protocols: ["wamp.2.json"], compress: true)) != nil || subprotocol.isEmpty)
    }

    @Test(arguments: [
        ("wss://host/path?a=1&cursor={cursor}", "wss://host/path", "/path?a=1", "/path?a=1&cursor=5%3A2"),
        ("ws://host:8080?cursor={cursor}", "ws://host:8080/", "/", "/?cursor=5%3A2"),
        ("ws://[2001:db8::1]:9/x#y", "ws://[2001:db8::1]:9/x", "/x", "/x"),
        ("WSS://host:443", "wss://host/", "/", "/"),
    ])
    func readsAddresses(text: String, name: String, fresh: String, resumed: String) throws {
        let address = try WebSocketAddress(text)
        #expect(address.name == name)
        #expect(address.target(at: nil) == fresh)
        #expect(address.target(at: "5:2") == resumed)
    }

    @Test(arguments: [
        "http://host/", "host/path", "wss://", "wss://user:pass@host/", "ws://host:0/", "ws://host:x/", "ws://ho st/", "ws://[::1/",
    ])
    func refusesAddresses(text: String) {
        #expect(throws: WebSocketError.self) { try WebSocketAddress(text) }
    }

    // MARK: Resuming

    @Test func resumesBeforeTheNewestAndKnowsWhatCame() {
        var memory = ResumeMemory(rewind: 100)
        #expect(memory.resumePoint == nil)
        for (cursor, key) in [(1000, 1), (1090, 2), (1050, 3), (1200, 4)] as [(Int64, UInt64)] {
            memory.note(cursor: String(cursor))
            let isNew1 = memory.insert(key, at: cursor)
            #expect(isNew1)
        }
        #expect(memory.cursor == "1200")
        #expect(memory.resumePoint == "1100")
        let isNew2 = memory.insert(4, at: 1200)
        #expect(!isNew2)
        var again = ResumeMemory(rewind: 100, cursor: Array("1200".utf8), state: memory.state)
        #expect(again.resumePoint == "1100")
        let isNew3 = again.insert(4, at: 1200)
        #expect(!isNew3)
        let isNew4 = again.insert(5, at: 1150)
        #expect(isNew4)
    }

    @Test func goesBackOnlyAsFarAsItsKeysReach() {
        var memory = ResumeMemory(rewind: 1_000_000)
        let count = ResumeMemory.capacity + 10
        for number in 0..<count {
            memory.note(cursor: String(number))
            let isNew5 = memory.insert(UInt64(number), at: Int64(number))
            #expect(isNew5)
        }
        #expect(memory.resumePoint == "10")
        #expect(memory.state.count == 9 + 8 * ResumeMemory.capacity)
        let again = ResumeMemory(rewind: 1_000_000, cursor: Array(String(count - 1).utf8), state: memory.state)
        #expect(again.resumePoint == "10")
    }

    @Test func takesTheLastOfCursorsThatAreNoNumbers() {
        var memory = ResumeMemory(rewind: 0)
        for cursor in ["1498140002:2", "1498140002:1", ""] { memory.note(cursor: cursor) }
        #expect(memory.resumePoint == "1498140002:1")
    }
}

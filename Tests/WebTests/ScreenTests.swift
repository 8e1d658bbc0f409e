import Testing

@testable import Web

@Suite(.serialized, .timeLimit(.minutes(5))) struct ScreenTests {
    @Test(arguments: [
        "/explore", "/explore?q=source.port%3A+22&range=7d&whatever=1", "/sources", "/entity/ip/192.0.2.7", "/entity/ip/2001:db8::7",
        "/entity/rule/ET%20SCAN%20a%2Fb%3Fc",
    ])
    func `A screen is given, whatever its view's parameters are, and revalidated by its tag`(_ target: String) async throws {
        try await RunningServer.run { server in
            let answer = try await server.ask(target)
            #expect(answer.status == 200)
            #expect(answer.text.contains("text/html") && answer.text.contains("<petrel-nav"))
            #expect(answer.text.lowercased().contains("content-security-policy: default-src 'none'"))
            let tag = try await server.tag(target)
            #expect(try await server.ask(target, headers: ["If-None-Match: \(tag)"]).status == 304)
            #expect(try await server.ask(target, method: "HEAD").status == 200)
        }
    }

    @Test func `A slash behind a screen's path is taken off, relatively`() async throws {
        try await RunningServer.run {
            $0.pathPrefix = "/petrel"
        } _: { server in
            for (target, location) in [
                ("/explore/", "../explore"), ("/petrel/explore/?q=a&range=1h", "../explore?q=a&range=1h"),
                ("/entity/ip/192.0.2.7/", "../192.0.2.7"),
            ] {
                let answer = try await server.ask(target)
                #expect(answer.status == 301)
                #expect(answer.text.lowercased().contains("\r\nlocation: \(location)\r\n"))
            }
            #expect(try await server.ask("/petrel/sources").status == 200)
            #expect(try await server.ask("/entity/ip").status == 404)
            #expect(try await server.ask("/entity/ip/a/b").status == 404)
        }
    }

    @Test func `A fault in a query has a position, other faults have none`() async throws {
        try await RunningServer.run { server in
            let fault = try await server.ask("/api/v1/count?q=source.port%3A+%C3%A4")
            #expect(fault.status == 400)
            #expect(fault.text.contains("\"position\":13"), "in Unicode scalars")
            let other = try await server.ask("/api/v1/count?from=x")
            #expect(other.status == 400)
            #expect(!other.text.contains("position"))
        }
    }
}

import Formats
import Model
import TestKit
import Testing

/// Lines of programs without a format of their own: whose address they name, and what happens to objects behind odd headers.
struct LineSourceTests {
    private func row(_ line: String, as format: String = "syslog") throws -> Decoding { try Decoding(format, lines: line) }

    @Test(
        arguments: [
            (
                "May  1 10:00:01 lb haproxy[7]: 192.0.2.7:55032 [01/May/2024:10:00:01.885] in~ out/a 0/0/0/1/1 404 15 - - ---- 1/1/0/0/0 0/0 \"GET / HTTP/1.1\"",
                55032
            ),
            ("2024-05-01 10:00:01 192.0.2.7:54321 VERIFY OK: depth=0", 54321),
            ("2024-05-01 10:00:01 192.0.2.7:54321 OpenSSL: error:1417", 54321),
            ("2024-05-01 10:00:01 192.0.2.7:56312/client3 Authentication succeeded", 56312),
            ("2024-05-01 10:00:01.536 UTC:192.0.2.7(5432):ada@db:[127]:FATAL:  password authentication failed for user \"ada\"", 5432),
            ("May  1 10:00:01 ftp pure-ftpd: (?@192.0.2.7) [INFO] ada is now logged in", nil),
            (
                "May  1 10:00:01 web site: https://www.example.com|1714557601|user|192.0.2.7|https://www.example.com/user||1||Session opened for ada.",
                nil
            ),
            ("2024-05-01T10:00:01.111+0000 [conn1] end connection 192.0.2.7:53276 (0 connections now open)", 53276),
            (
                "May  1 10:00:01 pot cowrie[1]: [cowrie.ssh.factory.CowrieSSHFactory] New connection: 192.0.2.7:47631 (192.0.2.1:2222) [session: 1]",
                47631
            ),
        ] as [(String, Int64?)])
    func theClientIsFoundByItsPlace(line: String, port: Int64?) throws {
        let row = try row(line).batch[0]
        #expect(row.ip(.sourceIP)?.description == "192.0.2.7")
        #expect(row.integer(.sourcePort) == port)
        #expect(row.string(.timeQuality) == nil)
    }

    /// Neither a version nor what a client writes in brackets behind the message's beginning is taken for the client.
    @Test(arguments: [
        "May  1 10:00:01 gate app: release 192.0.2.7 is out", "May  1 10:00:01 gate app: said (ada@192.0.2.7) twice",
        "May  1 10:00:01 gate app: table |192.0.2.7 and more|",
    ])
    func otherAddressesAreOnlyRelated(line: String) throws {
        let row = try row(line).batch[0]
        #expect(row.ip(.sourceIP) == nil)
        #expect(row.ip(.relatedIP)?.description == "192.0.2.7")
    }

    @Test func aBalancersClientIsNotItsTarget() throws {
        let rest =
            "0.001 0.002 0.000 404 404 34 366 \"GET https://www.example.com:443/.git/config HTTP/2.0\" \"curl/8\" - - arn:aws:x \"10.0.0.1:80\" \"404\""
        for type in ["https", "h2"] {
            let row = try row("\(type) 2024-05-01T10:00:01.123456Z app/lb/50dc 192.0.2.7:2817 198.51.100.1:80 \(rest)").batch[0]
            #expect(row.ip(.sourceIP)?.description == "192.0.2.7" && row.integer(.sourcePort) == 2817)
            #expect(row.ip(.destinationIP)?.description == "198.51.100.1")
            #expect(row.date(.timestamp)?.iso8601 == "2024-05-01T10:00:01.123456Z")
            #expect(row.string(.eventFamily) == "attack" && row.integer(.httpStatus) == 404 && row.string(.userAgent) == "curl/8")
        }
        // Refused before there was a target.
        let refused = try row(
            "https 2024-05-01T10:00:01Z app/lb/50dc 192.0.2.7:2817 - -1 -1 -1 460 - 204 0 \"GET https://a.example/ HTTP/1.1\" \"x\""
        ).batch[0]
        #expect(refused.ip(.sourceIP)?.description == "192.0.2.7" && refused.ip(.destinationIP) == nil)
        #expect(refused.string(.eventDataset) == "web.access")
    }

    /// An object that only the reader of lines finds, because no tag stands before it, or that is cut: each is one event, by either name.
    @Test(arguments: ["syslog", "suricata", "sshd"])
    func objectsBehindAHeaderWithoutATag(format: String) throws {
        let object = #"{"event_type":"alert","src_ip":"192.0.2.7","alert":{"signature":"ET SCAN x"}}"#
        for header in ["May  1 10:00:01 gate ", "<38>May  1 10:00:01 gate app[7]:", "2024-05-01T10:00:01Z gate "] {
            let decoding = try row(header + object, as: format)
            #expect(decoding.errors.isEmpty && decoding.batch.count == 1)
            #expect(decoding.batch[0].string(.attackType) == "scan", "\(header)")
            #expect(decoding.batch[0].string(.observerName) == "gate")
            #expect(decoding.batch.raw(0).count == header.utf8.count + object.utf8.count)
            let cut = try row(header + String(object.dropLast(9)), as: format)
            #expect(cut.batch.count == 1 && cut.batch[0].string(.eventFamily) == "record")
        }
    }

    @Test func localRulesAreTypedByWordsAndByTheTrafficsLabel() throws {
        func type(_ signature: String, _ more: String = "") throws -> String? {
            let line =
                #"{"timestamp":"2024-05-01T10:00:01Z","event_type":"alert","proto":"TCP","alert":{"signature":"\#(signature)"}\#(more)}"#
            return try row(line, as: "suricata").batch[0].string(.attackType)
        }
        #expect(try type("LOCAL ssh brute force") == "bruteforce")
        #expect(try type("not named", #","traffic":{"id":["example"],"label":["social-network"]}"#) == "policy")
        #expect(try type("not named") == "other")
    }
}

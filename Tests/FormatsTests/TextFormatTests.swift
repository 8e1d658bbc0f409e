import Formats
import Model
import TestKit
import Testing

/// What the text formats decide, case by case.
struct TextFormatTests {
    /// Family, type, severity and source of one line.
    private func filed(_ format: String, _ line: String) throws -> [String] {
        let batch = try Decoding(format, lines: line).batch
        #expect(batch.count == 1)
        let row = batch[0]
        return [
            row.string(.eventFamily) ?? "", row.string(.attackType) ?? "-", row.string(.attackSeverity) ?? "-",
            row.ip(.sourceIP)?.description ?? row.string(.sourceDomain) ?? "-",
        ]
    }

    @Test(arguments: [
        ("Failed password for root from 192.0.2.7 port 22 ssh2", ["attack", "bruteforce", "low", "192.0.2.7"]),
        ("Invalid user x from 9.9.9.9 from 192.0.2.7 port 22", ["attack", "bruteforce", "low", "192.0.2.7"]),
        ("Failed publickey for git from 192.0.2.7 port 22 ssh2: RSA", ["record", "-", "-", "192.0.2.7"]),
        ("Accepted password for ada from 192.0.2.7 port 22 ssh2", ["record", "-", "-", "192.0.2.7"]),
        ("User root from host.example.org not allowed because not listed", ["attack", "bruteforce", "low", "host.example.org"]),
        ("User child is on pid 4711", ["record", "-", "-", "-"]),
        ("Bad protocol version identification 'GET / HTTP/1.1' from 2001:db8::7 port 4", ["attack", "scan", "low", "2001:db8::7"]),
        ("Connection closed by 192.0.2.7 port 22 [preauth]", ["record", "-", "-", "192.0.2.7"]),
        ("Connection closed by invalid user a 9.9.9.9 192.0.2.7 port 22 [preauth]", ["attack", "bruteforce", "low", "192.0.2.7"]),
    ])
    func sshMessages(message: String, expected: [String]) throws {
        #expect(try filed("sshd", "May  1 10:00:01 gate sshd[1]: \(message)") == expected)
    }

    @Test(arguments: [
        ("GET /wp-login.php HTTP/1.1", 404, "attack"), ("GET /wp-login.php HTTP/1.1", 200, "record"),
        ("GET /.git/config HTTP/1.1", 200, "attack"),
        ("GET /connect HTTP/1.1", 404, "record"), ("CONNECT a.example:25 HTTP/1.1", 405, "attack"),
        ("GET /a?b=%27%20or%201=1 HTTP/1.1", 200, "attack"),
        ("GET /missing.html HTTP/1.1", 404, "record"), ("-", 408, "record"),
    ])
    func webRequests(request: String, status: Int, family: String) throws {
        let line = "192.0.2.7 - - [01/May/2024:10:00:01 +0000] \"\(request)\" \(status) 5 \"-\" \"Mozilla/5.0\""
        #expect(try filed("web-access", line).first == family)
    }

    @Test(arguments: [
        ("%ASA-4-106023: Deny udp src outside:192.0.2.7/1 dst inside:192.0.2.1/53 by access-group \"x\"", "scan"),
        ("%ASA-6-106100: access-list a permitted tcp outside/192.0.2.7(1) -> inside/192.0.2.1(2) hit-cnt 1", "-"),
        ("%ASA-6-302014: Teardown TCP connection 1 for outside:192.0.2.7/1 to inside:192.0.2.1/2 duration 0:00:01", "-"),
        ("%ASA-1-106021: Deny UDP reverse path check from 192.0.2.7 to 192.0.2.1 on interface outside", "exploit"),
        (
            "%ASA-6-113015: AAA user authentication Rejected : reason = User was not found : local database : user = a : user IP = 192.0.2.7",
            "bruteforce"
        ),
    ])
    func firewallMessages(message: String, type: String) throws {
        let result = try filed("cisco-asa", "May  1 10:00:01 asa1 \(message)")
        #expect(result[1] == type)
        #expect(result[3] == "192.0.2.7")
    }

    @Test(arguments: [
        ("web-server: GET from 192.0.2.7 done", "record"),
        ("dovecot: pop3-login: Disconnected (no auth attempts): rip=192.0.2.7, lip=192.0.2.1", "record"),
        ("dovecot: imap-login: Login: user=<ada>, rip=192.0.2.7, lip=192.0.2.1", "record"), ("login: authentication failure", "record"),
        ("app: authentication failure; rhost=192.0.2.7", "attack"), ("xinetd[1]: START: telnet from=192.0.2.7", "record"),
        ("xinetd[1]: FAIL: telnet address from=192.0.2.7", "attack"), ("vsftpd[1]: CONNECT: Client \"192.0.2.7\"", "record"),
    ])
    func servicesWithoutAFormat(message: String, family: String) throws {
        #expect(try filed("syslog", "May  1 10:00:01 gate \(message)")[0] == family)
    }

    @Test(arguments: [
        "<142>1 2024-05-01T10:00:00Z gate suricata 4146 - - ", "<142>May  1 10:00:00 gate suricata[4146]: ",
        "May  1 10:00:00 gate suricata: ",
    ])
    func eveBehindEitherSyslogHeader(header: String) throws {
        let event = #"{"timestamp":"2024-05-01T12:00:00Z","event_type":"alert","flow_id":1,"alert":{"signature":"ET SCAN x"}}"#
        for format in ["suricata", "syslog"] {
            let row = try Decoding(format, lines: header + event).batch[0]
            #expect(row.string(.eventDataset) == "suricata.alert")
            #expect(row.string(.observerName) == "gate")
        }
        #expect(Decoding.detected(Array((header + event).utf8)) == "suricata")
    }

    @Test func aTableIsNoLog() {
        #expect(Decoding.detected(Array("2024-05-01 10:00:01,ada,url,http://192.0.2.1/\n".utf8)) == nil)
        #expect(Decoding.detected(Array("2024-05-01 10:00:01 something happened\n".utf8)) == "syslog")
    }

    @Test func aTimeSinceTheStartOfACaptureIsRefused() throws {
        let line =
            #"{"ts":22.335,"uid":"C1","id.orig_h":"192.0.2.7","id.orig_p":1,"id.resp_h":"192.0.2.1","id.resp_p":2,"conn_state":"SF"}"#
        let decoding = try Decoding("zeek", lines: line)
        #expect(decoding.batch.isEmpty)
        #expect(decoding.errors.map(\.error.code) == [.badTime])
        #expect(decoding.errors.first?.error.detail.contains("start of a capture") == true)
    }

    @Test func zeekRowsNeedTheirHeader() throws {
        #expect(try Decoding("zeek-tsv", lines: "1714557600.5\tC1\t192.0.2.7").errors.map(\.error.code) == [.missingField])
        let text = "#fields\tts\tuid\tid.orig_h\n1714557600.5\tC1\n1714557600.5\tC1\t192.0.2.7\tx\n1714557600.5\tC1\t192.0.2.7"
        let decoding = try Decoding("zeek-tsv", lines: text)
        #expect(decoding.errors.map(\.error.code) == [.malformedCSV, .malformedCSV])
        #expect(decoding.batch.count == 1)
    }

    @Test func alertsShareSuricatasClassifications() throws {
        func type(_ line: String) throws -> String { try filed("fastlog", line)[1] }
        let tail = "[Priority: 2] {TCP} 192.0.2.7:1 -> 192.0.2.1:2"
        #expect(try type("05/01/2024-10:00:01.5  [**] [1:1:1] Local [**] [Classification: Attempted Denial of Service] \(tail)") == "dos")
        #expect(try type("05/01-10:00:01.5 [**] [1:1:1] \"SERVER-WEBAPP x\" [**] \(tail)") == "web")
        #expect(try type("05/01-10:00:01.5 [**] [1:1:1] \"ssh brute force\" [**] \(tail)") == "bruteforce")
        #expect(try type("05/01-10:00:01.5 [**] [1:1:1] \"My rule\" [**] \(tail)") == "other")
    }

    @Test func bytesThatAreNoTextAreRepairedAndKept() throws {
        let line = Array("May  1 10:00:01 gate app: from 192.0.2.7 ".utf8) + [0xff, 0xfe]
        let decoding = try Decoding("syslog", line, [0..<line.count])
        #expect(decoding.batch[0].isWellFormed)
        #expect(decoding.batch[0].string(.message)?.hasSuffix("\u{fffd}\u{fffd}") == true)
        #expect(Array(decoding.batch.raw(0)) == line)
    }
}

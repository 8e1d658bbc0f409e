import Formats
import Foundation
import Journal
import Model
import TestKit
import Testing

@testable import Web

@Suite(.serialized, .timeLimit(.minutes(5))) struct ShipperTests {
    static let eve =
        #"{"timestamp":"2026-01-01T00:00:00.000000+0000","event_type":"alert","src_ip":"198.51.100.7","src_port":40000,"#
        + #""dest_ip":"192.0.2.10","dest_port":22,"proto":"TCP","alert":{"signature":"SSH scan","signature_id":1,"severity":2}}"#
    static let tpot =
        #"{"@timestamp":"2026-01-01T00:00:00.000Z","type":"Cowrie","eventid":"cowrie.login.failed","src_ip":"203.0.113.9","#
        + #""src_port":51000,"dest_port":22,"username":"root","password":"example","t-pot_hostname":"lab","t-pot_ip_ext":"192.0.2.1"}"#
    static let ecs =
        #"{"@timestamp":"2026-01-01T00:00:00Z","ecs":{"version":"8.11.0"},"event":{"kind":"alert","dataset":"lab"},"source":{"ip":"198.51.100.7"}}"#

    /// An envelope around a line.
    static func envelope(_ line: String, dataset: String? = nil) throws -> String {
        var document: [String: Any] = [
            "@timestamp": "2026-01-01T00:00:01Z", "message": line, "host": ["name": "sensor-1"], "ecs": ["version": "8.11.0"],
        ]
        if let dataset { document["event"] = ["dataset": dataset] }
        return String(decoding: try JSONSerialization.data(withJSONObject: document, options: .sortedKeys), as: UTF8.self)
    }

    /// The members of an answer's body.
    static func json(_ text: String) throws -> [String: Any] {
        let body = try #require(text.components(separatedBy: "\r\n\r\n").dropFirst().first)
        return try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
    }

    @Test func `The format of a document follows from the configuration, its dataset or its content`() throws {
        let sorter = DocumentSorter(formats: .standard, named: [("eve-*", "suricata"), ("raw*", "ecs"), ("auth", "sshd")])
        func format(_ document: String, _ names: [String] = ["logs"]) -> String { sorter.sort(Array(document.utf8), names: names).format }
        #expect(format(Self.tpot) == "tpot")
        #expect(format(Self.ecs) == "ecs")
        #expect(format(Self.eve) == "suricata")
        #expect(format(Self.eve, ["raw-1"]) == "ecs")
        #expect(format("{\"a\":1}") == "ecs" && format("no JSON") == "ecs")
        for (document, names) in [
            (try Self.envelope(Self.eve), ["logs"]), (try Self.envelope(Self.eve), ["eve-1"]),
            (try Self.envelope(Self.eve, dataset: "suricata.eve"), ["logs"]),
        ] {
            let sorted = sorter.sort(Array(document.utf8), names: names)
            #expect(
                sorted.format == "suricata" && String(decoding: sorted.record, as: UTF8.self) == Self.eve && sorted.sensor == "sensor-1")
        }
        let line = "Jan  1 00:00:00 lab sshd[1]: Failed password for root from 198.51.100.7 port 4 ssh2"
        let sorted = sorter.sort(Array(try Self.envelope(line).utf8), names: ["auth"])
        #expect(sorted.format == "sshd" && String(decoding: sorted.record, as: UTF8.self) == line)
        #expect(sorter.sort(line: Array(line.utf8), names: []) == "sshd")
        #expect(sorter.sort(line: Array("x".utf8), names: ["suricata:eve"]) == "suricata")
        // The source counts where it is configured, and nowhere else.
        let bySource = DocumentSorter(formats: .standard, named: [("*/eve.json", "suricata")])
        #expect(bySource.sort(line: Array("x".utf8), names: ["main"], source: "/var/log/suricata/eve.json") == "suricata")
        #expect(bySource.sort(line: Array("x".utf8), names: [], source: "suricata") == nil)
        #expect(bySource.sort(Array("{\"a\":1}".utf8), names: ["main"], source: "/nsm/eve.json").format == "suricata")
    }

    @Test func `Patterns of names take any run of characters for a star`() {
        for (pattern, name, fits) in [
            ("a", "a", true), ("a", "ab", false), ("*", "", true), ("a*", "abc", true), ("*c", "abc", true), ("a*c", "ac", true),
            ("a*c", "abd", false), ("a*a", "a", false), ("a*b*c", "a1b2c", true), ("a*b*c", "a1c2b", false),
            ("logstash-*", "logstash-1", true),
        ] { #expect(GlobPattern(pattern).matches(name) == fits, "\(pattern) \(name)") }
    }

    @Test func `filter_path leaves what is wanted`() throws {
        let tree: JSONTree = [
            "took": 3, "errors": true,
            "items": [["create": ["status": 201, "_id": "a"]], ["index": ["status": 400, "error": ["type": "t"]]]],
        ]
        func text(_ path: String) throws -> String {
            var json = JSONText()
            try #require(FilterPath(path)).filter(tree).write(to: &json)
            return String(decoding: json.bytes, as: UTF8.self)
        }
        #expect(try text("errors") == #"{"errors":true}"#)
        #expect(
            try text("errors,items.*.error,items.*.status")
                == #"{"errors":true,"items":[{"create":{"status":201}},{"index":{"status":400,"error":{"type":"t"}}}]}"#)
        #expect(try text("**.type") == #"{"items":[{"index":{"error":{"type":"t"}}}]}"#)
        #expect(try text("none") == "{}")
        #expect(FilterPath(nil) == nil && FilterPath("-took") == nil)
    }

    @Test func `Each action of a bulk request has its own answer`() async throws {
        try await RunningServer.run { server in
            let lines = [
                #"{"create":{"_index":"logs","_id":"a"}}"#, Self.ecs, #"{"index":{"_index":"logstash-1"}}"#, Self.tpot,
                #"{"delete":{"_index":"logs","_id":"a"}}"#, #"{"update":{"_index":"logs","_id":"a"}}"#, #"{"doc":{}}"#,
                #"{"index":{"_index":"eve"}}"#,
                #"{"timestamp":"never","event_type":"alert","src_ip":"198.51.100.7","alert":{"signature":"x"}}"#,
            ]
            let body = lines.joined(separator: "\n") + "\n"
            let first = try await server.ask("/_bulk", method: "POST", body: body)
            #expect(first.status == 200 && first.text.lowercased().contains("x-elastic-product: elasticsearch"))
            func results(_ text: String) throws -> [(String, Int, String)] {
                let items = try #require(try Self.json(text)["items"] as? [[String: [String: Any]]])
                return items.map { item in
                    let (action, result) = item.first ?? ("", [:])
                    let error = result["error"] as? [String: Any]
                    return (action, result["status"] as? Int ?? 0, result["result"] as? String ?? error?["type"] as? String ?? "")
                }
            }
            let expected: [(String, Int, String)] = [
                ("create", 201, "created"), ("index", 201, "created"), ("delete", 400, "illegal_argument_exception"),
                ("update", 400, "illegal_argument_exception"), ("index", 400, "document_parsing_exception"),
            ]
            for (result, wanted) in zip(try results(first.text), expected) { #expect(result == wanted) }
            #expect(try Self.json(first.text)["errors"] as? Bool == true)
            #expect(server.journal.ledgers["bulk"]?.stored == 2 && server.journal.ledgers["bulk"]?.deadLettered == 1)
            for (action, document, status) in [
                ("create", Self.ecs, 409), ("index", Self.ecs, 200), ("index", Self.ecs.replacing("lab", with: "other"), 409),
            ] {
                let again = try await server.ask(
                    "/logs/_bulk?filter_path=items.*.status", method: "POST", body: "{\"\(action)\":{\"_id\":\"a\"}}\n\(document)\n")
                #expect(try results(again.text).map(\.1) == [status], "\(action)")
            }
            #expect(server.journal.ledgers["bulk"]?.stored == 2 && server.journal.ledgers["bulk"]?.isBalanced == true)
            for bad in [
                "", "{}\n{}\n", "[]\n", #"{"index":{"_index":"a"}}"#, #"{"index":{}}"# + "\n{}\n", #"{"index":{"_index":""}}"# + "\n{}\n",
            ] {
                let answer = try await server.ask("/_bulk", method: "POST", body: bad)
                #expect(answer.status == 400, "\(bad)")
            }
        }
    }

    @Test func `Clients of Elasticsearch find what they ask for, and browsers the page`() async throws {
        try await RunningServer.run { server in
            let page = try await server.ask("/", headers: ["Accept: text/html,application/json"])
            #expect(page.status == 200 && page.text.contains("<!doctype html>"))
            for header in [
                "Accept: application/json", "User-Agent: Elastic-filebeat/8.19.0",
                "Accept: application/vnd.elasticsearch+json;compatible-with=8",
            ] {
                let root = try await server.ask("/", headers: [header])
                #expect(root.text.contains("You Know, for Search") && root.text.lowercased().contains("x-elastic-product: elasticsearch"))
            }
            #expect(
                try await server.ask("/", method: "HEAD", headers: ["Accept: application/json"]).text.lowercased().contains(
                    "x-elastic-product"))
            #expect(try await server.ask("/_license").text.contains(#""status":"active""#))
            #expect(try await server.ask("/_cluster/health?filter_path=status").text.hasSuffix(#"{"status":"green"}"#))
            #expect(try await server.ask("/_nodes/http").text.contains("publish_address"))
            #expect(try await server.ask("/_cat/health", method: "HEAD").status == 200)
            #expect(try await server.ask("/_index_template/logs", method: "HEAD").status == 404)
            let put = try await server.ask("/_index_template/logs", method: "PUT", body: #"{"index_patterns":["logs"]}"#)
            #expect(put.status == 200 && put.text.contains(#"{"acknowledged":true}"#) && put.text.contains("299 Petrel"))
            #expect(try await server.ask("/_ilm/policy/x", method: "PUT", body: "{").status == 400)
        }
    }

    @Test func `The token comes in the ways that shippers have, and none passes without`() async throws {
        try await RunningServer.run {
            $0.token = "0123456789abcdef"
        } _: { server in
            let body = "{\"create\":{\"_index\":\"logs\"}}\n\(Self.ecs)\n"
            func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
            for (header, status) in [
                ("Bearer 0123456789abcdef", 200), ("Splunk 0123456789abcdef", 200), ("ApiKey \(base64("x:0123456789abcdef"))", 200),
                ("ApiKey 0123456789abcdef", 200), ("Basic \(base64("anybody:0123456789abcdef"))", 200),
                ("Basic \(base64("0123456789abcdef:x"))", 401), ("Bearer wrong", 401), ("Basic !", 401), ("Digest 0123456789abcdef", 401),
                ("", 401),
            ] {
                let headers = header.isEmpty ? [] : ["Authorization: \(header)"]
                #expect(try await server.ask("/_bulk", method: "POST", headers: headers, body: body).status == status, "\(header)")
                #expect(try await server.ask("//logs//_bulk", method: "POST", headers: headers, body: body).status == status, "\(header)")
                #expect(try await server.ask("/", headers: headers + ["Accept: application/json"]).status == status, "\(header)")
                #expect(try await server.ask("/services/collector/raw", method: "POST", headers: headers, body: Self.eve).status == status)
            }
            #expect(server.journal.ledgers["bulk"]?.stored == 10 && server.journal.ledgers["hec"]?.stored == 5)
            let refused = try await server.ask("/services/collector/event", method: "POST", body: "{}")
            #expect(refused.status == 401 && refused.text.contains(#""code":2"#))
            let wrong = try await server.ask("/services/collector", method: "POST", headers: ["Authorization: Splunk x"], body: "{}")
            #expect(wrong.status == 401 && wrong.text.contains(#""code":4"#))
            #expect(try await server.ask("/services/collector/health").text.contains(#""code":17"#))
        }
    }

    @Test func `The event collector takes objects and texts, answers with its codes, and acknowledges what is stored`() async throws {
        try await RunningServer.run { server in
            let line = "Failed password for root from 198.51.100.7 port 4 ssh2"
            let events = #"{"event":\#(Self.eve),"host":"lab"}{"event":"Jan  1 00:00:00 lab sshd[1]: \#(line)","time":"1767225600.5"}"#
            let channel = "X-Splunk-Request-Channel: 0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba"
            let answer = try await server.ask("/services/collector/event", method: "POST", headers: [channel], body: events)
            #expect(answer.status == 200 && answer.text.contains(#""text":"Success","code":0"#))
            #expect(server.journal.ledgers["hec"]?.stored == 2)
            let ack = try #require(try Self.json(answer.text)["ackId"] as? Int)
            let asked = try await server.ask("/services/collector/ack", method: "POST", headers: [channel], body: #"{"acks":[\#(ack),7]}"#)
            #expect(asked.text.contains("\"\(ack)\":true") && asked.text.contains(#""7":false"#))
            let other = try await server.ask("/services/collector/ack?channel=other", method: "POST", body: #"{"acks":[\#(ack)]}"#)
            #expect(other.text.contains("\"\(ack)\":false"))
            for (path, body, code) in [
                ("event", "", 5), ("event", "x", 6), ("event", #"{"event":1"#, 6), ("event", #"{"event":"a"}{"host":"b"}"#, 12),
                ("event", #"{"event":""}"#, 13), ("event", #"{"event":null}"#, 13), ("raw", "", 5), ("ack", #"{"acks":[1]}"#, 10),
            ] {
                let refused = try await server.ask("/services/collector/\(path)", method: "POST", body: body)
                #expect(refused.status == 400 && refused.text.contains("\"code\":\(code)"), "\(path) \(body)")
            }
            #expect(server.journal.ledgers["hec"]?.received == 2, "a refused request leaves nothing")
            let raw = try await server.ask("/services/collector/raw?sourcetype=suricata&host=lab", method: "POST", body: "\(Self.eve)\n{\n")
            #expect(raw.status == 200 && server.journal.ledgers["hec"]?.stored == 3 && server.journal.ledgers["hec"]?.deadLettered == 1)
        }
    }

    @Test func `What stands beside an event becomes its sensor and its labels`() async throws {
        try await RunningServer.run { server in
            let line = "Jan  1 00:00:00 bastion sshd[1]: Failed password for root from 198.51.100.7 port 4 ssh2"
            let fields = #"{"team":"red","level":7,"ok":true,"none":null,"ports":[22,"2222",null],"team":"blue"}"#
            let events =
                #"{"event":\#(Self.eve),"host":"lab","fields":\#(fields)}{"event":"\#(line)","host":"relay"}{"event":\#(Self.eve)}"#
            #expect(try await server.ask("/services/collector", method: "POST", body: events).status == 200)
            var found: [[String]] = []
            var cursor = EventID.zero
            while let block = try await server.journal.next(after: cursor) {
                for row in block.firstIndex(after: cursor)..<block.events.count {
                    var texts = [block.events[row].string(.observerName) ?? "-"]
                    block.events[row].visit { pair in
                        guard pair.field == .labels else { return }
                        let (key, value) = block.events[row].label(pair)
                        texts.append("\(key)=\(value)")
                    }
                    found.append(texts)
                }
                cursor = block.lastID
            }
            // Each format has a lane of its own, so that their order is not told.
            let labelled = try #require(found.first { $0[0] == "lab" })
            #expect(Set(labelled).isSuperset(of: ["level=7", "ok=true", "ports=22", "ports=2222", "team=blue"]))
            #expect(!labelled.contains("team=red") && !labelled.contains { $0.hasPrefix("none") })
            #expect(Set(found.map { $0[0] }) == ["lab", "bastion", "-"], "the line names its machine, and one event has none")
            #expect(found.count { $0.contains("team=blue") } == 1)
        }
    }

    @Test(arguments: [
        "[]", "1", "\"a\"", #"{"a":{}}"#, #"{"a":[[1]]}"#, #"{"":1}"#, "{\"\(String(repeating: "n", count: 129))\":1}",
        "{\"a\":\"\(String(repeating: "v", count: 4097))\"}", "{\"a\":[\(Array(repeating: "1", count: 65).joined(separator: ","))]}",
    ]) func `Fields that cannot be labels are refused with the collector's code`(fields: String) {
        let body = Array("{\"event\":\"a\"}{\"event\":\"a\",\"fields\":\(fields)}".utf8)
        let problem = #expect(throws: Problem.self) { try CollectorRequest(body) }
        #expect(problem?.collectorCode == 15 && problem?.detail.contains("event number 1") == true)
    }
}

import Formats
import Model
import TestKit
import Testing

struct SuricataTests {
    @Test(arguments: [
        ("ET SCAN Nmap", "Attempted Information Leak", 2, "scan", "medium"),
        ("ET MALWARE Win32/Emotet CnC", "Malware Command and Control Activity Detected", 1, "malware", "critical"),
        ("ET WEB_SERVER Exploit", "Web Application Attack", 1, "web", "high"),
        ("ET DOS Possible NTP", "Attempted Denial of Service", 2, "dos", "medium"),
        ("ET POLICY curl", "Not Suspicious Traffic", 3, "policy", "low"),
        ("ET POLICY Odd", "A Network Trojan was detected", 1, "policy", "medium"),
        ("SURICATA STREAM excessive retransmissions", "Generic Protocol Command Decode", 3, "policy", "low"),
        ("GPL SNMP public access udp", "Attempted Information Leak", 2, "recon", "medium"),
        ("Local rule", "Attempted Administrator Privilege Gain", 1, "exploit", "high"),
        ("Local rule", "Detection of a Network Scan", 3, "scan", "low"),
        ("Local rule", "Never heard of", 3, "other", "low"),
        ("", "", 9, "other", "low"),
    ])
    func alertsHaveATypeAndASeverity(signature: String, category: String, priority: Int, type: String, severity: String) throws {
        let line =
            #"{"timestamp":"2024-05-01T12:00:00Z","event_type":"alert","proto":"TCP","alert":{"signature":"\#(signature)","category":"\#(category)","severity":\#(priority)}}"#
        let row = try Decoding("suricata", lines: line).batch[0]
        #expect(row.string(.attackType) == type)
        #expect(row.string(.attackSeverity) == severity)
        #expect(row.integer(.eventSeverity) == Int64(priority))
    }

    @Test func whatTheSensorSaysBehindSyslogsHeadersIsARecord() throws {
        let decoding = try Decoding("suricata", lines: "Jan  9 15:55:02 gate suricata[41]: Starting suricata in IDS mode... done.")
        #expect(decoding.errors.isEmpty)
        let row = try #require(decoding.batch.count == 1 ? decoding.batch[0] : nil)
        #expect(row.string(.eventFamily) == "record" && row.string(.message)?.contains("Starting suricata") == true)
    }

    @Test(arguments: [
        (#"{"timestamp":"2026-13-45T99:00:00Z","event_type":"alert"}"#, DecodeError.Code.badTime),
        (#"{"timestamp":{},"event_type":"alert"}"#, .badTime), (#"{"timestamp":"2024-05-01T12:00:00Z","src_ip":"1.2.3.4"}"#, .missingField),
        ("null", .notAnObject), ("[{}]", .notAnObject), ("{", .malformedJSON), ("nonsense", .malformedJSON),
        (#"{"a":NaN}"#, .malformedJSON),
    ])
    func whatIsNotUnderstoodIsRefusedWithTheReason(line: String, code: DecodeError.Code) throws {
        let decoding = try Decoding("suricata", lines: line)
        #expect(decoding.batch.isEmpty)
        #expect(decoding.errors.map(\.error.code) == [code])
    }

    @Test func anAlertObjectStandsInForTheType() throws {
        let decoding = try Decoding("suricata", lines: #"{"timestamp":"2024-05-01T12:00:00Z","alert":{"signature":"ET SCAN x"}}"#)
        #expect(decoding.batch[0].string(.eventDataset) == "suricata.alert")
    }

    @Test func theFileTimeStandsInForTheTime() throws {
        var context = Decoding.context
        context.fileTime = Timestamp(milliseconds: 1_600_000_000_000)
        context.sensor = "peer"
        let row = try Decoding("suricata", lines: #"{"event_type":"flow"}"#, context: context).batch[0]
        #expect(row.date(.timestamp) == context.fileTime)
        #expect(row.string(.timeQuality) == "file_name")
        #expect(row.string(.observerName) == "peer")
    }

    @Test func arraysAndByteOrderMarksAreRecognised() {
        let event = #"{"timestamp": "2024-05-01T12:00:00Z", "event_type": "alert", "flow_id": 1, "alert": {"signature_id": 1}}"#
        #expect(Decoding.detected(Array("[\n  \(event),\n".utf8)) == "suricata")
        #expect(Decoding.detected(Array("\u{feff}\(event)\n".utf8)) == "suricata")
    }
}

import Formats
import Foundation
import Model
import TestKit
import Testing
import Wire

/// Every recorded file of the text formats is detected as its own, and nearly every record of it becomes an event with time, source and type.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.skipMessage)"))
struct TextRecordedDataTests {
    /// What became of the records of some files.
    struct Share {
        var records = 0
        var events = 0
        var timed = 0
        var attacks = 0
        var typed = 0
        var sourced = 0

        mutating func add(_ decoding: Decoding) {
            records += decoding.records
            events += decoding.batch.count
            for row in 0..<decoding.batch.count {
                let row = decoding.batch[row]
                if row.string(.timeQuality) == nil { timed += 1 }
                guard row.string(.eventFamily) == "attack" else { continue }
                attacks += 1
                if row.string(.attackType) != "other" { typed += 1 }
                if row.ip(.sourceIP) != nil || row.string(.sourceDomain) != nil { sourced += 1 }
            }
        }

        static func + (a: Share, b: Share) -> Share {
            Share(
                records: a.records + b.records, events: a.events + b.events, timed: a.timed + b.timed, attacks: a.attacks + b.attacks,
                typed: a.typed + b.typed, sourced: a.sourced + b.sourced)
        }

        var text: String {
            "\(events) of \(records) records are events, \(timed) with a time of their own; \(attacks) attacks, \(typed) typed, \(sourced) with a source"
        }
    }

    /// Decodes a file by the format that claims it; in pieces, so that the test's memory stays small.
    private func share(of file: URL, as expected: String, _ bytes: [UInt8]) throws -> Share {
        #expect(Decoding.detected(bytes) == expected, "\(file.lastPathComponent)")
        let entry = try #require(FormatCatalogue.standard.entry(named: expected))
        var decoder = try #require(entry.make([]))
        let records =
            bytes.first == UInt8(ascii: "[") && entry.spec.framing == .json ? Decoding.elements(of: bytes) : SharedData.lines(of: bytes)
        var share = Share()
        // Of long files the beginning, unless time does not matter.
        let count = SharedData.isSlowTier ? records.count : min(records.count, 6000)
        for start in stride(from: 0, to: count, by: 20_000) {
            let decoding = try Decoding(&decoder, bytes, Array(records[start..<min(start + 20_000, count)]))
            #expect(decoding.isComplete, "\(file.lastPathComponent)")
            for (number, error) in decoding.errors.prefix(3) { print("\(file.lastPathComponent):\(start + number): \(error)") }
            share.add(decoding)
        }
        return share
    }

    private func check(_ name: String, _ share: Share) {
        print("\(name): \(share.text)")
        #expect(share.events * 1000 >= share.records * 995, "\(name)")
        #expect(share.timed * 1000 >= share.events * 995, "\(name)")
        #expect(share.typed == share.attacks, "\(name)")
    }

    @Test(arguments: [
        ("snort/snort3-alert_fast.txt", "fastlog", 1003), ("snort/snort3-alert_json.txt", "snort-json", 240),
        ("suricata/fast-2026-malaysia.log", "fastlog", 11), ("suricata/fast-http2-files.log", "fastlog", 4),
        ("syslog/OpenSSH_2k.log", "sshd", 2000), ("syslog/Apache_2k.log", "web-error", 2000),
    ])
    func aFileIsDecodedWhole(path: String, format: String, atLeast: Int) throws {
        let file = SharedData.folder.appendingPathComponent(path)
        let share = try share(of: file, as: format, try SharedData.bytes(at: file))
        #expect(share.events >= atLeast)
        // Local rules of that file have neither message nor class.
        if path.contains("http2") { return print("\(path): \(share.text)") }
        check(path, share)
    }

    @Test func zeeksLogsAreDecodedWhole() throws {
        var total = Share()
        for (folder, format) in [("zeek/wrccdc-2018", "zeek"), ("zeek/wrccdc-2018-tsv", "zeek-tsv"), ("zeek/rita", "zeek-tsv")] {
            for file in try SharedData.files(in: folder) where file.pathExtension == "gz" {
                let share = try share(of: file, as: format, try SharedData.bytes(at: file))
                check(file.lastPathComponent, share)
                total = total + share
            }
        }
        let modbus = SharedData.folder.appendingPathComponent("zeek/ics-honeypot-modbus.array.json.gz")
        total = total + (try share(of: modbus, as: "zeek", try SharedData.bytes(at: modbus)))
        check("zeek", total)
        #expect(total.events > (SharedData.isSlowTier ? 159_000 : 40_000))
    }

    @Test func crowdsecsTestLogsAreKept() throws {
        var total = Share()
        var claimed: [String: Int] = [:]
        for file in try SharedData.files(in: "syslog/crowdsec-hub-tests") {
            let bytes = try SharedData.bytes(at: file)
            let format = Decoding.detected(bytes) ?? "none"
            claimed[format, default: 0] += 1
            // JSON of programs that are no format here is kept line by line like everything else.
            let decoding = try Decoding(format == "none" || format == "suricata" ? "syslog" : format, bytes, SharedData.lines(of: bytes))
            var share = Share()
            share.add(decoding)
            if SharedData.isSlowTier || share.timed < share.events { print("\(file.lastPathComponent) (\(format)): \(share.text)") }
            total = total + share
        }
        print("crowdsec's test logs by format: \(claimed.sorted { $0.key < $1.key })")
        print("crowdsec's test logs: \(total.text)")
        #expect(total.events == total.records)
        #expect(total.timed * 100 >= total.events * 97)
        #expect(total.typed == total.attacks)
        #expect(total.sourced * 100 >= total.attacks * 99)
    }

    @Test func everyFileIsClaimedByItsOwnFormat() throws {
        let expected = [
            "ssh-bf__ssh-bf.log": "sshd", "sshd-logs__sshd-logs.log": "sshd", "opnsense-sshd__opnsense-sshd.log": "sshd",
            "iptables-scan-multi-port__iptables-scan-multi-port.log": "netfilter",
            "proxmox-iptables-logs__proxmox-iptables.log": "netfilter",
            "fortinet-vpn-bf__fortinet-vpn-bf.log": "fortinet", "unifi-cef__cef-logs.log": "cef",
            "suricata-logs-fastlog__suricata-logs-fastlog.log": "fastlog", "suricata-eve-detect__suricata-eve-detect.log": "suricata",
            "http-wordpress_wpconfig__http-wordpress_wpconfig.log": "web-access", "apache2-malformed__apache2-logs.log": "web-access",
            "modsecurity-logs__modsecurity-logs.log": "web-error", "pfsense-rfc5424-nginx__pfsense-rfc5424-nginx.log": "web-error",
            "dovecot-logs__dovecot-logs.log": "syslog", "postfix-spam__postfix-spam.log": "syslog",
            "endlessh-syslogs__endlessh-logs.log": "syslog", "mysql-bf__mysql-bf.log": "syslog",
        ]
        for (name, format) in expected {
            let bytes = try SharedData.bytes("syslog/crowdsec-hub-tests/\(name)")
            #expect(Decoding.detected(bytes) == format, "\(name)")
        }
        #expect(Decoding.detected(try SharedData.bytes("syslog/fail2ban-tests/recidive")) == "fail2ban")
    }
}

import Formats
import Foundation
import Testing

@testable import petrel

@Suite struct ConfigurationProblemTests {
    /// The keys of the whole file.
    private static let rootKeys = ConfigurationSpec.root.options.map(\.name).joined(separator: ", ")

    /// A text, and the problems that it must bring, without the file's name.
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let problems: [String]

        init(_ text: String, _ problems: String...) {
            self.text = text
            self.problems = problems
        }

        var testDescription: String { text.replacing("\n", with: "⏎") }
    }

    static func problems(_ text: String) -> [String] {
        do {
            _ = try Configuration.parse(text, name: "c.yaml", environment: ["T": "short"])
            return []
        } catch {
            return error.problems.map { String("\($0)".dropFirst("c.yaml:".count)) }
        }
    }

    @Test(arguments: [
        Case(
            "wbe: {}",
            "1: wbe: unknown key; did you mean web?"),
        Case(
            "port: 1",
            "1: port: unknown key here; it belongs below web:"),
        Case(
            "web: {prot: 1}",
            "1: web.prot: unknown key; did you mean port?"),
        Case(
            "web: {zebra: 1}",
            "1: web.zebra: unknown key; known keys are host, port, token_file, token, viewer_token_file, viewer_token, hosts, path_prefix, threads, max_streams, max_body, index_formats, rate_limit"
        ),
        Case(
            "web: [1]",
            "1: web: must be a section of keys, is a list; known keys are host, port, token_file, token, viewer_token_file, viewer_token, hosts, path_prefix, threads, max_streams, max_body, index_formats, rate_limit"
        ),
        Case(
            "web: text",
            #"1: web: must be a section of keys, is the text "text"; known keys are host, port, token_file, token, viewer_token_file, viewer_token, hosts, path_prefix, threads, max_streams, max_body, index_formats, rate_limit"#
        ),
        Case(
            "web: {port: [1]}",
            "1: web.port: must be a single value, is a list"),
    ])
    func `Unknown keys`(_ expected: Case) { #expect(Self.problems(expected.text) == expected.problems) }

    @Test(arguments: [
        Case(
            "sources:\n  - {type: stdin, name: a, keywords: []}",
            "2: sources[1].keywords: names none, so that no post would be kept; add one or remove the key"),
        Case(
            "sources:\n  - {type: stdin, name: a, keywords: [worm, '#']}",
            ##"2: sources[1].keywords: "#" is no hashtag; write # and letters, digits or _, without blanks"##),
        Case("sources:\n  - {type: stdin, name: a, keywords: [worm, '#infosec', '@cert']}"),
    ])
    func `Keywords`(_ expected: Case) { #expect(Self.problems(expected.text) == expected.problems) }

    @Test(arguments: [
        Case("noise: {}"),
        Case("noise: {own: [{name: lab, addresses: [192.0.2.10, '2001:db8::/32']}], agents: ['*probe*'], repeat: {more_than: 5}}"),
        Case(
            "noise: {own: [{name: lab, addresses: [192.0.2.0/33]}]}",
            #"1: noise.own[1].addresses: "192.0.2.0/33" is neither address nor network; write e.g. 192.0.2.10 or 192.0.2.0/24"#),
        Case(
            "noise: {own: [{name: lab, addresses: []}]}",
            "1: noise.own[1].addresses: names none; add one, e.g. 192.0.2.10, or remove the entry"),
        Case(
            "noise: {own: [{name: lab, addresses: [192.0.2.1]}], lists: [{name: lab, path: x}]}",
            "1: noise.lists[1].name: lab is the name of another one; choose another"),
        Case(
            "noise: {agents: ['* *']}", #"1: noise.agents: "* *" matches every client; write a part of the name, e.g. *our-uptime-check*"#),
        Case(
            "noise: {feeds: [grey]}",
            #"1: noise.feeds: "grey" is no indicator list: there is none; add it below indicators: or to a source's use_as_indicators:"#),
        Case(
            "indicators: [{name: drop, path: x}]\nnoise: {feeds: [drop, dorp]}",
            #"2: noise.feeds: "dorp" is no indicator list: known are drop; add it below indicators: or to a source's use_as_indicators:"#),
        Case("noise: {repeat: {within: 1500ms}}", "1: noise.repeat.within: is no number of whole seconds; write e.g. 2s"),
        Case("noise: {lists: [{name: a, path: x, format: nosuch}]}", #"1: noise.lists[1].format: "nosuch" is no format"#),
    ])
    func `Noise`(_ expected: Case) { #expect(Self.problems(expected.text) == expected.problems) }

    @Test(arguments: [
        Case(
            #"web:\#n  port: eighty"#,
            #"2: web.port: "eighty" is no whole number; write a whole number, 0 to 65535"#),
        Case(
            "web: {rate_limit: {exempt: [10.0.0.0/33]}}",
            #"1: web.rate_limit.exempt: "10.0.0.0/33" is no network in CIDR form; write e.g. 10.0.0.0/8"#),
        Case(
            "web: {rate_limit: {query: 10, query_burst: 9}}",
            "1: web.rate_limit.query_burst: is less than query (10), which could never be reached then; write at least 10"),
        Case(
            "web: {port: 70000}",
            #"1: web.port: "70000" is out of range; write a whole number, 0 to 65535"#),
        Case(
            "web: {max_body: 64}",
            #"1: web.max_body: "64" has no unit; write e.g. 64MiB (units: B, KB, KiB, MB, MiB, GB, GiB, TB, TiB)"#),
        Case(
            "web: {max_body: 64mib}",
            #"1: web.max_body: "64mib" has the unknown unit mib; write 64MiB"#),
        Case(
            "web: {max_body: 9XB}",
            #"1: web.max_body: "9XB" has the unknown unit XB; units are B, KB, KiB, MB, MiB, GB, GiB, TB, TiB"#),
        Case(
            "web: {max_body: big}",
            #"1: web.max_body: "big" is no number with a unit; write e.g. 64MiB"#),
        Case(
            "web: {max_body: 1B}",
            #"1: web.max_body: "1B" is out of range; write 1KiB to 4GiB"#),
        Case(
            "web: {max_body: 99999999999999999999GiB}",
            #"1: web.max_body: "99999999999999999999GiB" is out of range; write 1KiB to 4GiB"#),
        Case(
            "web: {hosts: a.example}",
            #"1: web.hosts: must be a list, is the text "a.example"; write [a.example]"#),
        Case(
            "web: {hosts: [[a]]}",
            "1: web.hosts[1]: must be a single value, is a list"),
        Case(
            "web: {path_prefix: petrel}",
            #"1: web.path_prefix: "petrel" is no path from the root; write e.g. /petrel"#),
        Case(
            "web: {token: abc}",
            "1: web.token: a secret must not stand in this file; write ${NAME} for a variable of the environment, or use token_file"),
        Case(
            #"web: {token: "${T}"}"#,
            "1: web.token: the variable holds a token shorter than 16 characters; make one with: openssl rand -hex 32"),
        Case(
            "web: {token_file: ./none}",
            "1: web.token_file: ./none cannot be read: No such file or directory; check path and permissions"),
        Case(
            "web: {token_file: ~/none}",
            #"1: web.token_file: "~/none" begins with ~, which stands for nothing here; write ${HOME} instead"#),
        Case(
            #"web: {host: "${NOPE}"}"#,
            "1: web.host: needs the environment variable NOPE, which is not set; set it"),
        Case(
            #"web: {host: "${A"}"#,
            "1: web.host: has ${ without }; write $${ for the characters themselves"),
        Case(
            #"web: {host: "${A B}"}"#,
            "1: web.host: names no variable in ${A B}; a name has letters, digits and _; write $${ for the characters themselves"),
        Case(
            #"web: {host: ""}"#,
            #"1: web.host: "" is empty; write a text or remove the key"#),
    ])
    func `Values`(_ expected: Case) { #expect(Self.problems(expected.text) == expected.problems) }

    @Test(arguments: [
        Case(
            "journal: {max_age: 365}",
            #"1: journal.max_age: "365" has no unit; write e.g. 365d (units: ms, s, m, h, d)"#),
        Case(
            "journal: {max_age: 36h}",
            "1: journal.max_age: is no number of whole days, but files hold whole days; write e.g. 2d"),
        Case(
            "journal: {max_age: forever}",
            #"1: journal.max_age: "forever" is no number with a unit; write e.g. 365d or unlimited"#),
        Case(
            "journal: {origin_window: 40d}",
            #"1: journal.origin_window: "40d" is out of range; write 0ms to 30d"#),
        Case(
            "journal: {max_size: 1GiB}",
            "1: journal.max_size: is less than file_size (4GiB), but whole files are removed; raise it or lower file_size"),
        Case(
            "journal: {node: 256}",
            #"1: journal.node: "256" is out of range; write a whole number, 0 to 255"#),
    ])
    func `Journal`(_ expected: Case) { #expect(Self.problems(expected.text) == expected.problems) }

    @Test(arguments: [
        Case(
            "sensors: {name: a}",
            "1: sensors: must be a list of sections, each begun with -, is a section of keys"),
        Case(
            "sensors: [{name: a, lat: 95, lon: 1}]",
            #"1: sensors[1].lat: "95" is out of range; write a number, -90 to 90"#),
        Case(
            "sensors: [{name: a, lat: x, lon: 1}]",
            #"1: sensors[1].lat: "x" is no number; write a number, -90 to 90"#),
        Case(
            "sensors: [{name: a, lat: 1}]",
            "1: sensors[1].lon: is missing; add it, e.g. lon: 13.4"),
        Case(
            "sensors: [{lat: 1, lon: 1}]",
            "1: sensors[1].name: is missing; give the sensor a name or a network"),
        Case(
            "sensors: [{name: a, network: 10.0.0.0/8, lat: 1, lon: 1}]",
            "1: sensors[1].network: stands beside name; make two sensors of it"),
        Case(
            "sensors: [{network: 10.0.0.0/33, lat: 1, lon: 1}]",
            #"1: sensors[1].network: "10.0.0.0/33" is no network in CIDR form; write e.g. 10.0.0.0/8"#),
        Case(
            #"sensors:\#n  - {name: a, lat: 1, lon: 1}\#n  - {name: a, lat: 2, lon: 2}"#,
            "3: sensors[2].name: is placed in line 2 already; remove one of them"),
        Case(
            "sensors: [{name: a, lat: 1, lon: 1, country: Germany}]",
            #"1: sensors[1].country: "Germany" is no country code; write two letters (ISO 3166-1), e.g. DE"#),
        Case(
            "sensors: [lab-7]",
            #"1: sensors[1]: must be a section of keys, is the text "lab-7"; known keys are name, network, lat, lon, place, country"#),
    ])
    func `Sensors`(_ expected: Case) { #expect(Self.problems(expected.text) == expected.problems) }

    @Test(arguments: [
        Case(
            "formats: [a]",
            "1: formats: must be names with a section each, is a list"),
        Case(
            #"formats: {"a b": {fields: {source.ip: a}}}"#,
            #"1: formats.a b: "a b" is no name; write at most 64 letters, digits, dots, hyphens and underscores"#),
        Case(
            "formats: {suricata: {fields: {source.ip: a}}}",
            "1: formats.suricata: is the name of a built-in format; choose another"),
        Case(
            "formats: {a: {}}",
            "1: formats.a.fields: is missing; add it, e.g. fields: {source.ip: attacker, destination.port: port, labels.rule: rule}"),
        Case(
            "formats: {a: {fields: []}}",
            "1: formats.a.fields: must be names with a text each, is a list"),
        Case(
            "formats: {a: {fields: {}}}",
            "1: formats.a.fields: must name at least one field"),
        Case(
            #"formats:\#n  a:\#n    fields:\#n      source.ip: ip\#n      source.adress: x\#n      source.geo.location: y"#,
            "5: formats.a.fields.source.adress: no such field; did you mean source.bytes?",
            "6: formats.a.fields.source.geo.location: is set by source_place, not here; move it there"),
        Case(
            "formats: {a: {fields: {source.ip: a}, header: true}}",
            "1: formats.a.header: is for csv, not for json; remove it"),
        Case(
            "formats: {a: {framing: csv, fields: {source.ip: adress}, header: [address]}}",
            "1: formats.a.fields.source.ip: no such column; did you mean address?"),
        Case(
            "formats: {a: {framing: csv, fields: {source.ip: a}, header: maybe}}",
            #"1: formats.a.header: "maybe" is neither true nor false, nor a list of names; write one of them"#),
        Case(
            #"formats: {a: {framing: csv, fields: {source.ip: a}, delimiter: "::"}}"#,
            #"1: formats.a.delimiter: "::" is not one ASCII character; write e.g. ";" or tab"#),
        Case(
            "formats: {a: {framing: cvs, fields: {source.ip: a}}}",
            #"1: formats.a.framing: "cvs" is none of json, csv; did you mean csv?"#),
        Case(
            #"formats:\#n  a:\#n    fields: {source.ip: a}\#n    time: {path: t, format: iso860, zone: Europe/Berlin}\#n    attack_type:\#n      path: k\#n      table:\#n        x: scna\#n    source_place: {lat: a..b, lon: c}\#n    severity: {default: hihg}"#,
            #"4: formats.a.time.zone: "Europe/Berlin" is no offset from UTC; write UTC or e.g. "+02:00" (names such as Europe/Berlin are not known)"#,
            "4: formats.a.time.format: iso860 is neither iso8601, epoch, epoch_ms, epoch_us nor a pattern; did you mean iso8601?",
            "8: formats.a.attack_type.table.x: scna is none of scan, bruteforce, exploit, malware, web, dos, recon, phishing, spam, policy, other; did you mean scan?",
            "9: formats.a.source_place.lat: a..b has an empty part",
            #"10: formats.a.severity.default: "hihg" is none of low, medium, high, critical; did you mean high?"#),
        Case(
            "formats: {a: {fields: {source.ip: a}, time: {}}}",
            "1: formats.a.time.path: is missing; add it, e.g. path: when"),
        Case(
            "formats: {a: {fields: {source.ip: a}, constants: {destination.port: http}}}",
            "1: formats.a.constants.destination.port: http does not fit a field of type integer"),
    ])
    func `Formats`(_ expected: Case) { #expect(Self.problems(expected.text) == expected.problems) }

    @Test(arguments: [
        Case(
            "sources: [{name: a}]",
            "1: sources[1].type: is missing; add it, e.g. type: file"),
        Case(
            "sources: [{type: fiel, name: a}]",
            #"1: sources[1].type: "fiel" is none of \#(SourceKinds.all.map(\.name).joined(separator: ", ")); did you mean file?"#),
        Case(
            "sources: [{type: file, name: a}]",
            "1: sources[1].paths: is missing; add it, e.g. paths: [/var/log/suricata/eve.json]"),
        Case(
            "sources: [{type: file, name: a, paths: []}]",
            "1: sources[1].paths: names no file; add one"),
        Case(
            "sources: [{type: file, name: a, paths: /x}]",
            #"1: sources[1].paths: must be a list, is the text "/x"; write [/x]"#),
        Case(
            "sources: [{type: replay, name: a, path: x, poll: 1s}]",
            "1: sources[1].poll: is for file, not for replay; remove it"),
        Case(
            "sources: [{type: file, name: a, paths: [x], follow: yes}]",
            #"1: sources[1].follow: "yes" is neither true nor false; write one of them"#),
        Case(
            "sources: [{type: file, name: http, paths: [x]}]",
            "1: sources[1].name: http is a name that Petrel uses itself; choose another"),
        Case(
            #"sources:\#n  - {type: file, name: a, paths: [x]}\#n  - {type: file, name: a, paths: [y]}"#,
            "3: sources[2].name: a is the name of the source in line 2 too; choose another"),
        Case(
            "sources: [{type: file, name: a, paths: [x], format: suricatta}]",
            #"1: sources[1].format: "suricatta" is no format; did you mean suricata?"#),
        Case(
            "sources: [{type: file, name: a, paths: [x], format: nothing-like-it}]",
            #"1: sources[1].format: "nothing-like-it" is no format; known are \#(FormatCatalogue.standard.names.joined(separator: ", ")); define others below formats:"#
        ),
        Case(
            "sources: [{type: file, name: a, paths: [x], poll: 1}]",
            #"1: sources[1].poll: "1" has no unit; write e.g. 1ms (units: ms, s, m, h, d)"#),
        Case(
            #"sources: [{type: stdin, name: a},\#n  {type: stdin, name: b}]"#,
            "2: sources[2].type: stdin is read by the source in line 1 already; remove one of them"),
        Case(
            #"sources: [{type: stdin, name: a},\#n  {type: simulator, name: b}]"#,
            "2: sources[2].type: simulated and real events must not mix in one journal; move the simulator to a file and data folder of its own"
        ),
        Case(
            "sources: [{type: simulator, name: b, rate: 0}]",
            #"1: sources[1].rate: "0" is out of range; write a number, 0.1 to 1000000"#),
        Case(
            "sources: [{type: simulator, name: b, seed: -1}]",
            #"1: sources[1].seed: "-1" is out of range; write a whole number from 0"#),
    ])
    func `Sources`(_ expected: Case) { #expect(Self.problems(expected.text) == expected.problems) }

    @Test(arguments: [
        Case(
            "web: {port: 1, port: 2}",
            "1: port: stands twice in one section, first here; remove one"),
        Case(
            "a: [1",
            "2: is not YAML: did not find expected ',' or ']' (while parsing a flow sequence, which begins in line 1); mind indentation (blanks, no tabulators), colons and quotes"
        ),
        Case(
            #"web:\#n\#tport: 1"#,
            "2: is not YAML: found character that cannot start any token (while scanning for the next token, which begins in line 2); mind indentation (blanks, no tabulators), colons and quotes"
        ),
        Case(
            #"web:\#n  port: 1\#n web: 2"#,
            "3: is not YAML: did not find expected key (while parsing a block mapping, which begins in line 1); mind indentation (blanks, no tabulators), colons and quotes"
        ),
        Case(
            #"--- 1\#n--- 2"#,
            "2: is not YAML: but found another document (expected a single document in the stream, which begins in line 1); mind indentation (blanks, no tabulators), colons and quotes"
        ),
        Case(
            "- 1",
            "1: must be a section of keys, is a list; known keys are \(rootKeys)"),
        Case(
            "text",
            #"1: must be a section of keys, is the text "text"; known keys are \#(rootKeys)"#
        ),
        Case(
            "web: *x",
            "1: is not YAML: found undefined alias; mind indentation (blanks, no tabulators), colons and quotes"),
    ])
    func `YAML itself`(_ expected: Case) { #expect(Self.problems(expected.text) == expected.problems) }

    @Test func `All problems are shown at once, in the order of lines`() {
        let text = "wbe: 1\nsources:\n  - {type: file, name: a, paths: [x], poll: 1}\njournal: {node: x}\nweb: {port: x}\n"
        #expect(Self.problems(text).map { $0.prefix { $0 != ":" } } == ["1", "3", "4", "5"])
    }

    @Test func `Problems name the file, the line and the key`() {
        #expect(
            throws: ConfigurationError(problems: [
                .init(file: "a/b.yaml", line: 2, key: "web.prot", text: "unknown key; did you mean port?")
            ])
        ) {
            try Configuration.parse("web:\n  prot: 1\n", name: "a/b.yaml", environment: [:])
        }
        let problem = ConfigurationError.Problem(file: "a.yaml", line: nil, key: "", text: "is not UTF-8; save it as UTF-8")
        #expect("\(problem)" == "a.yaml: is not UTF-8; save it as UTF-8")
    }

    @Test func `A file that is not there, too large or not text is refused`() throws {
        func problem(_ path: String) -> String {
            do {
                _ = try Configuration.load(path: path, environment: [:])
                return ""
            } catch { return error.problems.map(\.text).joined() }
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("petrel-configuration-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("c.yaml")
        #expect(problem(file.path) == "cannot be read: No such file or directory; check path and permissions")
        #expect(problem(folder.path) == "cannot be read; check that it is a file")
        try Data(repeating: UInt8(ascii: "#"), count: (1 << 20) + 1).write(to: file)
        #expect(problem(file.path) == "is larger than 1MiB; split it or check the path")
        try Data([UInt8(ascii: "#"), 0xFF]).write(to: file)
        #expect(problem(file.path) == "is not UTF-8; save it as UTF-8")
        try Data().write(to: file)
        #expect(problem(file.path) == "")
    }

    // MARK: Bombs

    @Test func `Aliases cannot make a small file a huge one`() {
        let names = String(repeating: "a,", count: 5000)
        let source = "  - {type: file, name: a, paths: *h}\n"
        let text = "web:\n  hosts: &h [\(names)]\nsources:\n" + String(repeating: source, count: 3000)
        #expect(Self.problems(text).first?.hasSuffix("is one value too many (100,000, aliases counted each time); split the file") == true)
    }

    @Test func `Deep nesting is refused`() {
        #expect(Self.problems(String(repeating: "[", count: 5000)).first?.contains("is not YAML: Maximum nesting level reached") == true)
    }

    @Test func `Secrets never stand in problems`() {
        let secret = "hunter2hunter2hunter2"
        for text in ["web: {token: \(secret)}", "web: {token: [\(secret)]}", "web: {tokn: \(secret)}", "web: {token: '${\(secret)'}"] {
            let problems = Self.problems(text)
            #expect(!problems.isEmpty)
            #expect(!problems.joined().contains(secret), "\(text)")
        }
    }
}

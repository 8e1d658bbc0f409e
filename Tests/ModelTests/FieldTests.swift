import Foundation
import Model
import TestKit
import Testing

@Suite struct FieldTests {
    @Test func `Every field is defined exactly once, under a name of its own`() {
        let fields = Field.definitions.map(\.0)
        #expect(Set(fields).count == fields.count)
        #expect(Set(fields) == Set(Field.allCases))
        let names = Field.definitions.map(\.1.name)
        #expect(Set(names).count == names.count)
        for (field, definition) in Field.definitions {
            #expect(Field.named(definition.name) == field)
            #expect(field.name == definition.name && field.type == definition.type)
            #expect(definition.summary.hasSuffix(".") || definition.summary.hasSuffix("…"), "\(definition.name): a summary is a sentence")
            #expect(!definition.name.isEmpty && definition.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
        }
        #expect(Field.named("no.such.field") == nil)
    }

    @Test func `No name is an object and a value at once`() {
        let names = Set(Field.definitions.filter { $0.1.type != .label }.map(\.1.name))
        for name in names {
            let parts = name.split(separator: ".")
            for count in 1..<max(parts.count, 1) {
                #expect(!names.contains(parts[..<count].joined(separator: ".")), "\(name) lies inside another field")
            }
        }
    }

    @Test func `Numbers and types of stored fields never change`() throws {
        let lines = Field.allCases.map { "\($0.rawValue) \($0.type) \($0.name)\n" }.joined()
        let difference = try Golden.difference(Array(lines.utf8), from: Golden.file("Golden/fields.txt"))
        #expect(difference == nil, "the journal holds these numbers: new fields go to the end")
    }

    @Test func `Names of closed sets read back`() {
        for type in AttackType.allCases { #expect(AttackType(name: type.name) == type) }
        for severity in AttackSeverity.allCases { #expect(AttackSeverity(name: severity.name) == severity) }
        for family in EventFamily.allCases { #expect(EventFamily(name: family.name) == family) }
        for accuracy in GeoAccuracy.allCases { #expect(GeoAccuracy(name: accuracy.name) == accuracy) }
        #expect(AttackType(name: "Scan") == nil)
        #expect(AttackSeverity.low < .critical)
    }

    @Test(
        arguments: [("suricta", "suricata"), ("cowire", "cowrie"), ("x", nil), ("", nil), ("suri", "suricata"), ("zzzzzz", nil)]
            as [(String, String?)])
    func `A misspelt name is recognised`(name: String, meant: String?) {
        #expect(Spelling.nearest(to: name, among: ["suricata", "cowrie", "marx"]) == meant)
    }
}

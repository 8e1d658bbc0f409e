import Model

/// Schemas that several answers share.
enum ComponentSchemas {
    /// All of them by name.
    static var tree: JSONTree {
        .object(all.map { JSONTree.Member(name: $0.key, value: $0.value.json) })
    }

    static let all: KeyValuePairs<String, Schema> = [
        "Problem": problem, "Event": EventSchema.event, "EventID": eventID, "Ledger": ledger, "Value": value,
        "Source": SourceSchema.source,
        "Snapshot": LiveSchemas.snapshot,
        "Frame": LiveSchemas.frame,
    ]

    /// RFC 9457.
    private static let problem = Schema.object(
        [
            "type": .string, "title": .string, "status": .integer(400...599),
            "detail": .string.described("What is wrong and what to do."),
            "position": Schema.count.described("Where in the query `q` the fault is, in Unicode scalars from its start."),
            "text": .string.described("The same for clients of the event collector."),
            "code": Schema.count.described("What the event collector calls it."),
        ], optional: ["position", "text", "code"])

    /// A commit id: more than 2^53, so it is text.
    private static let eventID = Schema.string(pattern: "^[0-9]{1,19}$").described("Commit id of an event, a whole number as text.")

    /// The books: received is the sum of the others.
    static let ledger = Schema.object([
        "received": .count, "stored": .count, "duplicate": .count, "filtered": .count, "dead_lettered": .count, "shed": .count,
    ])

    /// A value by which events are grouped.
    private static let value = Schema.either([.string, .number, .boolean]).described("A value of a field, of the field's type.")
}

/// The ECS document of an event, made from the list of fields.
enum EventSchema {
    static let event: Schema = {
        var root = Node()
        for (_, definition) in Field.definitions where definition.type != .label {
            root.insert(definition.name.split(separator: ".").map(String.init)[...], leaf(definition))
        }
        root.insert(["event", "id"], Schema.component("EventID").json)
        root.insert(["event", "ingested"], Schema.time.described("When it was stored.").json)
        root.insert(["event", "original"], Schema.string.described("The record as it came; only where one event is asked for.").json)
        root.insert(["labels"], Schema.map(.any).described("What has no field of its own.").json)
        let required: JSONTree = ["event", "@timestamp"]
        return Schema.any.with("type", "object").with("required", required).with("properties", root.properties).with(
            "additionalProperties", false)
    }()

    /// One value, or a list of them where the field stands several times.
    private static func leaf(_ definition: FieldDefinition) -> JSONTree {
        let one: Schema =
            switch definition.type {
            case .keyword, .text, .ip, .label: .string
            case .integer: .integer
            case .number: Schema.number.orNull
            case .date: .time
            case .boolean: .boolean
            case .geoPoint: Schema.object(["lat": .number, "lon": .number]).orNull
            }
        return Schema.either([one, .array(one)]).described(definition.summary).json
    }

    private struct Node {
        private var members: [(name: String, schema: JSONTree?, child: [Node])] = []

        mutating func insert(_ path: ArraySlice<String>, _ schema: JSONTree) {
            guard let name = path.first else { return }
            let index =
                members.firstIndex { $0.name == name }
                ?? {
                    members.append((name, nil, []))
                    return members.count - 1
                }()
            if path.count == 1 {
                members[index].schema = schema
            } else {
                var child = members[index].child.first ?? Node()
                child.insert(path.dropFirst(), schema)
                members[index].child = [child]
            }
        }

        var properties: JSONTree {
            .object(
                members.map { member in
                    let below: JSONTree? = member.child.first.map {
                        ["type": "object", "properties": $0.properties, "additionalProperties": false]
                    }
                    return JSONTree.Member(name: member.name, value: below ?? member.schema ?? [:])
                })
        }
    }
}

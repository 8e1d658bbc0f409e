import Columns
import HTTPTypes
import Model

/// What ``AnalysisRoutes`` and ``CompletionRoutes`` answer.
extension Operation {
    private static let value = Schema.component("Value")
    /// Values of a field with count, first and last event time.
    private static let seenValues: KeyValuePairs<String, Schema> = [
        "values": .array(.object(["value": value, "count": .count, "first": .time, "last": .time])), "field": .string, "distinct": .count,
    ]
    private static let seenExample: JSONTree = [
        "values": [["value": "198.51.100.7", "count": 3, "first": "2024-05-01T12:00:00Z", "last": "2024-05-01T12:07:31.000250Z"]],
        "field": "source.ip", "distinct": 812, "upTo": "382495043224600576",
    ]
    private static let wholeField = Parameter.field("field", "Whose values.", isRequired: true, example: "source.ip")

    static let facets = question(
        "facets", path: "facets", "Several top lists, the number of events and a histogram in one pass.",
        parameters: [
            Parameter(
                name: "field",
                schema: Schema.array(.string(pattern: "^[A-Za-z0-9_.]+(,[A-Za-z0-9_.]+){0,3}$")).with(
                    "maxItems", .integer(Question<Facets>.mostFacets)),
                summary: "For each list one to four names of fields, with commas between them.",
                example: ["source.ip", "source.geo.country_iso_code,destination.port"], isRepeated: true),
            Parameter(name: "size", schema: Schema.integer(1...1000).standard(10), summary: "Most groups of each list.", example: 3),
            .interval, .field("by", "Split the histogram by the values of this field.", isRequired: false, example: "attack.type"),
        ],
        answer: [
            "count": .count,
            "spans": .array(.object(["start": .time, "value": value, "count": .count], optional: ["value"])),
            "facets": .array(
                .object([
                    "groups": .array(.object(["values": .array(value), "count": .count])), "fields": .array(.string), "distinct": .count,
                ])),
        ],
        example: [
            "count": 17, "spans": [["start": "2024-05-01T12:00:00Z", "count": 17]],
            "facets": [["groups": [["values": ["198.51.100.7"], "count": 9]], "fields": ["source.ip"], "distinct": 4]],
            "upTo": "382495043224600576",
        ])

    static let percentiles = question(
        "percentiles", path: "percentiles", "Percentiles, least, greatest and mean of a field of numbers, exact by nearest rank.",
        details: "Groups come by count, with an `interval` by time; `limit` is by default 10, with an `interval` 10,000.",
        parameters: [
            .field("field", "Whose numbers.", isRequired: true, example: "destination.port"),
            Parameter(
                name: "percent",
                schema: Schema.array(.number(0...100)).with("minItems", 1).with("maxItems", 100).standard([50, 90, 95, 99]),
                summary: "The percents.", example: [50, 99.9], isList: true),
            .field("by", "A group for each value of this field.", isRequired: false, example: "source.geo.country_iso_code"),
            Parameter(name: "interval", schema: Parameter.span, summary: "A group for each span of time.", example: "1d"),
            Parameter(name: "limit", schema: .integer(1...10_000), summary: "Most groups in the answer.", example: 3),
        ],
        answer: [
            "groups": .array(
                .object(
                    [
                        "start": .time, "value": value, "count": Schema.count.described("Numbers; an event may have several."),
                        "min": .number, "max": .number, "mean": Schema.number.orNull, "percentiles": .array(.number),
                    ], optional: ["start", "value"])),
            "percents": .array(.number), "field": .string, "distinct": .count,
        ],
        example: [
            "groups": [["value": "DE", "count": 9, "min": 22, "max": 8080, "mean": 300.5, "percentiles": [22, 8080]]],
            "percents": [50, 99.9], "field": "destination.port", "distinct": 41, "upTo": "382495043224600576",
        ])

    static let seen = question(
        "seenValues", path: "seen", "Values of a field with count, first and last event time.",
        details: "Without `field`, count, first and last event time of the events as a whole.",
        parameters: [
            .field("field", "Whose values.", isRequired: false, example: "source.ip"),
            Parameter(
                name: "order", schema: Schema.choice(SeenOrder.allCases.map(\.rawValue)).standard(.text(SeenOrder.frequent.rawValue)),
                summary: "By count, or by the time when a value was first (`newest`, `oldest`) or last (`recent`) seen.", example: "newest"),
            .limit(1...10_000, standard: 10),
        ], answer: seenValues, or: ["count": .count, "first": Schema.time.orNull, "last": Schema.time.orNull], example: seenExample)

    static let rare = question(
        "rareValues", path: "rare", "Values of a field that the fewest events have, with first and last event time.",
        parameters: [wholeField, .limit(1...10_000, standard: 10)], answer: seenValues, example: seenExample)

    static let firstSeen = question(
        "newValues", path: "first-seen", "Values of a field that never came before `from`, the newest first.",
        details: "All stored events are looked at, also those before `from`, which is by default the beginning of today in UTC.",
        parameters: [wholeField, .limit(1...10_000, standard: 10)],
        answer: [
            "values": .array(.object(["value": value, "count": .count, "first": .time, "last": .time])), "field": .string,
            "distinct": .count, "since": .time,
        ], example: seenExample.with("since", "2024-05-01T00:00:00Z"))

    static let places = question(
        "places", path: "places", "Events per cell of the earth, each with the coordinates of its middle.",
        parameters: [
            .field("field", "Which places.", standard: .sourceLocation, type: .geoPoint),
            Parameter(
                name: "degrees", schema: Schema.number(0.01...90).standard(1), summary: "Height and width of the cells; without `geohash`.",
                example: 2.5),
            Parameter(name: "geohash", schema: .integer(1...9), summary: "Letters of the geohashes that are the cells."),
            .limit(1...10_000, standard: 1000),
        ],
        answer: [
            "cells": .array(
                .object(
                    ["lat": .number(-90...90), "lon": .number(-180...180), "geohash": .string, "count": .count], optional: ["geohash"])),
            "field": .string, "height": .number, "width": .number, "distinct": .count,
        ],
        example: [
            "cells": [["lat": 51.25, "lon": 8.75, "count": 7]], "field": "source.geo.location", "height": 2.5, "width": 2.5, "distinct": 90,
            "upTo": "382495043224600576",
        ])

    private static let side: Schema = .object([
        "field": .string, "values": .array(.object(["value": value, "count": .count])), "distinct": .count,
    ])

    static let matrix = question(
        "matrix", path: "matrix", "How often values of two fields meet.",
        details: "The count of a row or column is that of its events, whether or not they have a value of the other field.",
        parameters: [
            .field("rows", "Whose values are the rows.", standard: .sourceCountryCode),
            .field("columns", "Whose values are the columns.", standard: .observerName),
            Parameter(name: "limit", schema: Schema.integer(1...1000).standard(20), summary: "Most rows.", example: 3),
            Parameter(name: "columnLimit", schema: Schema.integer(1...1000).standard(20), summary: "Most columns.", example: 3),
        ],
        answer: [
            "rows": side, "columns": side, "cells": .array(Schema.array(.count).described("A row.")),
            "total": Schema.count.described("All events."),
        ],
        example: [
            "rows": ["field": "source.geo.country_iso_code", "values": [["value": "CN", "count": 9]], "distinct": 41],
            "columns": ["field": "observer.name", "values": [["value": "berlin", "count": 11]], "distinct": 3], "cells": [[4]], "total": 12,
            "upTo": "382495043224600576",
        ])

    static let surprise = question(
        "surprisingValues", path: "surprise", "Values of a field that depart from what is usual for them at that time of day.",
        details: "The window before `to` (by default now) is compared with the same window of the days before; `from` is not looked at.",
        parameters: [
            wholeField,
            Parameter(
                name: "interval", schema: Parameter.span.standard("1h"), summary: "Length of the window, from a second to a day.",
                example: "6h"),
            Parameter(
                name: "days", schema: Schema.integer(1...90).standard(14),
                summary: "Days to compare with; fewer where the stored events do not go back so far.", example: 7),
            .limit(1...10_000, standard: 10),
            Parameter(
                name: "order", schema: Schema.choice(["desc", "asc"]).standard("desc"),
                summary: "What is more than usual first, or what is missing the most."),
        ],
        answer: [
            "values": .array(
                .object([
                    "value": value, "count": .count, "mean": .number,
                    "score": Schema.number.described("About the number of standard deviations."),
                    "first": .time, "first_seen_today": .boolean,
                ])), "field": .string, "days": .count, "from": .time, "to": .time, "distinct": .count,
        ],
        example: [
            "values": [
                [
                    "value": "198.51.100.7", "count": 9, "mean": 1.5, "score": 3.3, "first": "2024-05-01T12:00:00Z",
                    "first_seen_today": false,
                ]
            ], "field": "source.ip", "days": 7, "from": "2024-05-09T06:00:00Z", "to": "2024-05-09T12:00:00Z", "distinct": 90,
            "upTo": "382495043224600576",
        ])

    static let complete = Operation(
        method: .get, path: "/api/v1/complete", name: "completeQuery", tag: .questions,
        summary: "What may stand at the caret of a query that is being written.",
        details: "`text` of a proposal replaces what stands from `from` to `to`. Values are those of the events of `from` and `to`.",
        parameters: [
            Parameter(name: "q", schema: .string, summary: "The query so far.", example: "user.name: ro"),
            .from, .to, .upTo,
            Parameter(
                name: "caret", schema: .integer(0...1_000_000), summary: "Place of the caret in Unicode scalars; by default the end.",
                example: 13),
            Parameter(name: "limit", schema: Schema.integer(1...200).standard(20), summary: "Most fields or values.", example: 3),
        ],
        reply: Reply(
            "Proposals, and what they replace.",
            .object([
                "kind": Schema.choice(["field", "operator", "value", "connective"]).orNull.described("Null where nothing can stand."),
                "field": Schema.string.orNull, "from": .count, "to": .count,
                "proposals": .array(
                    .object(
                        [
                            "text": .string, "label": .string, "type": Schema.string.described("Of a field."), "meaning": .string,
                            "count": Schema.count.described("Events that have the value."),
                        ], optional: ["type", "meaning", "count"])),
            ]),
            example: [
                "kind": "value", "field": "user.name", "from": 11, "to": 13,
                "proposals": [["text": "root", "label": "root", "count": 812]],
            ]), refusals: refusals, allowance: .query, hasTag: true)
}

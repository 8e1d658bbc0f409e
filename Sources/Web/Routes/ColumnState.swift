import Columns
import HTTPTypes
import Model

/// How far the columns and the index of their words have come.
struct ColumnState: Sendable {
    let columns: ColumnStore
    /// What indexes the words; nil where nothing does.
    let text: TextIndexer?

    /// As the API tells it.
    var json: [UInt8] {
        let (size, progress) = (columns.size, columns.textProgress)
        var json = JSONText()
        json.object { json in
            json.member("upTo", "\(columns.upTo)")
            json.member("events", size.rows)
            json.member("segments", size.segments)
            json.member("bytes", size.bytes)
            json.member("mended", columns.mended)
            json.member("failure", columns.failure ?? columns.repairFailure)
            json.member("text") { json in
                json.object { json in
                    json.member("indexed", progress.indexed)
                    json.member("sealed", progress.sealed)
                    json.member("segments", progress.segments)
                    json.member("bytes", progress.bytes)
                    json.member("failure", text?.failure)
                }
            }
        }
        return json.bytes
    }

    /// As metrics tell it.
    var gauges: [(name: String, help: String, value: Int)] {
        let progress = columns.textProgress
        return [
            ("petrel_column_events", "Events in the columns.", progress.events),
            ("petrel_text_sealed_events", "Events of the columns in sealed segments, which can be indexed.", progress.sealed),
            ("petrel_text_indexed_events", "Events of sealed segments whose words are indexed.", progress.indexed),
            ("petrel_text_index_bytes", "Bytes of the index of words.", progress.bytes),
        ]
    }
}

extension Operation {
    static let columns = Operation(
        method: .get, path: "/api/v1/columns", name: "getColumns", tag: .state,
        summary: "How far the columns and the index of their words have come.",
        reply: Reply(
            "Counts of events, segments and bytes.",
            .object([
                "upTo": Schema.string.described("Id of the last event in the columns."), "events": .count, "segments": .count,
                "bytes": .count,
                "mended": Schema.count.described("Segments made again since the start, because a part was found to be damaged."),
                "failure": Schema.string.orNull.described(
                    "Why the columns do not follow the journal at the moment, or why a damaged segment cannot be made again."),
                "text": .object([
                    "indexed": Schema.count.described("Events whose words are indexed."),
                    "sealed": Schema.count.described("Events in sealed segments, which can be indexed; the newest are searched in memory."),
                    "segments": .count, "bytes": .count,
                    "failure": Schema.string.orNull.described("Why words are not indexed at the moment, or which cannot be."),
                ]),
            ])), allowance: .query)
}

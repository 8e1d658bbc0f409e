import Followers
import HTTPTypes
import Hummingbird
import Journal
import Model
import Pipeline

/// The sources: what they do, and the switches by which they are held.
struct SourceRoutes: Sendable {
    let pipeline: IngestPipeline
    let deadLetters: DeadLetterCounts

    func add(to table: inout RouteTable) {
        table.add(.sources) { _, _ in
            let (shown, counts) = (shown, try await deadLetters.bySource)
            var json = JSONText()
            json.object { json in
                json.member("sources") { json in
                    json.array { json in for source in shown { Self.write(source, counts, pipeline, to: &json) } }
                }
            }
            return Response(json.bytes)
        }
        table.add(.source) { _, context in try await answer(context.parameters.require("name")) }
        table.add(.pauseSource) { _, context in try await set(context.parameters.require("name"), isPaused: true) }
        table.add(.resumeSource) { _, context in try await set(context.parameters.require("name"), isPaused: false) }
    }

    /// A source that runs, has run or has books.
    private struct Shown {
        var name: String
        var status: SourceStatus?
        var ledger: Ledger
    }

    private var shown: [Shown] {
        let ledgers = pipeline.journal.ledgers
        let statuses = Dictionary(uniqueKeysWithValues: pipeline.sources.map { ($0.name, $0) })
        return Set(ledgers.keys).union(statuses.keys).sorted().map {
            Shown(name: $0, status: statuses[$0], ledger: ledgers[$0] ?? Ledger())
        }
    }

    private func set(_ name: String, isPaused: Bool) async throws -> Response {
        let result: IngestPipeline.ControlResult
        do {
            result = try pipeline.set(name, isPaused: isPaused)
        } catch {
            throw Problem(status: .serviceUnavailable, detail: "the state cannot be kept over a restart, so it was not changed: \(error)")
        }
        switch result {
        case .done: return try await answer(name)
        case .unknown: throw Self.unknown(name)
        case .unsupervised:
            throw Problem(
                status: .conflict, detail: "\(name) is not run by this server: what comes by HTTP or from a command cannot be paused")
        }
    }

    private func answer(_ name: String) async throws -> Response {
        guard let source = shown.first(where: { $0.name == name }) else { throw Self.unknown(name) }
        let counts = try await deadLetters.bySource
        var json = JSONText()
        Self.write(source, counts, pipeline, to: &json)
        return Response(json.bytes)
    }

    private static func unknown(_ name: String) -> Problem {
        Problem(status: .notFound, detail: "there is no source \(name); GET /api/v1/sources names them")
    }

    private static func write(_ source: Shown, _ counts: [String: Int], _ pipeline: IngestPipeline, to json: inout JSONText) {
        let status = source.status
        json.object { json in
            json.member("name", source.name)
            json.member("state", (status?.state ?? .stopped).rawValue)
            json.member("since", status?.since.iso8601)
            json.member("reason", status == nil ? "not configured, or not run since the start" : status?.reason)
            json.member("rate") { $0.value(status?.rate ?? 0, digits: 2) }
            json.member("lag") { $0.value(status?.lag, digits: 1) }
            json.member("future", status?.future ?? 0)
            json.member("watermark", status?.watermark?.iso8601)
            json.member("last_event", status?.lastEvent?.iso8601)
            json.member("last_error") { json in
                guard let error = status?.lastError else { return json.value(nil as String?) }
                json.object { json in
                    json.member("text", error.text)
                    json.member("time", error.time.iso8601)
                }
            }
            json.member("retry_at", status?.retryAt?.iso8601)
            json.member("format", pipeline.settings(of: source.name)?.format)
            json.member("can_pause") { $0.value(status?.isSupervised ?? false) }
            json.member("simulated") { $0.value(status?.isSimulated ?? false) }
            json.member("overload", (status?.overload ?? .block).name)
            json.member("spill") { json in
                guard let spill = status?.spill else { return json.value(nil as String?) }
                json.object { json in
                    json.member("batches", spill.batches)
                    json.member("bytes", Int(spill.bytes))
                    json.member("limit", Int(spill.limit))
                }
            }
            json.member("dead_letters", counts[source.name] ?? 0)
            json.member("ledger") { $0.value(source.ledger) }
        }
    }
}

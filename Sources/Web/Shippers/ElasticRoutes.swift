import HTTPTypes
import Hummingbird
import Model
import NIOCore
import Wire

/// Elasticsearch's bulk API, and what its clients ask before they use it.
struct ElasticRoutes: Sendable {
    /// The source under which it is booked.
    static let source = "bulk"

    let handshake: ElasticHandshake
    let bodies: RequestBodies
    let intake: ShipperIntake

    func add(to table: inout RouteTable) {
        for operation in Operation.bulk { table.add(operation) { request, _ in try await bulk(request, index: nil) } }
        for operation in Operation.indexBulk {
            table.add(operation) { request, context in try await bulk(request, index: Self.name("index", context)) }
        }
        table.add(.elasticLicense) { request, _ in Self.answer(request, ElasticHandshake.license) }
        table.add(.elasticFeatures) { request, _ in Self.answer(request, ElasticHandshake.features) }
        table.add(.clusterHealth) { request, _ in Self.answer(request, handshake.health) }
        table.add(.nodes) { request, _ in Self.answer(request, handshake.nodes(request)) }
        table.add(.catHealth) { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain", .elasticProduct: "Elasticsearch", .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(string: "petrel \(handshake.status)\n")))
        }
        for setting in Operation.ElasticSetting.allCases {
            table.add(setting.question) { _, context in
                let name = try Self.name("name", context)
                throw Problem(
                    status: .notFound, detail: "there is no \(setting.rawValue) \(name): such settings are not kept",
                    fields: [.elasticProduct: "Elasticsearch"])
            }
            table.add(setting.setting) { request, context in
                _ = try Self.name("name", context)
                try await acknowledge(request)
                return ElasticHandshake.answer(
                    ["acknowledged": true], warning: "not kept: fields are mapped by formats, and files by retention")
            }
        }
    }

    /// A part of the path, within its limits.
    private static func name(_ parameter: String, _ context: WebContext) throws -> String {
        let name = try context.parameters.require(parameter)
        guard (1...BulkRequest.longestIndex).contains(name.utf8.count) else {
            throw Problem(status: .badRequest, detail: "\(parameter): 1 to \(BulkRequest.longestIndex) bytes")
        }
        return name
    }

    private static func answer(_ request: Request, _ tree: JSONTree, warning: String? = nil) -> Response {
        ElasticHandshake.answer(FilterPath(QueryString(request)["filter_path"])?.filter(tree) ?? tree, warning: warning)
    }

    /// Reads a setting as far as to see that it is JSON.
    private func acknowledge(_ request: Request) async throws {
        let (body, reserved) = try await bodies.read(request)
        defer { bodies.release(reserved) }
        guard !body.isEmpty else { return }
        var reader = JSONReader()
        do {
            try reader.read(body.span)
        } catch {
            throw Problem(status: .badRequest, detail: "the body is not JSON: \(error)")
        }
    }

    private func bulk(_ request: Request, index: String?) async throws -> Response {
        try intake.check()
        let start = ContinuousClock.now
        let (body, reserved) = try await bodies.read(request)
        defer { bodies.release(reserved) }
        let bulk = try BulkRequest(body, index: index)
        let done = bulk.items.indices.filter { [.index, .create].contains(bulk.items[$0].action) }
        let records = done.map { record(bulk.items[$0], body) }
        let outcomes = records.isEmpty ? [] : try await intake.store(records, source: Self.source, mayBePart: true)
        var answers: [(item: BulkRequest.Item, outcome: ShipperIntake.Outcome?)] = bulk.items.map { ($0, nil) }
        for (place, outcome) in zip(done, outcomes) { answers[place].outcome = outcome }
        let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
        let hasPipeline = QueryString(request)["pipeline"].map { $0 != "_none" } ?? false
        return Self.answer(
            request, BulkAnswer.tree(answers, milliseconds: milliseconds),
            warning: hasPipeline ? "pipelines are not run: documents are decoded by formats" : nil)
    }

    private func record(_ item: BulkRequest.Item, _ body: [UInt8]) -> ShippedRecord {
        ShippedRecord(
            sorted: intake.sorter.sort(Array(body[item.document]), names: [item.index]), stream: "bulk \(item.index)",
            key: item.id.map { "\(item.index)/\($0)" })
    }
}

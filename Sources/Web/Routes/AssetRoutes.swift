import CWebAssets
import HTTPTypes
import Hummingbird
import Model

/// The pages and what they need: built into the program, or read from a folder while they are being made.
struct AssetRoutes: Sendable {
    /// Folder that replaces the built-in pages; nil uses those.
    let webRoot: String?
    /// Folder of the data files (world.json).
    let assetFolder: String
    /// What a client of Elasticsearch is told that asks for the page.
    let handshake: ElasticHandshake

    private static let types = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
        "svg": "image/svg+xml", "json": "application/json", "webmanifest": "application/manifest+json",
    ]

    /// The screens by their paths. Their parameters are the view's and are read in the browser. Pages refer to their files relatively, so
    /// each has paths of one depth, and a slash behind one is taken off.
    private static let screens = [
        "board": "board.html", "explore": "explore.html", "sources": "sources.html", "entity/:kind/:value": "entity.html",
    ]

    func register(on group: RouterGroup<WebContext>) {
        group.get("/") { request, _ in
            if ElasticHandshake.isMeant(by: request) { return try handshake.root(for: request) }
            return try await file("index.html", request)
        }
        for (path, name) in Self.screens {
            group.get(RouterPath(path)) { request, _ -> Response in
                if let plain = Self.withoutSlash(request) { return Response.redirect(to: plain, type: .permanent) }
                return try await file(name, request)
            }
        }
        group.get("assets/world.json") { request, _ in try await dataFile("world.json", request) }
        for name in Self.builtIn.keys {
            group.get(RouterPath(name)) { request, _ in try await file(name, request) }
        }
    }

    /// Where a screen is that was asked for with a slash behind its path, relatively, so that it holds behind any proxy; else nil.
    private static func withoutSlash(_ request: Request) -> String? {
        guard request.uri.path.hasSuffix("/"), let last = request.uri.path.split(separator: "/").last else { return nil }
        return "../\(last)\(request.uri.query.map { "?\($0)" } ?? "")"
    }

    /// The built-in screens, each with links to its modules.
    private static let pages = {
        let preloads = ModulePreloads(builtIn)
        return builtIn.filter { $0.key.hasSuffix(".html") }.mapValues(preloads.page)
    }()

    /// The built-in files by path.
    static let builtIn: [String: [UInt8]] = {
        var files: [String: [UInt8]] = [:]
        for index in 0..<Int(petrel_web_asset_count) {
            let asset = petrel_web_asset(Int32(index))
            files[String(cString: asset.path)] = [UInt8](UnsafeBufferPointer(start: asset.bytes, count: Int(asset.length)))
        }
        return files
    }()

    private func file(_ name: String, _ request: Request) async throws -> Response {
        if let webRoot { return try await read("\(webRoot)/\(name)", type: type(of: name), request) }
        guard let bytes = Self.pages[name] ?? Self.builtIn[name] else { throw Problem(status: .notFound, detail: "there is no \(name)") }
        return answer(bytes, type: type(of: name), request)
    }

    private func dataFile(_ name: String, _ request: Request) async throws -> Response {
        try await read("\(assetFolder)/\(name)", type: type(of: name), request)
    }

    private func read(_ path: String, type: String, _ request: Request) async throws -> Response {
        guard let bytes = FileBytes.read(path) else {
            throw Problem(status: .notFound, detail: "the file is not there; run tools/assets.py, or name the folder with --assets")
        }
        return answer(bytes, type: type, request)
    }

    private func type(of name: String) -> String {
        Self.types[name.split(separator: ".").last.map(String.init) ?? ""] ?? "application/octet-stream"
    }

    private func answer(_ bytes: [UInt8], type: String, _ request: Request) -> Response {
        let tag = EntityTag.strong(bytes)
        let headers: HTTPFields = [.contentType: type, .cacheControl: "no-cache", .eTag: tag]
        if EntityTag.matches(tag, request) { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

import HTTPTypes
import Hummingbird

/// Refuses what may not be answered, and gives every answer the headers that keep browsers safe.
struct GuardMiddleware<Context: RequestContext>: RouterMiddleware {
    let access: AccessControl

    /// No other origin, no inline script or style, no frame.
    static var contentSecurityPolicy: String {
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
            + "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    }

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            try check(request)
            response = try await next(request, context)
        } catch let error as Problem {
            response = try CollectorCode.coded(error, request).response(from: request, context: context)
        } catch let error as any HTTPResponseError {
            let problem = Problem(status: error.status, detail: error.status == .notFound ? "there is nothing at this path" : "\(error)")
            response = try CollectorCode.coded(problem, request).response(from: request, context: context)
        }
        response.headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.crossOriginOpenerPolicy] = "same-origin"
        return response
    }

    private func check(_ request: Request) throws(Problem) {
        guard access.permitsHost(request.head.authority) else {
            throw Problem(status: .misdirectedRequest, detail: AccessControl.foreignHost)
        }
        let isChange = request.method != .get && request.method != .head
        if isChange, let site = request.headers[.secFetchSite], site == "cross-site" || site == "same-site" {
            throw Problem(status: .forbidden, detail: "a page of another site may not send this")
        }
        guard access.isPublic(request.uri.path) || access.permits(request.headers) else {
            throw Problem(status: .unauthorized, detail: "a token is needed: send Authorization: Bearer …, or enter it on the page")
        }
    }
}

extension HTTPField.Name {
    static let contentSecurityPolicy = Self("Content-Security-Policy").unsafelyUnwrapped
    static let xContentTypeOptions = Self("X-Content-Type-Options").unsafelyUnwrapped
    static let referrerPolicy = Self("Referrer-Policy").unsafelyUnwrapped
    static let crossOriginOpenerPolicy = Self("Cross-Origin-Opener-Policy").unsafelyUnwrapped
    static let secFetchSite = Self("Sec-Fetch-Site").unsafelyUnwrapped
    static let xForwardedProto = Self("X-Forwarded-Proto").unsafelyUnwrapped
    static let idempotencyKey = Self("Idempotency-Key").unsafelyUnwrapped
    static let retryAfter = Self("Retry-After").unsafelyUnwrapped
}

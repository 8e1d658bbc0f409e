import HTTPTypes
import Hummingbird

/// The codes by which clients of Splunk's event collector know what happened.
enum CollectorCode: Int {
    case success = 0
    case tokenMissing = 2
    case tokenWrong = 4
    case noData = 5
    case invalidFormat = 6
    case failed = 8
    case busy = 9
    case channelMissing = 10
    case channelInvalid = 11
    case eventMissing = 12
    case eventBlank = 13
    case fieldsInvalid = 15
    case healthy = 17
    case unhealthy = 18

    /// What Splunk says for it.
    var text: String {
        switch self {
        case .success: "Success"
        case .tokenMissing: "Token is required"
        case .tokenWrong: "Invalid token"
        case .noData: "No data"
        case .invalidFormat: "Invalid data format"
        case .failed: "Internal server error"
        case .busy: "Server is busy"
        case .channelMissing: "Data channel is missing"
        case .channelInvalid: "Invalid data channel"
        case .eventMissing: "Event field is required"
        case .eventBlank: "Event field cannot be blank"
        case .fieldsInvalid: "Error in handling indexed fields"
        case .healthy: "HEC is healthy"
        case .unhealthy: "HEC is unhealthy, queues are full"
        }
    }

    /// The refusal of a request, with what else there is to say.
    func problem(_ detail: String? = nil, status: HTTPResponse.Status = .badRequest, retryAfter: Int? = nil) -> Problem {
        var problem = Problem(status: status, detail: detail.map { "\(text): \($0)" } ?? text, retryAfter: retryAfter)
        problem.collectorCode = rawValue
        return problem
    }

    /// A problem on one of the collector's paths, with the code that its clients look for; others as they are.
    static func coded(_ problem: Problem, _ request: Request) -> Problem {
        guard problem.collectorCode == nil, request.uri.path.split(separator: "/").contains("services") else { return problem }
        let code: CollectorCode =
            switch problem.status {
            case .unauthorized: request.headers[.authorization] == nil ? .tokenMissing : .tokenWrong
            case .tooManyRequests, .serviceUnavailable: .busy
            case .badRequest, .contentTooLarge, .unsupportedMediaType: .invalidFormat
            default: .failed
            }
        var coded = problem
        coded.collectorCode = code.rawValue
        return coded
    }
}

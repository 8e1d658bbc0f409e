import FoundationEssentials
import HTTPTypes

/// Small JSON bodies of the form `{"key":"text"}`.
enum JSONAction {
    static func decode(_ body: String, key: String = "action") throws -> String? {
        try JSONDecoder().decode([String: String].self, from: Data(body.utf8))[key]
    }
}

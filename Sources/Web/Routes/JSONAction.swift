import FoundationEssentials
import HTTPTypes

/// Small JSON bodies of the form `{"key":"text"}`.
enum JSONAction {
    /// The text under that key; nil where the body is anything but an object with this one member.
    static func decode(_ body: String, key: String) -> String? {
        guard let members = try? JSONDecoder().decode([String: String].self, from: Data(body.utf8)), members.count == 1 else { return nil }
        return members[key]
    }
}

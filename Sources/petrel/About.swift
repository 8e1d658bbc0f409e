import Foundation
import Model

/// The About page: the version and who must be named.
enum About {
    static func json(assetFolder: String) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("version", Petrel.version)
            json.member("attributions") { json in
                let text = FileManager.default.contents(atPath: "\(assetFolder)/attributions.json").map { Array($0) }
                json.value(json: text.flatMap { isJSON($0) ? $0 : nil } ?? Array("[]".utf8))
            }
        }
        return json.bytes
    }

    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes))) != nil
    }
}

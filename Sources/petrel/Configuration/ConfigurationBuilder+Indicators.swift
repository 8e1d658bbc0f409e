import Enrichment
import Formats
import Pipeline

extension ConfigurationBuilder {
    /// The indicator lists, in order.
    mutating func indicators(_ formats: FormatCatalogue) -> [IndicatorList] {
        var lists: [IndicatorList] = []
        for section in sections.sections("indicators") {
            guard let name = section.text("name"), let path = section.text("path") else { continue }
            if let problem = Self.problem(ofName: name) { note(section, "name", problem) }
            if lists.contains(where: { $0.name == name }) { note(section, "name", "\(name) is the name of another list; choose another") }
            if let format = section.text("format"), formats.entry(named: format) == nil {
                let meant = formats.nearest(to: format).map { "; did you mean \($0)?" } ?? ""
                note(section, "format", "\(ConfigurationReader.quoted(format)) is no format\(meant)")
            }
            if lists.count == IndicatorTable.maximumLists {
                note(section, "name", "is one list too many (\(IndicatorTable.maximumLists)); put several files into one")
            }
            lists.append(IndicatorList(name: name, path: path, format: section.text("format")))
        }
        return lists
    }
}

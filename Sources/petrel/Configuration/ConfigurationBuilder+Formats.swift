import Formats
import Model
import Wire

extension ConfigurationBuilder {
    /// The built-in formats and those of the file.
    mutating func formats() -> FormatCatalogue {
        var catalogue = FormatCatalogue.standard
        for (name, section) in sections.named("formats") {
            if let problem = Self.problem(ofName: name) { note(section, "", problem) }
            if FormatCatalogue.standard.entry(named: name) != nil {
                note(section, "", "is the name of a built-in format; choose another")
            }
            let mapping = mapping(section)
            // A name that is already there stays known, so that sources which use it bring no second problem.
            catalogue = catalogue.adding(name: name, mapping: mapping)
            guard section.values["fields"] != nil else { continue }
            for problem in mapping.problems() {
                let (key, detail) = Self.inFileTerms(problem)
                note(section, key, detail)
            }
        }
        return catalogue
    }

    /// A problem of a mapping by the keys of the file, where places are called `source_place`.
    private static func inFileTerms(_ problem: MappingProblem) -> (key: String, detail: String) {
        var (key, detail) = (problem.key, problem.detail)
        for end in ["source", "destination", "observer"] {
            if key == "\(end).latitude" { key = "\(end)_place.lat" }
            if key == "\(end).longitude" { key = "\(end)_place.lon" }
            if detail == "is set by \(end):" { detail = "is set by \(end)_place:" }
        }
        if detail.hasPrefix("is set by ") { detail = "\(detail.dropLast()), not here; move it there" }
        return (key, detail.replacing(", did you mean", with: "; did you mean"))
    }

    private mutating func mapping(_ section: ConfigurationSection) -> MappingSpec {
        var spec = MappingSpec(
            framing: section.text("framing") == "csv" ? .csv : .json, fields: section.table("fields"),
            constants: section.table("constants"),
            attackType: lookup(section.section("attack_type")), severity: lookup(section.section("severity")),
            sourcePlace: place(section.section("source_place")), destinationPlace: place(section.section("destination_place")),
            observerPlace: place(section.section("observer_place")),
            family: section.text("family").flatMap(EventFamily.init(name:)) ?? .attack)
        if let time = section.section("time"), let path = time.text("path") {
            spec.time = MappingSpec.Time(path: path, format: time.text("format"), zoneMinutes: time.integer("zone"))
        }
        if let names = section.texts("header") { spec.header = .columns(names) }
        if let isFirst = section.flag("header") { spec.header = isFirst ? .firstRecord : .none }
        if let delimiter = section.text("delimiter") {
            let bytes = Array((delimiter == "tab" ? "\t" : delimiter).utf8)
            if bytes.count == 1 {
                spec.delimiter = bytes[0]
            } else {
                note(section, "delimiter", "\(ConfigurationReader.quoted(delimiter)) is not one ASCII character; write e.g. \";\" or tab")
            }
        }
        return spec
    }

    private func lookup(_ section: ConfigurationSection?) -> MappingSpec.Lookup? {
        section.map { MappingSpec.Lookup(path: $0.text("path"), table: $0.table("table"), fallback: $0.text("default")) }
    }

    private func place(_ section: ConfigurationSection?) -> MappingSpec.Place? {
        guard let latitude = section?.text("lat"), let longitude = section?.text("lon") else { return nil }
        return MappingSpec.Place(latitude: latitude, longitude: longitude)
    }
}

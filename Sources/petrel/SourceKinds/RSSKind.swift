import Pipeline
import Sources

extension SourceKind {
    /// Feeds of weblogs and news.
    static let rss = SourceKind(
        name: "rss", summary: "An RSS or Atom feed; each entry is a post.",
        options: SourceKinds.records.filter { $0.name != "format" } + [
            HTTPClientSection.url("https://blog.example.org/feed.xml", isRequired: true, summary: "Address of the feed.")
        ] + HTTPClientSection.options + polling
    ) { section in
        guard let url = section.values.text("url") else { return nil }
        var options = HTTPPollOptions(client: HTTPClientSection.read(&section, url: url))
        options.format = "rss"
        options.sensor = section.settings.sensor
        options.key = ["guid", "id", "link"]
        options.interval = .seconds(900)
        takePolling(section.values, &options)
        if let problem = options.problem { section.note(problem.option, problem.text) }
        return { [options] context in HTTPPollSource(options, onNotice: context.onNotice) }
    }
}

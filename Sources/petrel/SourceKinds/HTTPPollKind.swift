import Pipeline
import Sources

extension SourceKind {
    /// Whatever answers over HTTP and has to be asked again.
    static let httpPoll = SourceKind(
        name: "http-poll", summary: "An address that is asked again and again; what is new in its answers is taken.",
        options: SourceKinds.records + [
            ConfigurationOption(
                name: "preset", type: .choice(PollPreset.all.map(\.name)),
                summary: "Address, format, items, key and interval of a known feed; what is stated besides wins.", example: "cisa-kev"),
            HTTPClientSection.url(
                "https://feed.example.org/items.json", isRequired: false,
                summary: "Address to ask; {cursor} in it stands for the cursor of the last answer. A preset has its own."),
        ] + HTTPClientSection.options + polling + [
            ConfigurationOption(
                name: "items", type: .texts,
                summary: "Paths of which the first that leads to an array has the items; . is the whole answer, * any member.",
                example: "[data.items]"),
            ConfigurationOption(
                name: "key", type: .texts,
                summary: "What identifies an item: JSON paths, CSV columns, or words of a line by number; . is the whole item.",
                example: "[id]"),
            ConfigurationOption(
                name: "delimiter", type: .text, summary: "The character between columns of CSV, for the key; tab for a tabulator.",
                standard: "\",\""),
            ConfigurationOption(
                name: "cursor", type: .text, summary: "Where the answer says from where to go on: a JSON path, or header:NAME.",
                example: "meta.next"),
            ConfigurationOption(name: "cursor_start", type: .text, summary: "The cursor of the first request.", example: "\"0\""),
            ConfigurationOption(
                name: "cursor_pick", type: .choice(CursorPick.allCases.map(\.rawValue)),
                summary: "Which value counts where the path leads to several.", standard: "last"),
        ]
    ) { section in
        let values = section.values
        let preset = values.text("preset").flatMap(PollPreset.named)
        guard let url = values.text("url") ?? preset?.url else {
            if values.values["url"] == nil { section.note("url", "is missing; add it, or name a preset") }
            return nil
        }
        let client = HTTPClientSection.read(&section, url: url)
        var options = HTTPPollOptions(client: client)
        options.format = section.settings.format ?? preset?.format
        options.sensor = section.settings.sensor
        options.items = values.texts("items") ?? preset?.items ?? []
        options.key = values.texts("key") ?? preset?.key ?? []
        if let window = preset?.window { options.window = window }
        options.interval = .milliseconds(preset?.interval ?? 60_000)
        takePolling(values, &options)
        options.cursor = values.text("cursor")
        options.cursorStart = values.text("cursor_start") ?? ""
        options.cursorPick = values.text("cursor_pick").flatMap(CursorPick.init) ?? .last
        if let delimiter = values.text("delimiter") {
            let bytes = Array((delimiter == "tab" ? "\t" : delimiter).utf8)
            if bytes.count == 1 {
                options.delimiter = bytes[0]
            } else {
                section.note(
                    "delimiter", "\(ConfigurationReader.quoted(delimiter)) is not one ASCII character; write e.g. \";\" or tab")
            }
        }
        if let problem = options.problem { section.note(problem.option, problem.text) }
        return { [options] context in HTTPPollSource(options, onNotice: context.onNotice) }
    }

    /// Options of both kinds that poll.
    static let polling: [ConfigurationOption] = [
        ConfigurationOption(
            name: "interval", type: .duration(1_000...86_400_000), summary: "Time between two requests; else the preset's, or 60s.",
            example: "5m"),
        ConfigurationOption(
            name: "jitter", type: .number(0...0.5), summary: "Part of the interval by which it varies at random.", standard: "0.1"),
        ConfigurationOption(
            name: "timeout", type: .duration(100...600_000), summary: "Longest time for a whole answer.", standard: "30s"),
        ConfigurationOption(
            name: "max_size", type: .size(1 << 10...1 << 30), summary: "Largest answer, as it comes and decompressed.", standard: "32MiB"),
        SourceKinds.maxRecord,
        ConfigurationOption(
            name: "window", type: .integer(1...1_000_000), summary: "Most keys that are remembered; else the preset's, or 20000.",
            example: "50000"),
    ]

    /// Takes the values of ``polling``.
    static func takePolling(_ values: ConfigurationSection, _ options: inout HTTPPollOptions) {
        if let interval = values.integer("interval") { options.interval = .milliseconds(interval) }
        if let jitter = values.number("jitter") { options.jitter = jitter }
        if let bytes = values.integer("max_size") { options.maximumAnswerBytes = bytes }
        if let bytes = values.integer("max_record") { options.maximumRecordBytes = bytes }
        if let window = values.integer("window") { options.window = window }
        if let timeout = values.integer("timeout") { options.client.timeout = .milliseconds(timeout) }
    }
}

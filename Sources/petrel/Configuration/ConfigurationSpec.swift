import Formats
import Model

/// Every option that there is. Add an option here and take its value in ``ConfigurationBuilder``.
enum ConfigurationSpec {
    /// The whole file.
    static let root = ConfigurationGroup(options: [
        ConfigurationOption(
            name: "data", type: .path, summary: "Folder of the journal; without it petrel-data in the current folder.",
            example: "./petrel-data"),
        ConfigurationOption(
            name: "assets", type: .path,
            summary: "Folder of the data files that tools/assets.py makes; without it .assets in the current folder or beside the program.",
            example: "./.assets"),
        ConfigurationOption(name: "web", type: .group(web), summary: "The web server: pages, API and event streams."),
        ConfigurationOption(name: "journal", type: .group(journal), summary: "How events are kept."),
        ConfigurationOption(
            name: "enrichment", type: .group(enrichment), summary: "What is added to events: places, networks, services, techniques."),
        ConfigurationOption(
            name: "sensors", type: .list(sensors),
            summary: "Where sensors and sites stand. Each has a name or a network; the narrowest network decides."),
        ConfigurationOption(
            name: "indicators", type: .list(indicators),
            summary: "Lists of addresses, networks, domains, URLs and hashes; attacks and posts that name one of them are marked."),
        ConfigurationOption(
            name: "noise", type: .group(noise),
            summary: "What is marked as noise, so that screens can leave it out; nothing is unless it is named here."),
        ConfigurationOption(
            name: "formats", type: .named(ConfigurationSpec.format),
            summary: "Formats of your own for any JSON or CSV, by name. JSON paths have dots; CSV columns have a name or a number from 1."),
        ConfigurationOption(
            name: "sources", type: .list(SourceKinds.group),
            summary: "Where events come from. HTTP ingest (POST /api/v1/ingest/{format}) is always there."),
    ])

    private static let web = ConfigurationGroup(options: [
        ConfigurationOption(
            name: "host", type: .text, summary: "Address to listen on. Beyond loopback a token is needed.", standard: "127.0.0.1"),
        ConfigurationOption(
            name: "port", type: .integer(0...65535), summary: "Port to listen on; 0 lets the system choose.", standard: "8080"),
        ConfigurationOption(
            name: "token_file", type: .path, summary: "File with the token that every request needs; openssl rand -hex 32 makes one.",
            example: "./token"),
        ConfigurationOption(
            name: "token", type: .text, summary: "The token from the environment instead of a file, as ${NAME}.",
            example: "${PETREL_TOKEN}", isSecret: true),
        ConfigurationOption(
            name: "viewer_token_file", type: .path,
            summary: "File with a second token, which may look and change nothing, e.g. for a screen on a wall.",
            example: "./viewer-token"),
        ConfigurationOption(
            name: "viewer_token", type: .text, summary: "The second token from the environment, as ${NAME}.",
            example: "${PETREL_VIEWER_TOKEN}", isSecret: true),
        ConfigurationOption(
            name: "hosts", type: .texts, summary: "Further host names under which a server without a token may be addressed.",
            standard: "[]", example: "[petrel.example.org]"),
        ConfigurationOption(
            name: "path_prefix", type: .text, summary: "Path under which a reverse proxy shows the server.", example: "/petrel"),
        ConfigurationOption(name: "threads", type: .integer(1...64), summary: "Threads that serve connections.", standard: "2"),
        ConfigurationOption(
            name: "max_streams", type: .integer(1...1_000_000), summary: "Most event streams at the same time.", standard: "10000"),
        ConfigurationOption(
            name: "max_body", type: .size(1 << 10...4 << 30), summary: "Largest request body, plain or decompressed.", standard: "64MiB"),
        ConfigurationOption(
            name: "index_formats", type: .table,
            summary: "Formats of what log shippers send, by the name of the index or source type (* stands for anything).",
            example: "{logstash-*: tpot}"),
        ConfigurationOption(name: "rate_limit", type: .group(rateLimit), summary: "How much one client may ask."),
    ])

    private static let day = 86_400_000

    private static let journal = ConfigurationGroup(options: [
        ConfigurationOption(
            name: "max_age", type: .duration(day...36_500 * day, word: "unlimited"),
            summary: "Age in whole days after which a file is removed, counted from the day of its commits.", standard: "365d"),
        ConfigurationOption(
            name: "retention", type: .group(retention), summary: "How long each class of events is kept within these bounds."),
        ConfigurationOption(
            name: "compaction", type: .flag,
            summary: "Whether files of past days are written anew in the background, to make them smaller.", standard: "true"),
        ConfigurationOption(
            name: "max_size", type: .size(1 << 20...1 << 50, word: "unlimited"),
            summary: "Size of all files together above which the oldest are removed.", standard: "200GiB"),
        ConfigurationOption(
            name: "file_size", type: .size(1 << 20...1 << 40),
            summary: "Size of a file above which another of the same day is begun.", standard: "4GiB"),
        ConfigurationOption(
            name: "origin_window", type: .duration(0...30 * day),
            summary: "Time for which idempotency keys are remembered, so that what is sent again is stored once.", standard: "24h"),
        ConfigurationOption(
            name: "in_flight", type: .size(1 << 20...1 << 36),
            summary: "Most raw bytes between the sources and the journal; beyond it sources wait.", standard: "64MiB"),
        ConfigurationOption(
            name: "node", type: .integer(0...255), summary: "Number of this node in the ids, different on each node.", standard: "0"),
    ])

    private static let enrichment = ConfigurationGroup(options: [
        ConfigurationOption(
            name: "cache_entries", type: .integer(2...100_000_000), summary: "Most addresses remembered, at about 192 bytes each.",
            standard: "262144"),
        ConfigurationOption(
            name: "city", type: .path, summary: "Your own city database in place of city.mmdb (MaxMind's DB format).",
            example: "./GeoLite2-City.mmdb"),
        ConfigurationOption(
            name: "country", type: .path, summary: "Your own table in place of country.ranges.", example: "./country.ranges"),
        ConfigurationOption(name: "asn", type: .path, summary: "Your own table in place of asn.ranges.", example: "./asn.ranges"),
    ])

    private static let sensors = ConfigurationGroup(
        options: [
            ConfigurationOption(
                name: "name", type: .text, summary: "The sensor's name as its records give it (observer.name).", example: "lab-7",
                kinds: ["name"]),
            ConfigurationOption(
                name: "network", type: .text, summary: "Addresses of sensors and sites, in CIDR form.", example: "10.0.0.0/8",
                kinds: ["network"]),
            ConfigurationOption(
                name: "lat", type: .number(-90...90), summary: "Latitude in degrees, north positive.", example: "52.52", isRequired: true),
            ConfigurationOption(
                name: "lon", type: .number(-180...180), summary: "Longitude in degrees, east positive.", example: "13.4", isRequired: true),
            ConfigurationOption(name: "place", type: .text, summary: "What people call the place.", example: "Berlin"),
            ConfigurationOption(name: "country", type: .text, summary: "Country, two letters (ISO 3166-1).", example: "DE"),
        ],
        exampleKinds: ["name", "network"])

    private static let indicators = ConfigurationGroup(options: [
        ConfigurationOption(
            name: "name", type: .text, summary: "Unique name, which stands in threat.feed.name of what is on the list.", example: "drop",
            isRequired: true),
        ConfigurationOption(
            name: "path", type: .path, summary: "The file, compressed or not; it is read again when it changes.", example: "./drop_v4.json",
            isRequired: true),
        ConfigurationOption(
            name: "format", type: .text, summary: "Name of the format; without it the content decides.", example: "spamhaus-drop"),
    ])
}

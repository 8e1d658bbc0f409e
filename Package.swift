// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // Bytes become events across three modules: docs/decisions/021.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

/// A library reached through its Debian -dev package; policy lives in the Swift targets above it.
func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func layer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], except: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: except, swiftSettings: strict)
}

/// What sources need that speak over networks.
let network: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOWebSocket", package: "swift-nio"),
    .product(name: "NIOTLS", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "AsyncHTTPClient", package: "async-http-client"),
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
]

let package = Package(
    name: "petrel",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "petrel", targets: ["petrel"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", exact: "1.35.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", exact: "1.37.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams.git", exact: "6.2.2"),
    ],
    targets: [
        // 0: C
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        system("CMaxMindDB", pkgConfig: "libmaxminddb", apt: "libmaxminddb-dev"),
        system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        system("CLzma", pkgConfig: "liblzma", apt: "liblzma-dev"),
        system("CRabbitMQ", pkgConfig: "librabbitmq", apt: "librabbitmq-dev"),
        system("CRdKafka", pkgConfig: "rdkafka", apt: "librdkafka-dev"),
        .target(name: "CGlibc"),
        .target(name: "CWebAssets", cSettings: [.unsafeFlags(["-std=c23"])]),
        // 1: values and bytes
        layer("Model", []),
        layer("Wire", ["Model"]),
        // 2: meaning, places, durability
        layer("Formats", ["Model", "Wire"]),
        layer("KQL", ["Model", "Wire"]),
        layer("Enrichment", ["Model", "Wire", "CMaxMindDB"]),
        layer("Journal", ["Model", "Wire", "CSQLite", "CZstd", "CGlibc"]),
        layer("Simulator", ["Model", "Wire"]),
        // 3: what acquires, what follows
        layer(
            "Sources",
            ["Model", "Wire", "Formats", "Simulator", "CZlib", "CZstd", "CLzma", "CGlibc", "CRabbitMQ", "CRdKafka"] + network),
        layer("Followers", ["Model", "Wire", "KQL", "Journal", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")]),
        layer("Columns", ["Model", "Wire", "KQL", "Journal", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")]),
        // 4
        layer(
            "Pipeline",
            [
                "Model", "Wire", "Formats", "Enrichment", "Journal", "Sources",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        // 5
        layer(
            "Web",
            [
                "Model", "Wire", "Formats", "Enrichment", "Journal", "Sources", "Followers", "Columns", "KQL", "Pipeline", "CWebAssets",
                "CZlib",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        // 6
        .executableTarget(
            name: "petrel",
            dependencies: [
                "Model", "Wire", "Formats", "KQL", "Enrichment", "Journal", "Simulator", "Sources", "Followers", "Pipeline", "Web",
                "CGlibc", "Columns",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        // Tests
        layer("TestKit", ["Model", "Wire", "Journal", "Sources", "Formats"]),
        tests("ModelTests", ["Model", "TestKit"], except: ["Golden"]),
        tests("WireTests", ["Wire", "Model", "TestKit"]),
        tests("FormatsTests", ["Formats", "Wire", "Model", "TestKit"], except: ["Fixtures", "Golden"]),
        tests("KQLTests", ["KQL", "Model", "Wire", "TestKit"]),
        tests("ColumnsTests", ["Columns", "KQL", "Journal", "Model", "Wire", "TestKit"]),
        tests("EnrichmentTests", ["Enrichment", "Model", "Wire", "TestKit"]),
        tests("JournalTests", ["Journal", "Model", "Wire", "TestKit", "CSQLite", "CZstd"]),
        tests(
            "SourcesTests",
            [
                "Sources", "Formats", "Model", "Wire", "Simulator", "TestKit", "CZlib", "CRdKafka",
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + network),
        tests("FollowersTests", ["Followers", "Journal", "KQL", "Model", "Wire", "TestKit"]),
        tests(
            "PipelineTests",
            [
                "Pipeline", "Journal", "Formats", "Enrichment", "Sources", "Model", "Wire", "TestKit",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        tests(
            "WebTests",
            [
                "Web", "Journal", "Followers", "Columns", "Pipeline", "Formats", "Enrichment", "Sources", "Model", "Wire", "TestKit",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        tests(
            "PetrelTests",
            [
                "petrel", "Web", "Sources", "Pipeline", "Formats", "Enrichment", "Journal", "TestKit", "Model", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
    ]
)

// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of this package is compiled with; each upcoming feature names its proposal.
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    // SE-0335: `any` is written, so that an existential never hides on a hot path.
    .enableUpcomingFeature("ExistentialAny"),
    // SE-0444: a member is visible only where its module is imported.
    .enableUpcomingFeature("MemberImportVisibility"),
    // SE-0409: an import does not leak into the public interface unless it says so.
    .enableUpcomingFeature("InternalImportsByDefault"),
    // SE-0461: an async function runs on its caller's executor unless it says otherwise.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // SE-0446's views with functions that return them; needed to hand out spans of what a packet was received in.
    .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
    name: "tinymqtt",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "MQTT", targets: ["MQTT"]),
        .executable(name: "tinymqtt", targets: ["tinymqtt"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // The reference implementation of Argon2, which mosquitto's password files are hashed with.
        .systemLibrary(name: "CArgon2", providers: [.apt(["libargon2-dev"]), .brew(["argon2"])]),
        // GNU readline's global variables, each with a function around it: Swift cannot take them.
        .target(
            name: "CReadline",
            linkerSettings: [
                // The archives, so that the program starts without looking for a library, and what readline asks about the terminal.
                .linkedLibrary(":libreadline.a", .when(platforms: [.linux])),
                .linkedLibrary(":libtinfo.a", .when(platforms: [.linux])),
                .linkedLibrary("readline", .when(platforms: [.macOS])),
            ]
        ),
        // What Swift's modules for the C library leave out, or cannot be relied on for.
        .systemLibrary(name: "CPlatform"),
        // The database engine that the durable store stands on.
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .target(
            name: "MQTT",
            dependencies: [
                "CArgon2",
                "CPlatform",
                "CSQLite",
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["LAYERS"],
            swiftSettings: swiftSettings,
            linkerSettings: [
                // The archives, so that the program is one file and starts without looking for a library.
                .linkedLibrary(":libargon2.a", .when(platforms: [.linux])),
                .linkedLibrary(":libsqlite3.a", .when(platforms: [.linux])),
                // What SQLite's archive needs of the system.
                .linkedLibrary("m", .when(platforms: [.linux])),
                .linkedLibrary("dl", .when(platforms: [.linux])),
                .linkedLibrary("pthread", .when(platforms: [.linux])),
                .linkedLibrary("argon2", .when(platforms: [.macOS])),
                .linkedLibrary("sqlite3", .when(platforms: [.macOS])),
                // Service records; elsewhere the resolver is part of the C library.
                .linkedLibrary("resolv", .when(platforms: [.macOS])),
            ]
        ),
        .executableTarget(
            name: "tinymqtt",
            dependencies: [
                "CReadline",
                "MQTT",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings,
            linkerSettings: [
                // At a fixed address: to move the program at each start takes as long as publishing a message does. Its
                // stack, its heap and its libraries lie elsewhere each time all the same.
                .unsafeFlags(["-Xlinker", "-no-pie"], .when(platforms: [.linux], configuration: .release))
            ]
        ),
        // Counts allocations by standing in front of the C library's; linked into the tests only.
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        // What several test targets share. A test target too: it looks inside the core library, which a release build
        // that is not for testing does not allow.
        .testTarget(
            name: "Support",
            dependencies: [
                "MQTT",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Tests/Support",
            swiftSettings: swiftSettings
        ),
    ]
        + [
            testTarget(
                "MQTTTests",
                dependencies: [
                    .product(name: "Logging", package: "swift-log"),
                    .product(name: "NIOHTTP1", package: "swift-nio"),
                    .product(name: "NIOSSL", package: "swift-nio-ssl"),
                    .product(name: "SwiftASN1", package: "swift-asn1"),
                    .product(name: "X509", package: "swift-certificates"),
                ]
            ),
            testTarget(
                "Conformance",
                dependencies: [.product(name: "NIOSSL", package: "swift-nio-ssl")],
                exclude: ["NormativeStatements.tsv"],
                resources: [.copy("Cases")]
            ),
            testTarget("CommandTests", dependencies: ["tinymqtt", "AllocationCounter"]),
            testTarget(
                "EndToEnd",
                dependencies: ["tinymqtt", .product(name: "NIOSSL", package: "swift-nio-ssl")],
                exclude: [
                    "ClientOptions.tsv", "ClientScripts.tsv", "OptionEffects.tsv", "RoomAndChatSeeds.tsv",
                    "paho_party.py", "paho_stream.py", "terminal_screen.py",
                ]
            ),
            // Few inputs and few worlds, in code that is not optimised; Tests/Package.swift has many.
            testTarget("Fuzz"),
            testTarget("Simulation"),
            testTarget("Tidy"),
        ]
)

/// A test target under `Tests/`; every one may look inside the core library.
func testTarget(
    _ name: String,
    dependencies: [Target.Dependency] = [],
    exclude: [String] = [],
    resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name,
        dependencies: [
            "MQTT",
            "Support",
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOEmbedded", package: "swift-nio"),
        ] + dependencies,
        exclude: exclude,
        resources: resources,
        swiftSettings: swiftSettings
    )
}

// swift-tools-version: 6.2
import PackageDescription

// The tests that mean something in optimised code only: great numbers of hostile inputs, and what operations cost. They
// are a package of their own so that a release build for them leaves out the program and all other tests. Run it with
// `swift test -c release`, as README.md says.

/// What the main package compiles its targets with, and why; a test holds the two lists against each other.
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

/// What every target of the package uses.
let library: [Target.Dependency] = [
    .product(name: "MQTT", package: "tinymqtt"),
    .product(name: "NIOCore", package: "swift-nio"),
]

let package = Package(
    name: "Optimized",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "tinymqtt", path: ".."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .target(name: "AllocationCounter", path: "AllocationCounter"),
        // What these tests share with those of the main package, which compiles the same files into its own `Support`.
        .target(name: "Support", dependencies: library, path: "Support/Basics", swiftSettings: swiftSettings),
        // What is measured, the limits on it, and a program that does it, for tools that look at a whole process.
        .target(
            name: "Operations",
            dependencies: library + ["Support"],
            path: "Operations",
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "micro",
            dependencies: ["Operations"],
            path: "Micro",
            swiftSettings: swiftSettings,
            // Debian's valgrind does not know the newest form of them, and ends.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--strip-debug"], .when(platforms: [.linux]))]
        ),
        .testTarget(
            name: "Costs",
            dependencies: library + ["AllocationCounter", "Operations", "Support"],
            path: "Costs",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "Benchmarks",
            dependencies: library + ["Operations", "Support"],
            path: "Benchmarks",
            swiftSettings: swiftSettings
        ),
        // These two are in the main package as well, which runs them in code that is not optimised, with fewer inputs.
        .testTarget(
            name: "Fuzz",
            dependencies: library + ["Support", .product(name: "NIOEmbedded", package: "swift-nio")],
            path: "Fuzz",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "Simulation",
            dependencies: library + ["Support"],
            path: "Simulation",
            swiftSettings: swiftSettings
        ),
    ]
)

import Testing

/// The rules about the repository as a whole find what breaks them.
@Suite
struct RepositoryRuleTests {
    @Test
    func strangersAtTheTopAreFound() {
        let paths = [
            "Package.swift", "Sources/MQTT/LAYERS", ".ci/run", ".gitignore", "docs/a.md", "docs/b.md", "run.sh",
        ]
        #expect(RepositoryRules.topLevelFindings(paths).map(\.path) == ["docs", "run.sh"])
    }

    @Test(arguments: [
        (#".package(url: "https://github.com/apple/swift-nio", from: "2.0.0"),"#, nil),
        (#".package(url: "https://github.com/apple/swift-nio.git", from: "2.0.0"),"#, nil),
        (#".package(url: "https://github.com/apple/swift-log", from: "1.0.0"),"#, "does not explain swift-log"),
        (#".package(url: "https://github.com/vapor/vapor", from: "4.0.0"),"#, "vapor is not among the allowed"),
        (#".package(path: "../swift-nio"),"#, "without an address"),
        (#"// .package(path: "../swift-nio"),"#, nil),
        (#".package(name: "tinymqtt", path: ".."),"#, nil),
    ])
    func dependenciesWithoutAReasonAreFound(_ line: String, problem: String?) {
        let contributing = """
            # Dependencies

            **swift-nio** carries the bytes: event loops, sockets and buffers, so that
            none of the code here talks to epoll or kqueue by itself.

            **swift-log** logs.
            """
        let manifest = SourceFile(path: "Package.swift", text: "dependencies: [\n    \(line)\n]")
        let findings = RepositoryRules.dependencyFindings(manifest: manifest, contributing: contributing)
        guard let problem else {
            #expect(findings == [])
            return
        }
        #expect(findings.map(\.line) == [2])
        #expect(findings.first?.problem.contains(problem) == true)
    }

    @Test
    func settingsAreFoundWithoutTheirComments() {
        let manifest = SourceFile(
            path: "Package.swift",
            text: """
                /// Settings.
                let swiftSettings: [SwiftSetting] = [
                    // A reason.
                    .swiftLanguageMode(.v6),
                    .strictMemorySafety(),
                ]
                let other = [
                    .unsafeFlags([]),
                ]
                """
        )
        let settings = [".swiftLanguageMode(.v6),", ".strictMemorySafety(),"]
        #expect(RepositoryRules.swiftSettings(in: manifest) == settings)
    }
}

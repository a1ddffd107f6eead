import Foundation
import Testing

@testable import Support

/// The rules, held against the tree that the tests were built from.
@Suite
struct RepositoryTests {
    @Test(arguments: Rule.all)
    func everyFileKeepsTheRule(_ rule: Rule) async throws {
        let files = try await Repository.files()
        try #require(files.count > 20, "the source tree was not found at \(Repository.root.path)")
        let findings = try await Parallel.map(files, rule.check).flatMap { $0 }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test
    func layersKeepTheirTable() async throws {
        let layers = try Repository.layers()
        try #require(layers.layers.count > 5)
        let files = try await Repository.files()
        let findings = layers.problems + files.flatMap(layers.findings) + layers.nameFindings(in: files)
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test
    func eachLayerCompilesWithWhatItMayUse() async throws {
        let compiler = LayerCompiler(
            library: Repository.root.appending(path: "Sources/MQTT"),
            layers: try Repository.layers(),
            manifest: try Repository.file("Package.swift")
        )
        try #require(compiler.folders.contains("Wire"))
        for findings in try await Parallel.map(compiler.folders, { try await compiler.findings(in: $0) }) {
            #expect(findings.isEmpty, "\(findings.report)")
        }
    }

    @Test
    func topLevelIsSmall() async throws {
        let findings = try await RepositoryRules.topLevelFindings(Repository.files().map(\.path))
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test
    func dependenciesAreExplained() throws {
        let contributing = try String(contentsOf: Repository.root.appending(path: "CONTRIBUTING.md"), encoding: .utf8)
        for path in Repository.manifests {
            let manifest = try Repository.file(path)
            let findings = RepositoryRules.dependencyFindings(manifest: manifest, contributing: contributing)
            #expect(findings.isEmpty, "\(findings.report)")
        }
    }

    @Test
    func bothPackagesAreCompiledAlike() throws {
        let manifests = try Repository.manifests.map(Repository.file)
        let settings = manifests.map(RepositoryRules.swiftSettings)
        try #require(settings[0].count > 5, "Package.swift has no settings")
        #expect(settings[0] == settings[1], "Tests/Package.swift has other settings than Package.swift")
        let nio = manifests.map { manifest in manifest.lines.filter { $0.contains("github.com/apple/swift-nio\"") } }
        #expect(nio[0] == nio[1], "Tests/Package.swift asks for another swift-nio than Package.swift")
    }

    @Test(.enabled("swift format is not on the path") { try await Self.mayCheckFormat() })
    func sourcesAreFormatted() async throws {
        let lint = [
            "swift", "format", "lint", "--strict", "--parallel", "--recursive", "Package.swift", "Sources", "Tests",
        ]
        let output = try await Tool.run(lint)
        #expect(output.status == 0, "run `swift format --in-place` on these files:\n\(output.text)")
    }

    /// Whether there is a formatter; in continuous integration its absence shall fail the test, not skip it.
    private static func mayCheckFormat() async throws -> Bool {
        if Tool.isContinuousIntegration { return true }
        return try await Tool.run(["swift", "format", "--version"]).status == 0
    }
}

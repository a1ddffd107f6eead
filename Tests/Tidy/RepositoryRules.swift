/// What the repository as a whole holds to.
enum RepositoryRules {
    /// What may stand at the top; files and folders whose name begins with a dot may as well.
    static let topLevel: Set<Substring> = [
        "Package.swift", "README.md", "LICENSE", "CONTRIBUTING.md", "Sources", "Tests", "completions", "man",
    ]
    /// The packages that this one may depend on.
    static let dependencies: Set<String> = [
        "swift-nio", "swift-nio-ssl", "swift-collections", "swift-argument-parser", "swift-log", "swift-crypto",
        "swift-certificates", "swift-asn1", "hdrhistogram-swift",
    ]
    /// How many words explain a dependency at least.
    private static let shortestParagraph = 15

    /// What stands at the top and does not belong there.
    static func topLevelFindings(_ paths: [String]) -> [Finding] {
        Set(paths.compactMap { $0.split(separator: "/").first })
            .subtracting(topLevel).filter { !$0.hasPrefix(".") }.sorted()
            .map {
                Finding(
                    path: String($0),
                    line: 0,
                    problem: "stands at the top of the repository",
                    remedy: "move it under Sources or Tests, or leave it out of the repository"
                )
            }
    }

    /// The dependencies that are not allowed, or that nobody has explained.
    static func dependencyFindings(manifest: SourceFile, contributing: String) -> [Finding] {
        manifest.tokens.indices.filter { manifest.tokens[$0].contains(sequence: [".", "package", "("]) }
            // The package of the tests stands on this one.
            .filter { !manifest.lines[$0].contains(#".package(name: "tinymqtt", path: "..")"#) }
            .compactMap { index in
                guard let name = packageName(in: manifest.lines[index]) else {
                    let remedy = "name a public repository by `url:`, on the same line"
                    return manifest.finding(at: index, "a dependency without an address", remedy: remedy)
                }
                guard dependencies.contains(name) else {
                    let remedy = "do without it, or add it to Tests/Tidy with a paragraph in CONTRIBUTING.md"
                    return manifest.finding(at: index, "\(name) is not among the allowed packages", remedy: remedy)
                }
                guard !isExplained(name, in: contributing) else { return nil }
                let remedy = "add a paragraph that begins with `**\(name)**` and says what for, and instead of what"
                return manifest.finding(at: index, "CONTRIBUTING.md does not explain \(name)", remedy: remedy)
            }
    }

    /// What a manifest compiles Swift with: the calls in its list of settings, in their order.
    static func swiftSettings(in manifest: SourceFile) -> [String] {
        let lines = manifest.lines.drop { !$0.hasPrefix("let swiftSettings") }.dropFirst().prefix { $0 != "]" }
        return lines.map { String($0.trimmingBlanks) }.filter { !$0.hasPrefix("//") }
    }

    private static func packageName(in line: Substring) -> String? {
        guard let url = line.split(separator: "\"").first(where: { $0.hasPrefix("https://") }) else { return nil }
        let name = url.split(separator: "/").last ?? ""
        return String(name.hasSuffix(".git") ? name.dropLast(4) : name)
    }

    private static func isExplained(_ name: String, in contributing: String) -> Bool {
        let paragraphs = contributing.lines.split(whereSeparator: \.isEmpty).map { $0.joined(separator: " ") }
        return paragraphs.contains {
            $0.hasPrefix("**\(name)**") && $0.split(separator: " ").count > shortestParagraph
        }
    }
}

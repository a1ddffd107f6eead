import Foundation

/// Type-checks folders of the core library against the module files of the build that the tests run from.
struct LayerCompiler {
    /// The folder that holds the layers' folders.
    let library: URL
    let layers: Layers
    /// The features that the package is compiled with.
    private let flags: [String]

    init(library: URL, layers: Layers, manifest: SourceFile) {
        self.library = library
        self.layers = layers
        flags = Self.featureFlags(in: manifest)
    }

    /// The folders of the table that have Swift files.
    var folders: [String] {
        layers.layers.map(\.folder).filter { !swiftFiles(in: $0).isEmpty }
    }

    /// What the compiler says when a folder and what it uses are all there is.
    func findings(in folder: String) async throws -> [Finding] {
        // Of what the folder may use only the declarations are checked: the rest of it is, when its own turn comes.
        let others = layers.closure(of: folder).subtracting([folder]).sorted().flatMap(swiftFiles(in:))
        // All files in one go: in batches the compiler would load the imported modules again for each.
        let fixed = [
            "swiftc", "-frontend", "-typecheck", "-swift-version", "6", "-strict-memory-safety",
            "-package-name", "tinymqtt", "-module-name", "MQTT",
        ]
        let files = swiftFiles(in: folder).flatMap { ["-primary-file", $0.path] } + others.map(\.path)
        let output = try await Tool.run(fixed + flags + Self.searchFlags() + files)
        guard output.status != 0 else { return [] }
        let findings = output.text.lines.compactMap { finding(from: $0, folder) }
        // Something other than our source is at fault: then all that the compiler said is the message.
        let problem = "the type check of \(folder)/ failed:\n\(output.text)"
        return findings.isEmpty
            ? [Finding(path: folder, line: 0, problem: problem, remedy: "build the package first")] : findings
    }

    private func swiftFiles(in folder: String) -> [URL] {
        let root = library.appending(path: folder)
        let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().map { root.appending(path: $0) }
    }

    /// The finding in a line like `…/Wire/QoS.swift:3:5: error: cannot find 'Router' in scope`.
    private func finding(from line: Substring, _ folder: String) -> Finding? {
        guard line.hasPrefix(library.path), let error = line.firstRange(of: ": error: ") else { return nil }
        let place = line[..<error.lowerBound].dropFirst(library.path.count + 1).split(separator: ":")
        guard place.count == 3, let number = Int(place[1]) else { return nil }
        let allowed = layers.closure(of: folder).subtracting([folder]).sorted().joined(separator: ", ")
        let company = allowed.isEmpty ? "nothing else" : allowed
        return Finding(
            path: String(place[0]),
            line: number,
            problem: String(line[error.upperBound...]),
            remedy: "\(folder)/ must compile with \(company)"
        )
    }

    private static func featureFlags(in manifest: SourceFile) -> [String] {
        let calls =
            [("enableUpcomingFeature", "-enable-upcoming-feature")]
            + [("enableExperimentalFeature", "-enable-experimental-feature")]
        return manifest.lines.indices.flatMap { index -> [String] in
            for (call, flag) in calls where manifest.tokens[index].contains(Substring(call)) {
                let parts = manifest.lines[index].split(separator: "\"")
                if parts.count > 1 { return [flag, String(parts[1])] }
            }
            return []
        }
    }

    /// Where the compiler finds the modules that were built for the running tests.
    private static func searchFlags() -> [String] {
        let products = Repository.products
        let modules = ["-I", products.appending(path: "Modules").path]
        let moduleMaps = moduleMapFolders(products: products).map { $0.appending(path: "module.modulemap").path }
        return modules
            + moduleMaps.filter(FileManager.default.fileExists(atPath:)).flatMap {
                ["-Xcc", "-fmodule-map-file=" + $0]
            }
    }

    /// Where the module maps of the dependencies' C targets may be: beside what was built, when the build wrote them,
    /// and otherwise beside the headers.
    private static func moduleMapFolders(products: URL) -> [URL] {
        let checkouts = products.deletingLastPathComponent().deletingLastPathComponent().appending(path: "checkouts")
        let built = subfolders(of: products).filter { $0.pathExtension == "build" }
        // Those of this package that only point to a library of the system.
        let system = subfolders(of: Repository.root.appending(path: "Sources"))
        let headers = subfolders(of: checkouts).flatMap { subfolders(of: $0.appending(path: "Sources")) }
        return built + system + headers.map { $0.appending(path: "include") }
    }

    private static func subfolders(of folder: URL) -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().map { folder.appending(path: $0) }
    }
}

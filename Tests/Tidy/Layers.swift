/// The table `Sources/MQTT/LAYERS`: what each folder of the core library may use.
struct Layers: Sendable {
    /// One folder: which folders and modules its files may use, and which of the folders that reach it through others
    /// it must not name.
    struct Layer: Sendable {
        let folder: String
        let uses: [String]
        let avoids: [String]
        let imports: Set<String>
    }

    static let path = "Sources/MQTT/LAYERS"

    private(set) var layers: [Layer] = []
    /// The files that may hold a lock, from the library's root.
    private(set) var filesWithLocks: Set<String> = []
    /// What is wrong with the table itself.
    private(set) var problems: [Finding] = []

    init(_ text: String) {
        for (index, line) in text.lines.enumerated() where !line.hasPrefix("#") && !line.trimmingBlanks.isEmpty {
            read(line, at: index)
        }
    }

    /// The layer of a folder, or `nil` where the table does not name it.
    func layer(_ folder: String) -> Layer? {
        layers.first { $0.folder == folder }
    }

    /// A folder and all that it uses, directly and through others.
    func closure(of folder: String) -> Set<String> {
        guard let layer = layer(folder) else { return [folder] }
        return layer.uses.reduce(into: [folder]) { $0.formUnion(closure(of: $1)) }
    }

    private mutating func read(_ line: Substring, at index: Int) {
        let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(\.trimmingBlanks)
        guard fields.count == (fields[0] == "lock" ? 3 : 4) else {
            let remedy = "write four with `|` between them, or three for a lock"
            return report(index, "a line of \(fields.count) fields", remedy: remedy)
        }
        if fields[0] == "lock" {
            if fields[2].isEmpty { report(index, "a lock without its reason", remedy: "say what it protects") }
            filesWithLocks.insert(String(fields[1]))
            return
        }
        let uses = fields[1].split(separator: " ").map(String.init)
        let avoids = fields[2].split(separator: " ").map(String.init)
        for folder in uses + avoids where layer(folder) == nil {
            report(index, "\(fields[0]) refers to \(folder), which is not above it", remedy: "name only folders above")
        }
        layers.append(
            Layer(
                folder: String(fields[0]),
                uses: uses.filter { layer($0) != nil },
                avoids: avoids,
                imports: Set(fields[3].split(separator: " ").map(String.init))
            )
        )
    }

    private mutating func report(_ index: Int, _ problem: String, remedy: String) {
        problems.append(Finding(path: Self.path, line: index + 1, problem: problem, remedy: remedy))
    }
}

extension Layers {
    /// What the text of one file of the core library says against the table.
    func findings(in file: SourceFile) -> [Finding] {
        guard file.isSwift, file.isUnder("Sources/MQTT") else { return [] }
        guard let folder = file.layer, let layer = layer(folder) else {
            let remedy = "move it to a folder that \(Layers.path) names, or name its folder there"
            return [Finding(path: file.path, line: 0, problem: "belongs to no layer", remedy: remedy)]
        }
        return importFindings(in: file, layer) + lockFindings(in: file)
    }

    /// Where files name types of folders that theirs avoids, although the compiler would let them.
    func nameFindings(in files: [SourceFile]) -> [Finding] {
        var typesByFolder: [String: Set<Substring>] = [:]
        for file in files {
            guard let folder = file.layer else { continue }
            let types = file.declarations.filter { $0.isType && $0.ancestors.isEmpty && !$0.isPrivate }
            typesByFolder[folder, default: []].formUnion(types.map(\.name))
        }
        return files.flatMap { file -> [Finding] in
            guard let folder = file.layer, let layer = layer(folder) else { return [] }
            return layer.avoids.flatMap { avoided in
                file.findings(
                    of: typesByFolder[avoided, default: []].sorted().map(String.init),
                    "belongs to \(avoided)/",
                    remedy: "\(Layers.path) lets \(folder)/ name nothing of it"
                )
            }
        }
    }

    private func importFindings(in file: SourceFile, _ layer: Layer) -> [Finding] {
        file.tokens.indices.compactMap { index in
            guard let module = importedModule(file.tokens[index]) else { return nil }
            let problem = "`import \(module)` in \(layer.folder)/"
            if module.hasPrefix("Foundation") {
                return file.finding(at: index, problem, remedy: "the core library does without Foundation")
            }
            guard !layer.imports.contains(module) else { return nil }
            let allowed = layer.imports.sorted().joined(separator: ", ")
            return file.finding(at: index, problem, remedy: "\(Layers.path) allows it \(allowed)")
        }
    }

    private func lockFindings(in file: SourceFile) -> [Finding] {
        guard !filesWithLocks.contains(String(file.path.dropFirst("Sources/MQTT/".count))) else { return [] }
        return file.findings(
            of: ["NIOLockedValueBox", "NIOLock", "Mutex", "OSAllocatedUnfairLock", "pthread_mutex_t"],
            "shares state between threads",
            remedy: "let one event loop own the state, or list the file in \(Layers.path) with what the lock protects"
        )
    }

    /// The module that a line imports.
    private func importedModule(_ tokens: [Substring]) -> String? {
        let before: Set<Substring> = ["public", "package", "internal", "fileprivate", "private", "testable"]
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        guard let position = tokens.firstIndex(of: "import"),
            tokens[..<position].allSatisfy({
                before.contains($0) || $0 == "@" || $0.hasPrefix("_") || $0 == "preconcurrency"
            })
        else { return nil }
        return tokens[(position + 1)...].first { !kinds.contains($0) }.map(String.init)
    }
}

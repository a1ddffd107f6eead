/// Reads a configuration's file, with those that it includes, as a list of directives.
///
/// A line is a name, spaces, and a value. A line with `#` in its first column is a comment. Only spaces part words: a tab
/// belongs to the word that it stands in, as in mosquitto. What the names and values mean is of no interest here, but for
/// `include_dir`, in whose place stands what the directory's files say.
struct ConfigurationFile {
    /// The largest file, in bytes.
    static let largestFile = 16 << 20
    /// The longest line, in bytes.
    static let longestLine = 65_536
    /// How many lines a configuration has at most, all files together.
    static let mostLines = 100_000
    /// How many files a configuration has at most.
    static let mostFiles = 1_000
    /// The option that the files of a directory take the place of.
    static let includeOption = "include_dir"
    /// What the name of a file ends with that is included.
    private static let includedSuffix = ".conf"

    /// What the lines say, in the order in which they count.
    private(set) var directives: [ConfigurationDirective] = []
    private var lineCount = 0
    private var fileCount = 0

    /// Reads a file, and those that it includes.
    ///
    /// - Throws: ``ConfigurationError`` for a file or a directory that cannot be read, for a line that is no text, and
    ///   where one of the bounds is passed.
    static func read(_ path: String) throws(ConfigurationError) -> [ConfigurationDirective] {
        var file = ConfigurationFile()
        try file.append(try TextFile(reading: path, maximumSize: largestFile), includes: true)
        return file.directives
    }

    /// The directives of a text, without those of the files that it would include.
    static func parse(_ text: TextFile) throws(ConfigurationError) -> [ConfigurationDirective] {
        var file = ConfigurationFile()
        try file.append(text, includes: false)
        return file.directives
    }

    private mutating func append(_ text: TextFile, includes: Bool) throws(ConfigurationError) {
        fileCount += 1
        guard fileCount <= Self.mostFiles else {
            throw ConfigurationError("is one file too many; \(Self.mostFiles) are allowed", file: text.path)
        }
        for line in text.lines {
            lineCount += 1
            guard lineCount <= Self.mostLines else {
                throw text.error("is one line too many; \(Self.mostLines) are allowed", line: line.number)
            }
            guard let directive = try Self.directive(line, in: text) else { continue }
            if includes && directive.name == Self.includeOption {
                try include(directive)
            } else {
                directives.append(directive)
            }
        }
    }

    /// What a line says; `nil` for an empty one or a comment.
    private static func directive(
        _ line: TextLine,
        in text: TextFile
    ) throws(ConfigurationError) -> ConfigurationDirective? {
        if line.bytes.first == UInt8(ascii: "#") { return nil }
        guard line.bytes.count <= longestLine else {
            let problem = "the line has \(line.bytes.count) bytes; \(longestLine) are allowed"
            throw text.error(problem, line: line.number)
        }
        let bytes = line.bytes.trimmingBlanksAtEnd.drop { $0 == UInt8(ascii: " ") }
        if bytes.isEmpty { return nil }
        guard Array(bytes).span.isWellFormedUTF8 else {
            throw text.error("the line is not text in UTF-8", line: line.number)
        }
        let name = bytes.prefix { $0 != UInt8(ascii: " ") }
        return ConfigurationDirective(
            name: name.text,
            value: bytes[name.endIndex...].drop { $0 == UInt8(ascii: " ") }.text,
            file: text.path,
            line: line.number
        )
    }

    /// Reads the files of a directory, in the order of their names' bytes.
    private mutating func include(_ directive: ConfigurationDirective) throws(ConfigurationError) {
        let directory = directive.value
        guard !directory.isEmpty else { throw directive.badValue(allowed: "a directory") }
        let names: [String]
        do throws(ConfigurationError) {
            names = try DirectoryNames.read(directory)
        } catch {
            throw directive.error("\(Self.includeOption) \(error)")
        }
        let separator = directory.hasSuffix("/") ? "" : "/"
        let included = names.filter { $0.hasSuffix(Self.includedSuffix) }
        for name in included.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            let path = directory + separator + name
            try append(try TextFile(reading: path, maximumSize: Self.largestFile), includes: false)
        }
        // The option itself stays in the list, so that it is known which directory was read.
        directives.append(directive)
    }
}

extension ArraySlice<UInt8> {
    /// The bytes without the spaces, tabs and carriage returns at their end.
    fileprivate var trimmingBlanksAtEnd: ArraySlice<UInt8> {
        let blanks: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")]
        guard let last = lastIndex(where: { !blanks.contains($0) }) else { return [] }
        return self[...last]
    }
}

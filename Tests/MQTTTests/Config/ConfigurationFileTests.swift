import Testing

@testable import MQTT
@testable import Support

/// How lines become names and values, as mosquitto 2 reads them.
@Suite("Configuration syntax")
struct ConfigurationFileTests {
    /// A text, and what it says: a name, a value and a line for each directive.
    private static let texts: [(text: String, directives: [String])] = [
        ("", []),
        ("\n\n  \n \r\n", []),
        ("# a comment\n#another", []),
        ("a b", ["1 <a> <b>"]),
        ("a b\n", ["1 <a> <b>"]),
        ("   a b", ["1 <a> <b>"]),
        ("a    b", ["1 <a> <b>"]),
        ("a b  c   d", ["1 <a> <b  c   d>"]),
        ("a b   ", ["1 <a> <b>"]),
        ("a b \t", ["1 <a> <b>"]),
        ("a b\r\nc d\r\n", ["1 <a> <b>", "2 <c> <d>"]),
        ("a", ["1 <a> <>"]),
        ("a ", ["1 <a> <>"]),
        ("a\tb", ["1 <a\tb> <>"]),
        ("a\tb c", ["1 <a\tb> <c>"]),
        ("\ta b", ["1 <\ta> <b>"]),
        (" # x", ["1 <#> <x>"]),
        ("a b # c", ["1 <a> <b # c>"]),
        ("a b\n# c\n\nd e", ["1 <a> <b>", "4 <d> <e>"]),
        ("a é日", ["1 <a> <é日>"]),
        ("\u{FEFF}a b", ["1 <a> <b>"]),
        ("include_dir x", ["1 <include_dir> <x>"]),
    ]

    @Test("lines become names and values", arguments: texts)
    func lines(text: String, directives: [String]) throws {
        let found = try ConfigurationFile.parse(TextFile(path: configurationName, bytes: Array(text.utf8)))
        #expect(found.map { "\($0.line) <\($0.name)> <\($0.value)>" } == directives)
        #expect(found.allSatisfy { $0.file == configurationName })
    }

    @Test("a line that is no text is refused with its number")
    func notText() {
        let error = ConfigurationError.of { () throws(ConfigurationError) in
            try ConfigurationFile.parse(TextFile(path: "t.conf", bytes: Array("a b\nc ".utf8) + [0xFF]))
        }
        #expect(error?.description == "t.conf:2: the line is not text in UTF-8")
    }

    @Test("a line has a longest length, and a file a number of lines")
    func bounds() throws {
        let longest = "a " + String(repeating: "b", count: ConfigurationFile.longestLine - 2)
        #expect(try Self.parse(longest).count == 1)
        #expect(Self.error(longest + "b").hasPrefix("t.conf:1: the line has 65537 bytes; 65536"))
        let most = String(repeating: "a\n", count: ConfigurationFile.mostLines)
        #expect(try Self.parse(most).count == ConfigurationFile.mostLines)
        #expect(Self.error(most + "a").hasPrefix("t.conf:100001: is one line too many"))
    }

    private static func parse(_ text: String) throws(ConfigurationError) -> [ConfigurationDirective] {
        try ConfigurationFile.parse(TextFile(path: configurationName, bytes: Array(text.utf8)))
    }

    private static func error(_ text: String) -> String {
        ConfigurationError.of { () throws(ConfigurationError) in try parse(text) }?.description ?? "no error"
    }

    @Test("include_dir puts in its files that end with .conf, in the order of their bytes, and no others")
    func include() throws {
        let directory = try TemporaryFolder("included")
        let other = try TemporaryFolder("not-included")
        try directory.write("second 1", to: "b.conf")
        try directory.write("first 1", to: "B.conf")
        try directory.write("third 1\ninclude_dir \(other.path)", to: "c.conf")
        try directory.write("no 1", to: "a.config")
        try directory.write("no 1", to: "a.CONF")
        try other.write("no 1", to: "a.conf")
        let main = try other.write("before 1\ninclude_dir \(directory.path)\nafter 1", to: "main")
        let found = try ConfigurationFile.read(main)
        let names = ["before", "first", "second", "third", "include_dir", "include_dir", "after"]
        #expect(found.map(\.name) == names)
        #expect(found.map(\.line) == [1, 1, 1, 1, 2, 2, 3])
        #expect(found[1].file == directory.path("B.conf"))
    }

    @Test("a file or directory that cannot be read is named, with the reason and the line that asks for it")
    func unreadable() throws {
        let directory = try TemporaryFolder("configuration")
        let missing = directory.path("missing")
        let error = ConfigurationError.of { () throws(ConfigurationError) in try ConfigurationFile.read(missing) }
        #expect(error?.description == "\(missing): cannot be opened: No such file or directory")
        let main = try directory.write("\ninclude_dir \(missing)/", to: "main.conf")
        let included = ConfigurationError.of { () throws(ConfigurationError) in try ConfigurationFile.read(main) }
        #expect(
            included?.description
                == "\(main):2: include_dir \(missing)/: cannot be opened: No such file or directory"
        )
        let whole = ConfigurationError.of { () throws(ConfigurationError) in
            try ConfigurationFile.read(directory.path)
        }
        #expect(whole?.description.contains("Is a directory") == true)
    }

    @Test("a message repeats no control characters and no endless text")
    func shown() {
        #expect("a\u{1B}[31m\tb\u{202E}".shown == "a\\u{1b}[31m\\tb\\u{202e}")
        #expect(String(repeating: "x", count: 500).shown.count == 81)
        let error = ConfigurationError("\u{1B} belongs nowhere", file: "a\nb", line: 1)
        #expect(error.description == "a\\u{a}b:1: \\u{1b} belongs nowhere")
    }
}

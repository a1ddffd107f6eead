import Testing

@testable import Support
@testable import tinymqtt

/// The words of a command line, and those of its options file.
@Suite("Words and options files of clients")
struct ClientWordsTests {
    private let folder: TemporaryFolder
    /// An options file without options, so that those of whoever runs the tests are not read.
    private let empty: [String]

    init() throws {
        folder = try TemporaryFolder()
        empty = ["-o", try folder.write("", to: "empty")]
    }

    /// Reads words, with a file of these lines.
    private func words(
        _ words: [String],
        file: String = "",
        of tool: ClientTool = .publish,
        isLink: Bool = false
    ) throws -> ClientWords {
        let path = try folder.write(file, to: "options")
        return try ClientWords(words + ["-o", path], of: tool, isLink: isLink)
    }

    @Test("a value is taken whatever it looks like")
    func values() throws {
        let words = try words(["-m", "-t", "--topic", "--", "-h", "", "-r"])
        #expect(words.normalized == ["--message", "-t", "--topic", "--", "--host", "", "--retain"])
    }

    @Test("a property has three words, and a user property four")
    func properties() throws {
        let separator = String(ClientWords.separator)
        let words = try words([
            "-D", "publish", "content-type", "-x", "-D", "connect", "user-property", "-a", "b c", "-r",
        ])
        #expect(
            words.normalized == [
                "--property", ["publish", "content-type", "-x"].joined(separator: separator),
                "--property", ["connect", "user-property", "-a", "b c"].joined(separator: separator), "--retain",
            ]
        )
    }

    @Test(
        "an option without all of its values",
        arguments: [
            (["-t"], "-t needs a value behind it"), (["--host"], "--host needs a value behind it"),
            (["-D", "publish", "content-type"], "-D needs 3 values behind it"),
            (["-D", "publish", "user-property", "a"], "-D needs 4 values behind it"),
        ]
    )
    func missingValues(words: [String], expected: String) {
        let failure = #expect(throws: OptionsFile.Failure.self) {
            try ClientWords(empty + words, of: .publish, isLink: false)
        }
        #expect(failure?.text == expected)
    }

    @Test("what is not in the table goes to the parser of the command line")
    func others() throws {
        let words = try words(["--json", "--split", "=", "--topic=a", "-tx", "word", "-C", "3"])
        #expect(words.normalized == ["--json", "--split", "=", "--topic=a", "-tx", "word", "-C", "3"])
        let link = try self.words(["--bind", "x", "-A", "y"], isLink: true)
        #expect(link.parts.first == .other("--bind"))
        #expect(link.normalized == ["--bind", "x", "--bind", "y"])
    }

    @Test("a file has an option a line, with the rest of the line as its value")
    func file() throws {
        let file = """
            # a comment
            -h broker.example
            --topic a b  c
            -m "quoted"
            -u #name
            --retain\u{20}
              -P  secret
            \u{20}\u{20}

            #-q 1
            -D publish user-property name the value
            -D publish content-type text/plain; charset=utf-8
            """
        let separator = String(ClientWords.separator)
        let expected = [
            "--host", "broker.example", "--topic", "a b  c", "--message", "\"quoted\"", "--username", "#name",
            "--retain", "--pw", " secret",
            "--property", ["publish", "user-property", "name", "the value"].joined(separator: separator),
            "--property", ["publish", "content-type", "text/plain; charset=utf-8"].joined(separator: separator),
        ]
        #expect(try words([], file: file).normalized == expected)
        #expect(try words([], file: file.replacing("\n", with: "\r\n")).normalized == expected)
    }

    @Test("the file comes before the command line, so that the latter wins or adds")
    func order() throws {
        let words = try words(["-h", "second", "-t", "b"], file: "-h first\n-t a\n", of: .subscribe)
        #expect(words.normalized == ["--host", "first", "--topic", "a", "--host", "second", "--topic", "b"])
    }

    @Test("an option of the file has its value on its own line", arguments: ["-t\n-m x\n", "-t \n-m x\n", "-m x\n-t"])
    func missingValueInFile(file: String) {
        let failure = #expect(throws: OptionsFile.Failure.self) { try words([], file: file) }
        #expect(failure?.text == "-t needs a value behind it")
    }

    @Test("a file that was named has to be there, but for a link")
    func missingFile() throws {
        let path = folder.path + "/missing"
        let failure = #expect(throws: OptionsFile.Failure.self) {
            try ClientWords(["-o", path, "-r"], of: .publish, isLink: false)
        }
        #expect(failure?.text.contains(path) == true)
        #expect(try ClientWords(["-o", path, "-r"], of: .publish, isLink: true).normalized == ["--retain"])
    }

    @Test("only one file can be named", arguments: [false, true])
    func twoFiles(isLink: Bool) {
        let failure = #expect(throws: OptionsFile.Failure.self) {
            try ClientWords(empty + empty, of: .publish, isLink: isLink)
        }
        #expect(failure?.text == "only one options file can be given with -o")
    }
}

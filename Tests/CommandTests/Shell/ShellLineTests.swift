import Testing

@testable import tinymqtt

/// How a shell takes lines apart.
@Suite("Lines of the shell")
struct ShellLineTests {
    private func words(_ line: String) throws -> [[String]] {
        try ShellLine.parse(line).map { step in
            guard case .words(let words) = step.action else { return [] }
            return words.map(\.text)
        }
    }

    @Test(
        "words, quotes, JSON and semicolons",
        arguments: [
            ("publish a/b hello", [["publish", "a/b", "hello"]]),
            ("  pub\ta  'two  blanks' ", [["pub", "a", "two  blanks"]]),
            (#"pub a "say \"hi\" \\ \n""#, [["pub", "a", #"say "hi" \ \n"#]]),
            (#"pub a\ b it\'s"#, [["pub", "a b", "it's"]]),
            ("pub a ''", [["pub", "a", ""]]),
            ("pub a {\"x\": [1, 2], \"y\": \"}\"}", [["pub", "a", "{\"x\": [1, 2], \"y\": \"}\"}"]]),
            ("pub a [1, 2]; pub b {", [["pub", "a", "[1, 2]"], ["pub", "b", "{"]]),
            ("connect; pub a;b c ; ;", [["connect"], ["pub", "a;b", "c"]]),
            ("sub #", [["sub", "#"]]),
            ("# sub a", []),
            ("", []),
            ("pub a 1>0 x|y", [["pub", "a", "1>0", "x|y"]]),
        ]
    )
    func takesApart(line: String, expected: [[String]]) throws {
        #expect(try words(line) == expected)
    }

    @Test("where output goes, and what the system's shell gets")
    func redirections() throws {
        #expect(
            try ShellLine.parse("topics > a; list >> 'b c'").map(\.output) == [
                .file("a", appends: false), .file("b c", appends: true),
            ]
        )
        #expect(try ShellLine.parse("sub a | tr a b; cat").map(\.output) == [.command("tr a b; cat")])
        #expect(try ShellLine.parse("! ls | wc; x").map(\.action) == [.system("ls | wc; x")])
    }

    @Test("what is wrong is said", arguments: ["pub 'a", "pub \"a\\\"", "topics >", "topics |"])
    func refuses(line: String) {
        #expect(throws: ShellSyntaxError.self) { try ShellLine.parse(line) }
    }

    @Test(
        "a text that is written is read as itself",
        arguments: ["a b", "it's", "\"", "\\", "{x", "#a", ">", "a;", "é\u{301} x"]
    )
    func writtenIsRead(text: String) throws {
        #expect(try words("x " + ShellWord.written(text)) == [["x", text]])
        #expect(try words("x \"" + ShellWord.written(text, within: UInt8(ascii: "\"")) + "\"") == [["x", text]])
    }

    @Test(
        "requests as type@topic@contents@flag",
        arguments: [
            ("publish@weather/temp@98@retain", ["publish", "-q", "1", "-r", "--", "weather/temp", "98"]),
            ("PUBLISH@weather/temp@98", ["publish", "-q", "1", "--", "weather/temp", "98"]),
            ("publish@a@me@host@RETAIN", ["publish", "-q", "1", "-r", "--", "a", "me@host"]),
            ("publish@a@retain", ["publish", "-q", "1", "--", "a", "retain"]),
            ("publish@a@b@", ["publish", "-q", "1", "--", "a", "b"]),
            ("Subscribe@weather/*", ["subscribe", "--", "weather/+"]),
            ("subscribe@a*/b@@", ["subscribe", "--", "a*/b"]),
            ("connect@@@", ["connect"]),
            ("list@", ["list"]),
        ]
    )
    func legacy(request: String, expected: [String]) throws {
        let request = try #require(try LegacyRequest(request))
        #expect(request.words == expected)
        #expect(request.hint.isEmpty == !expected.contains("weather/+"))
    }

    @Test("what is no such request is none, and what is a wrong one is said")
    func notLegacy() throws {
        #expect(try LegacyRequest("publish") == nil)
        #expect(try LegacyRequest("mail me@host") == nil)
        for wrong in ["publish@", "connect@host", "subscribe@a@b"] {
            #expect(throws: ShellSyntaxError.self) { try LegacyRequest(wrong) }
        }
    }

    @Test(
        "lines with a password are told from others",
        arguments: [
            ("connect h -u a -P b", true), ("connect h --pw=b", true), ("connect -L mqtt://a:b@h", true),
            ("! mosquitto_pub -Pb", true), ("connect h -p 1883", false), ("publish a/b -x", false),
            ("publish@a@b", false),
        ]
    )
    func secrets(line: String, isSecret: Bool) {
        #expect(Secrets.isSecret(line) == isSecret)
    }
}

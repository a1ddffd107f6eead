import Testing

@testable import MQTT
@testable import Support

private let longName = String(repeating: "n", count: 65_536)

private let malformedFiles = [
    // Words that begin no line.
    MalformedFile("foo bar\n", 1, "‘foo’ begins no line"),
    MalformedFile("topic\ta\n", 1, "user, topic or pattern and a space"),
    MalformedFile("TOPIC a\n", 1, "‘TOPIC’"),
    MalformedFile("# c\n\nusers a\n", 3, "‘users’"),
    MalformedFile("topic: a\n", 1, "‘topic:’"),
    MalformedFile("read a\n", 1, "‘read’"),
    MalformedFile("a/b\n", 1, "‘a/b’"),
    MalformedFile("user a\ntopics b\n", 2, "‘topics’"),
    MalformedFile("topic a\r\n\u{FEFF}topic b\r\n", 2, "begins no line"),
    MalformedFile("\(longName) a\n", 1, "…’ begins no line"),
    MalformedFile([0xFF, 0x20, 0x61, 0x0A], 1, "begins no line"),
    // Users.
    MalformedFile("user\n", 1, "user without a name"),
    MalformedFile("topic a\nuser  \n", 2, "user without a name"),
    MalformedFile("user \r\n", 1, "stand before the first user"),
    MalformedFile("user a\u{0}\n", 1, "the user name is not text"),
    MalformedFile(Array("user ".utf8) + [0xC3, 0x28], 1, "in UTF-8"),
    MalformedFile("user \(longName)\n", 1, "the user name is not text"),
    // Filters that are missing, and words for access.
    MalformedFile("topic\n", 1, "topic without a topic filter"),
    MalformedFile("pattern \n", 1, "pattern without a topic filter"),
    MalformedFile("topic a b\n", 1, "‘a’ is no access"),
    MalformedFile("topic Read a\n", 1, "‘Read’ is no access"),
    MalformedFile("topic rw a\n", 1, "read, write, readwrite or deny"),
    MalformedFile("topic none a\n", 1, "‘none’"),
    MalformedFile("pattern %c/a b\n", 1, "must where the filter has spaces"),
    MalformedFile("user u\ntopic read a\ntopic allow a\n", 3, "‘allow’"),
    MalformedFile("pattern readonly %u/#\n", 1, "‘readonly’"),
    // Filters.
    MalformedFile("topic a#b\n", 1, "a#b is no topic filter"),
    MalformedFile("topic a#\n", 1, "is no topic filter"),
    MalformedFile("topic read a/#/b\n", 1, "# alone in the last one"),
    MalformedFile("topic +a\n", 1, "+ stands alone in its level"),
    MalformedFile("topic write a+/b\n", 1, "a+/b"),
    MalformedFile("topic ++\n", 1, "++"),
    MalformedFile("topic deny a/b+\n", 1, "a/b+"),
    MalformedFile("topic ##\n", 1, "##"),
    MalformedFile("pattern %u/a#\n", 1, "is no topic filter"),
    MalformedFile("topic ok\npattern %u/+x\n", 2, "%u/+x"),
    MalformedFile("topic read a\u{0}b\n", 1, "not text that MQTT allows"),
    MalformedFile(Array("topic a/".utf8) + [0xED, 0xA0, 0x80], 1, "in UTF-8"),
    MalformedFile("topic \(longName)\n", 1, "longer than 65535 bytes"),
    // Names inside a level.
    MalformedFile("pattern a/x%c\n", 1, "the pattern a/x%c has %c within a level"),
    MalformedFile("pattern a/%cx/b\n", 1, "%c within a level"),
    MalformedFile("pattern read %u%c\n", 1, "within a level"),
    MalformedFile("pattern write a/-%u-/b\n", 1, "%u within a level"),
    MalformedFile("pattern %c/%c%c\n", 1, "%c within a level"),
    MalformedFile("topic ok\npattern %u/%%u\n", 2, "stand alone in theirs"),
]

@Suite("Access control files")
struct AccessControlFileTests {
    @Test("what is wrong is named with its line", arguments: malformedFiles)
    func malformed(file: MalformedFile) {
        let error = #expect(throws: ConfigurationError.self) { try AccessControlList(file.textFile) }
        #expect(file.fault(of: error) == nil)
        #expect((error?.problem.utf8.count ?? 0) < 300, "a long line is not repeated whole")
    }

    @Test("the table has enough rows")
    func malformedCount() {
        #expect(malformedFiles.count >= 40)
    }

    @Test("a file from the disk: who has which rules, and where they stand")
    func read() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            """
            # for everybody without a name
            topic read  news/#
              topic deny
            user  ann lee\u{20}
            topic write a b/c\r
            topic readwrite read
            user bob
            # nothing for bob
            pattern %c/x y
            user ann lee
            topic deny %c
            """,
            to: "acl"
        )
        let error = #expect(throws: ConfigurationError.self) { try AccessControlList.read(path) }
        #expect(error?.line == 9, "a pattern with a space needs its access word")
        try folder.write(folder.text("acl").replacing("pattern %c", with: "pattern read %c"), to: "acl")
        let list = try AccessControlList.read(path)
        #expect(list.anonymous.permissions.map(\.description) == ["topic read news/#", "topic readwrite deny"])
        #expect(Set(list.users.keys) == [.text("ann lee")])
        let ann = try #require(list.users[.text("ann lee")])
        #expect(ann.permissions.map(\.description) == ["topic write a b/c", "topic readwrite read"])
        #expect(ann.permissions.map(\.line) == [5, 6])
        #expect(ann.denials.map(\.description) == ["topic deny %c"])
        #expect(ann.denials.map(\.line) == [11])
        #expect(list.patterns.permissions.map(\.description) == ["pattern read %c/x y"])
    }

    @Test("more rules than are allowed")
    func tooManyRules() {
        let text = String(repeating: "topic a\n", count: AccessControlList.maximumRuleCount + 1)
        let file = TextFile(path: "file", bytes: Array(text.utf8))
        let error = #expect(throws: ConfigurationError.self) { try AccessControlList(file) }
        #expect(error?.line == AccessControlList.maximumRuleCount + 1)
        #expect(error?.problem.contains("100000 rules") == true)
    }

    @Test("a long rule is shown cut short")
    func longRule() throws {
        let text = "topic deny \(String(repeating: "x", count: 1_000))\n"
        let list = try AccessControlList(TextFile(path: "file", bytes: Array(text.utf8)))
        let shown = list.profile(userName: nil, clientIdentifier: .text("c")).ruleText(line: 1)
        #expect(shown?.count == "topic deny ".count + 101)
        #expect(shown?.hasSuffix("x…") == true)
    }
}

import Testing

@testable import Support
@testable import tinymqtt

/// What the tab key finds.
@Suite("Completion in the shell")
struct ShellCompleterTests {
    private let completer: ShellCompleter

    init() {
        var book = TopicBook()
        for topic in ["house/kitchen/temp", "house/kitchen/hum", "house/hall", "my house/x", "hut"] {
            book.enter(topic, payload: [1], isRetained: false)
        }
        completer = ShellCompleter(
            knowledge: ShellCompleter.Knowledge(
                topics: { [book] in book.continuations(of: $0, limit: $1) },
                connections: ["main", "work"],
                files: { beginning in ["file.txt", "folder/"].filter { $0.hasPrefix(beginning) } }
            )
        )
    }

    /// The line with its completion put in, and what would be listed.
    private func complete(_ line: String) -> (line: String, labels: [String])? {
        completer.complete(line).map { completion in
            let beginning = String(decoding: line.utf8.prefix(completion.start), as: UTF8.self)
            let isOnly = completion.candidates.count == 1
            let following = isOnly && completion.following == .blank ? " " : ""
            return (beginning + completion.common + following, completion.candidates.map(\.label))
        }
    }

    @Test(
        "goes on as far as is certain",
        arguments: [
            ("publi", "publish "), ("PUBLI", "publish "), ("connect; disc", "connect; disconnect "),
            ("pub hou", "pub house/"), ("pub house/k", "pub house/kitchen/"),
            ("pub house/kitchen/t", "pub house/kitchen/temp "), ("pub my", "pub my\\ house/"),
            ("pub \"my", "pub \"my house/"), ("sub -q 1 house/ha", "sub -q 1 house/hall "),
            ("publish@hut", "publish@hut"), ("publish@house/k", "publish@house/kitchen/"),
            ("use w", "use work "), ("set qu", "set quiet "), ("set quiet of", "set quiet off "),
            ("format js", "format json "), ("help wat", "help watch "), ("pub --ret", "pub --retain "),
            ("pub hut @fi", "pub hut @file.txt "), ("topics > fo", "topics > folder/"),
            ("source fi", "source file.txt "), ("connect -V 3", "connect -V 31"),
            ("connect --will-topic hut", "connect --will-topic hut "),
        ]
    )
    func completes(line: String, expected: String) throws {
        #expect(try #require(complete(line)).line == expected)
    }

    @Test(
        "lists what there is, with counts",
        arguments: [
            ("sub h", ["house/ (3)", "hut (1)"]), ("get house/kitchen/", ["hum (1)", "temp (1)"]),
            ("pub -q ", ["0", "1", "2"]), ("unsub", ["unsubscribe"]),
            ("set ", ["qos", "retain", "format", "quiet", "timestamps", "explore", "cut"]),
            ("disconnect ", ["main", "work"]),
            ("s", ["save", "set", "show", "sleep", "source", "status", "subscribe", "subscriptions"]),
        ]
    )
    func lists(line: String, expected: [String]) throws {
        #expect(try #require(complete(line)).labels == expected)
    }

    @Test(
        "offers nothing where nothing fits",
        arguments: ["nonsense x", "pub hut tex", "! ls ", "sub a | gr", "# c", "ping x"]
    )
    func nothing(line: String) {
        #expect(completer.complete(line) == nil)
    }

    @Test("every command has a help, a summary, and completes its own options")
    func everyCommand() {
        for command in ShellCommands.all {
            #expect(!command.summary.isEmpty)
            let options = command.options.flatMap(\.names)
            #expect(options.contains("--help"), "\(command.name)")
            #expect(complete("\(command.name) --hel")?.line == "\(command.name) --help ", "\(command.name)")
        }
        #expect(Set(ShellCommands.names).count == ShellCommands.names.count)
    }

    @Test("every command and every setting is in the manual page")
    func manual() throws {
        let page = try SourceTree.text("man/tinymqtt-shell.1")
        for command in ShellCommands.all {
            let entry = "\n.It Ic \(command.name)"
            #expect(page.contains(entry + "\n") || page.contains(entry + " "), "\(command.name)")
            for alias in command.names.dropFirst() where alias != "?" {
                #expect(page.contains("Short:\n.Ic \(alias) .\n"), "\(alias)")
            }
        }
        for name in ShellSettings.Name.allCases {
            #expect(page.contains("\n.It Cm \(name.rawValue)\n"), "\(name)")
        }
    }

    @Test(
        "unknown commands suggest the nearest",
        arguments: [
            ("publsh", "publish"), ("SUBSCRIBE2", "subscribe"), ("conect", "connect"), ("mess", "messages"),
        ]
    )
    func suggests(word: String, expected: String) {
        #expect(ShellCommands.nearest(to: word, among: ShellCommands.names) == expected)
    }

    @Test("candidates stand in columns that fit, and the rest is said")
    func columns() {
        var completion = LineCompletion(
            start: 0,
            candidates: ["a", "日本", "ccc"].map { LineCompletion.Candidate(text: $0, label: $0) }
        )
        #expect(completion.list(columns: 80) == "a     日本  ccc")
        #expect(completion.list(columns: 13) == "a     ccc\n日本")
        completion.count = 10
        #expect(completion.list(columns: 4).hasSuffix("… and 7 more; go on typing to see fewer"))
    }
}

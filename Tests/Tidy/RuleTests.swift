import Testing

/// Each rule finds what breaks it, at the right line, and nothing else.
@Suite
struct RuleTests {
    /// A text, the file it pretends to be, and the lines that break the rule.
    struct Case: Sendable, CustomTestStringConvertible {
        let rule: String
        let path: String
        let text: String
        let lines: [Int]

        init(_ rule: String, _ path: String, _ text: String, finds lines: Int...) {
            self.rule = rule
            self.path = path
            self.text = text
            self.lines = lines
        }

        var testDescription: String { "\(rule): \(path): \(text.lines.prefix(4).joined(separator: " / "))" }
    }

    @Test(arguments: purity + length + declarations + unsafety + expressions + names + texts)
    func ruleFinds(_ example: Case) throws {
        let rule = try #require(Rule.all.first { $0.name == example.rule }, "no rule has this name")
        let file = SourceFile(path: example.path, text: example.text)
        #expect(rule.check(file).map(\.line) == example.lines)
    }

    @Test
    func everyRuleIsSeenToFail() {
        let all = Self.purity + Self.length + Self.declarations + Self.unsafety + Self.expressions + Self.names
        let failing = Set((all + Self.texts).filter { !$0.lines.isEmpty }.map(\.rule))
        #expect(failing == Set(Rule.all.map(\.name)))
    }

    private static let purity = [
        Case(
            "pure folders ask no clock",
            "Sources/MQTT/Wire/A.swift",
            "let a = 1\nlet b = NIODeadline.now()",
            finds: 2
        ),
        Case("pure folders ask no clock", "Sources/MQTT/Broker/A.swift", "let clock = ContinuousClock()", finds: 1),
        Case("pure folders ask no clock", "Sources/MQTT/Session/A.swift", "let date = Date()", finds: 1),
        Case("pure folders ask no clock", "Sources/MQTT/Session/A.swift", "// .now()\nself.now = now"),
        Case("pure folders ask no clock", "Sources/MQTT/Client/A.swift", "let a = NIODeadline.now()"),
        Case("pure folders do nothing themselves", "Sources/MQTT/Topics/A.swift", "let c: any Channel", finds: 1),
        Case("pure folders do nothing themselves", "Sources/MQTT/Topics/A.swift", "func f() async {}", finds: 1),
        Case("pure folders do nothing themselves", "Sources/MQTT/Topics/A.swift", "let a = \"Channel \\(b)\""),
        Case("pure folders do nothing themselves", "Sources/MQTT/Transport/A.swift", "let c: any Channel"),
        Case("NIOAny stays in Transport and Client", "Sources/MQTT/Service/A.swift", "write(NIOAny(b))", finds: 1),
        Case("NIOAny stays in Transport and Client", "Sources/MQTT/Client/A.swift", "write(NIOAny(b))"),
        Case("writeAndFlush is an explained exception", "Sources/MQTT/Client/A.swift", "c.writeAndFlush(b)", finds: 1),
        Case("writeAndFlush is an explained exception", "Sources/MQTT/Client/A.swift", "// Last.\nc.writeAndFlush(b)"),
        Case(
            "writeAndFlush is an explained exception",
            "Sources/tinymqtt/A.swift",
            "c.writeAndFlush(b) // x",
            finds: 1
        ),
    ]

    private static let length = [
        Case("files are short", "Sources/MQTT/Wire/A.swift", String(repeating: "\n", count: 401), finds: 0),
        Case("files are short", "Sources/MQTT/Wire/A.swift", String(repeating: "\n", count: 400)),
        Case("files are short", "Sources/MQTT/Wire/A.swift", "// Table: x" + String(repeating: "\n", count: 401)),
        Case("functions are short", "Sources/tinymqtt/A.swift", function(lines: 61), finds: 3),
        Case("functions are short", "Sources/tinymqtt/A.swift", function(lines: 60)),
        Case("functions are short", "Tests/MQTTTests/A.swift", function(lines: 61)),
    ]

    /// A type with a function of so many lines, which begins at the third.
    private static func function(lines: Int) -> String {
        let body = String(repeating: "        if a { b() }\n", count: lines - 2)
        return "struct A {\n    let a: Bool\n    static func f() {\n\(body)    }\n    func g() {}\n}"
    }

    private static let declarations = [
        Case("types say what they are", "Sources/MQTT/Wire/A.swift", "struct A {}", finds: 1),
        Case("types say what they are", "Sources/MQTT/Wire/A.swift", "// A\npublic final class A {\n}", finds: 2),
        Case(
            "types say what they are",
            "Sources/MQTT/Wire/A.swift",
            "extension A {\n    enum B { case c }\n}",
            finds: 2
        ),
        Case("types say what they are", "Sources/MQTT/Wire/A.swift", "/// A\n@a\n@b(\n    c\n)\nstruct A {}"),
        Case("types say what they are", "Tests/MQTTTests/A.swift", "@Suite(\"names\")\nstruct A {}"),
        Case("types say what they are", "Tests/MQTTTests/A.swift", "@Suite(.serialized)\nstruct A {}", finds: 2),
        Case("types say what they are", "Sources/MQTT/Wire/A.swift", "private struct A {\n    struct B {}\n}"),
        Case("types say what they are", "Sources/MQTT/Wire/A.swift", "func f() {\n    struct B {}\n}"),
        Case("types say what they are", "Sources/MQTT/Wire/A.swift", "/// A\nclass A {\n    class func f() {}\n}"),
        Case(
            "stored properties of classes stay inside the module",
            "Sources/MQTT/Client/A.swift",
            "class A {\n    public var a = 1\n    package private(set) var b: Int\n}\n"
                + "actor B { var c = 1\npublic var d: Int {\ndidSet {} }\n}",
            finds: 2,
            3,
            6
        ),
        Case(
            "stored properties of classes stay inside the module",
            "Sources/MQTT/Client/A.swift",
            "class A {\n    public var a: Int { 1 }\n    var b = 1\n    public let c = 1\n}\nstruct B { public var c = 1 }"
        ),
    ]

    private static let unsafety = [
        Case("unsafe code is proved", "Sources/MQTT/Wire/A.swift", "let a = unsafe b()", finds: 1),
        Case("unsafe code is proved", "Tests/Support/A.swift", "struct A: @unchecked Sendable {}", finds: 1),
        Case("unsafe code is proved", "Sources/MQTT/Wire/A.swift", "nonisolated(unsafe) var a = 1", finds: 1),
        Case("unsafe code is proved", "Sources/MQTT/Wire/A.swift", "// Copied.\nlet a = unsafe b()"),
        Case("unsafe code is proved", "Sources/MQTT/Wire/A.swift", "// Copied.\nlet a =\n    unsafe b()"),
        Case("unsafe code is proved", "Sources/MQTT/Wire/A.swift", "let a = unsafe b()  // Copied."),
        Case("unsafe code is proved", "Sources/MQTT/Wire/A.swift", "// A.\nlet a = 1\nlet b = 2\nunsafe c()", finds: 4),
        Case(
            "unsafe code is proved",
            "Sources/MQTT/Wire/A.swift",
            "// A.\nfunc a() {\n    b()\n    unsafe c()\n}",
            finds: 4
        ),
        Case(
            "unsafe code is proved",
            "Sources/MQTT/Wire/A.swift",
            "// A.\nunsafe a {\n    let b = 1\n    unsafe c(b)\n}"
        ),
        Case("unsafe code is proved", "Sources/MQTT/Wire/A.swift", "// A.\nf(\n    a,\n    unsafe b\n)"),
        Case("unsafe code is proved", "Sources/MQTT/Wire/A.swift", "UTF8String(unchecked: bytes)"),
    ]

    private static let expressions = [
        Case("no error ends the program", "Tests/Support/A.swift", "let a = try! b()", finds: 1),
        Case("no error ends the program", "Tests/Support/A.swift", "let a = try b() // never try!"),
        Case("no error ends the program", "Tests/Support/A.swift", "let a = try !b()"),
        Case(
            "state machines switch over every case",
            "Sources/MQTT/Session/A.swift",
            "switch a {\ndefault: b\n}",
            finds: 2
        ),
        Case("state machines switch over every case", "Sources/MQTT/Broker/A.swift", "default: b  // all close"),
        Case("state machines switch over every case", "Sources/MQTT/Wire/A.swift", "default: b"),
        Case("tests wait for events", "Tests/EndToEnd/A.swift", "try await Task.sleep(for: .seconds(1))", finds: 1),
        Case("tests wait for events", "Tests/EndToEnd/peer.py", "import time\ntime.sleep(1)", finds: 2),
        Case("tests wait for events", "Tests/EndToEnd/peer.sh", "sleep 1", finds: 1),
        Case("tests wait for events", "Tests/EndToEnd/A.swift", "/// Does not sleep(1).\nfunc sleepless() {}"),
        Case("tests wait for events", "Sources/MQTT/Client/A.swift", "try await Task.sleep(for: delay)"),
    ]

    private static let names = [
        Case("names are whole words", "Sources/MQTT/Wire/A.swift", "let msg = 1\nlet lastPktID = 1", finds: 1, 2),
        Case(
            "names are whole words",
            "Tests/Support/A.swift",
            "func f(ctx: Int) { let TMPFile = conn_a }",
            finds: 1,
            1,
            1
        ),
        Case("names are whole words", "Sources/MQTT/Wire/A.swift", "let midpoint = SSL_CTX + \"msg\" // pkt"),
        Case("names are whole words", "README.md", "msg"),
    ]

    private static let texts = [
        Case("nothing is left to do", "README.md", "a\n TO" + "DO: b", finds: 2),
        Case(
            "nothing is left to do",
            "Sources/MQTT/Wire/A.swift",
            "// FIX" + "ME later\nlet a = \"XX" + "X\"",
            finds: 1,
            2
        ),
        Case("nothing is left to do", ".ci/run", "mktemp -d a.XX" + "XXXX"),
        Case("no merge is half done", "CONTRIBUTING.md", "a\n<<<<" + "<<< HEAD\n====\n>>>>" + ">>> b", finds: 2, 4),
        Case("no merge is half done", "CONTRIBUTING.md", "Title\n=======\na >>> b <<< c"),
        Case("no path of somebody's machine", "README.md", "cd /wor" + "k/main", finds: 1),
        Case("no path of somebody's machine", "Tests/A/a.conf", "a\nfile \"/hom" + "e/anna/a\"", finds: 2),
        Case("no path of somebody's machine", "Tests/A/a.conf", "see /Use" + "rs/anna", finds: 1),
        Case(
            "no path of somebody's machine",
            "README.md",
            "topic at/hom" + "e/lamp, $HOME/wor" + "k/a, '+/hom" + "e/a', /work"
        ),
    ]
}

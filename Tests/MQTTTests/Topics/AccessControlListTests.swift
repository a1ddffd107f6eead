import Testing

@testable import MQTT
@testable import Support

/// A decision of an access control file.
private struct DecisionRow: Sendable, CustomTestStringConvertible {
    /// The file, with `;` for the ends of its lines.
    let rules: String
    /// The User Name, `nil` for none, and the Client Identifier.
    let names: (String?, String)
    let action: AccessProfile.Action
    let topic: String
    let expected: AccessProfile.Decision

    init(
        _ rules: String,
        _ names: (String?, String),
        _ action: AccessProfile.Action,
        _ topic: String,
        _ expected: AccessProfile.Decision
    ) {
        self.rules = rules
        self.names = names
        self.action = action
        self.topic = topic
        self.expected = expected
    }

    var testDescription: String { "‘\(rules)’: \(names.0 ?? "nobody") (\(names.1)), \(action) \(topic)" }
}

private let nobody: (String?, String) = (nil, "c1")
private let ann: (String?, String) = ("ann", "c1")
private let none = AccessProfile.Decision.denied(line: nil)

private let rows = [
    // An empty file allows nothing.
    DecisionRow("", nobody, .publish, "a", none), DecisionRow("", ann, .receive, "a", none),
    // Access.
    DecisionRow("topic a", nobody, .publish, "a", .allowed), DecisionRow("topic a", nobody, .receive, "a", .allowed),
    DecisionRow("topic readwrite a", nobody, .publish, "a", .allowed),
    DecisionRow("topic read a", nobody, .publish, "a", none),
    DecisionRow("topic read a", nobody, .receive, "a", .allowed),
    DecisionRow("topic write a", nobody, .publish, "a", .allowed),
    DecisionRow("topic write a", nobody, .receive, "a", none),
    DecisionRow("topic read a;topic write a", nobody, .publish, "a", .allowed),
    DecisionRow("topic a", nobody, .publish, "b", none), DecisionRow("topic a", nobody, .publish, "a/b", none),
    DecisionRow("topic read a b", nobody, .receive, "a b", .allowed),
    DecisionRow("topic deny", nobody, .publish, "deny", .allowed),
    // Wildcards.
    DecisionRow("topic a/#", nobody, .publish, "a", .allowed),
    DecisionRow("topic a/#", nobody, .publish, "a/b/c", .allowed),
    DecisionRow("topic a/+", nobody, .publish, "a/b", .allowed),
    DecisionRow("topic a/+", nobody, .publish, "a/b/c", none),
    DecisionRow("topic #", nobody, .publish, "a/b", .allowed),
    DecisionRow("topic +/b", nobody, .publish, "/b", .allowed),
    // Topics that begin with `$`.
    DecisionRow("topic #", nobody, .receive, "$SYS/a", none),
    DecisionRow("topic +/a", nobody, .receive, "$SYS/a", none),
    DecisionRow("topic read $SYS/#", nobody, .receive, "$SYS/a", .allowed),
    DecisionRow("topic read $SYS/#", nobody, .receive, "SYS/a", none),
    DecisionRow("topic deny #;topic $x/#", nobody, .receive, "$x/a", .allowed),
    DecisionRow("pattern %c/a", (nil, "$x"), .receive, "$x/a", none),
    DecisionRow("pattern %u/a", ("$x", "c"), .publish, "$x/a", none),
    DecisionRow("pattern $x/%c", (nil, "c"), .publish, "$x/c", .allowed),
    DecisionRow("pattern $x/%c", (nil, "$c"), .publish, "$x/$c", .allowed),
    DecisionRow("pattern #", nobody, .publish, "$x/a", none),
    DecisionRow("pattern +/%c", nobody, .publish, "$x/c1", none),
    // Whose rules.
    DecisionRow("topic a", ann, .publish, "a", none), DecisionRow("user ann;topic a", ann, .publish, "a", .allowed),
    DecisionRow("user ann;topic a", nobody, .publish, "a", none),
    DecisionRow("user ann;topic a", ("bob", "c"), .publish, "a", none),
    DecisionRow("user ann;topic a", ("Ann", "c"), .publish, "a", none),
    DecisionRow("user ann;topic a;user bob;topic b;user ann;topic c", ann, .publish, "c", .allowed),
    DecisionRow("user ann;topic a;user bob;topic b;user ann;topic c", ann, .publish, "b", none),
    DecisionRow("topic a", ("", "c"), .publish, "a", none),
    DecisionRow("user a b;topic a", ("a b", "c"), .publish, "a", .allowed),
    // Deny, wherever it stands.
    DecisionRow("topic deny a;topic a", nobody, .publish, "a", .denied(line: 1)),
    DecisionRow("topic a;topic deny a", nobody, .publish, "a", .denied(line: 2)),
    DecisionRow("topic #;topic deny a/+;topic deny a/#", nobody, .publish, "a/b", .denied(line: 2)),
    DecisionRow("topic #;topic deny a/+;topic deny a/#", nobody, .publish, "a", .denied(line: 3)),
    DecisionRow("topic #;topic deny a/#", nobody, .receive, "b", .allowed),
    DecisionRow("topic deny a", nobody, .publish, "b", none),
    DecisionRow("user ann;topic #;user bob;topic deny #", ann, .publish, "a", .allowed),
    DecisionRow("topic deny a;pattern a", nobody, .publish, "a", .denied(line: 1)),
    // What is allowed by a Client's own rules, no pattern denies.
    DecisionRow("topic a;pattern deny a", nobody, .publish, "a", .allowed),
    DecisionRow("topic read a;pattern deny a", nobody, .publish, "a", .denied(line: 2)),
    DecisionRow("pattern a;pattern deny a", nobody, .publish, "a", .denied(line: 2)),
    // Patterns.
    DecisionRow("pattern a", ann, .publish, "a", .allowed),
    DecisionRow("user bob;pattern a", ann, .publish, "a", .allowed),
    DecisionRow("pattern %c", nobody, .publish, "c1", .allowed),
    DecisionRow("pattern %c", nobody, .publish, "c2", none),
    DecisionRow("pattern %c", nobody, .publish, "%c", none), DecisionRow("topic %c", nobody, .publish, "%c", .allowed),
    DecisionRow("topic %c", nobody, .publish, "c1", none),
    DecisionRow("pattern a/%c/#", nobody, .publish, "a/c1/b", .allowed),
    DecisionRow("pattern a/%c/#", nobody, .publish, "a/c12/b", none),
    DecisionRow("pattern a/%c/#", nobody, .publish, "a/c1", .allowed),
    DecisionRow("pattern write %u/%c/+", ann, .publish, "ann/c1/x", .allowed),
    DecisionRow("pattern write %u/%c/+", ann, .receive, "ann/c1/x", none),
    DecisionRow("pattern %u/a", nobody, .publish, "/a", none),
    DecisionRow("pattern %u/a", ("", "c"), .publish, "/a", .allowed),
    DecisionRow("pattern deny %u/a;pattern #", nobody, .publish, "/a", .allowed),
    DecisionRow("pattern %c/x", (nil, "a/b"), .publish, "a/b/x", .allowed),
    DecisionRow("pattern %c/x", (nil, "a/b"), .publish, "a/c/x", none),
    DecisionRow("pattern %c/%c", (nil, "a/b"), .publish, "a/b/a/b", .allowed),
    DecisionRow("pattern %c", (nil, "a/b"), .publish, "a/b/", none),
    DecisionRow("pattern %c/+", (nil, "a"), .publish, "a/", .allowed),
    // Names with wildcards are denied as soon as patterns are asked.
    DecisionRow("pattern #", (nil, "a#"), .publish, "a", none),
    DecisionRow("pattern #", (nil, "+"), .receive, "a", none),
    DecisionRow("pattern %c/x", (nil, "+"), .receive, "a/x", none),
    DecisionRow("pattern %u/#", ("#", "c"), .receive, "a/x", none),
    DecisionRow("pattern a;topic a", (nil, "a#"), .publish, "a", .allowed),
    DecisionRow("pattern deny a;user +;topic b", ("+", "c"), .publish, "b", .allowed),
]

/// Whether a Client can receive something by a filter.
private struct OverlapRow: Sendable, CustomTestStringConvertible {
    let rules: String
    let filter: String
    let expected: Bool

    init(_ rules: String, _ filter: String, _ expected: Bool) {
        self.rules = rules
        self.filter = filter
        self.expected = expected
    }

    var testDescription: String { "‘\(rules)’: \(filter)" }
}

private let overlapRows = [
    OverlapRow("", "a", false), OverlapRow("topic a", "a", true), OverlapRow("topic read a", "b", false),
    OverlapRow("topic write a", "a", false), OverlapRow("topic a/b", "a/+", true),
    OverlapRow("topic a/b", "+/c", false),
    OverlapRow("topic a/+", "+/b", true), OverlapRow("topic a/+/c", "a/b/#", true),
    OverlapRow("topic a/+/c", "a/b", false),
    OverlapRow("topic a/#", "a", true), OverlapRow("topic a", "a/#", true), OverlapRow("topic a/b", "a/b/c/#", false),
    OverlapRow("topic +", "#", true), OverlapRow("topic #", "+/+", true), OverlapRow("topic a/b/c", "a/+", false),
    OverlapRow("topic #", "$SYS/#", false), OverlapRow("topic +/a", "$SYS/a", false),
    OverlapRow("topic $SYS/#", "#", false), OverlapRow("topic $SYS/a", "+/a", false),
    OverlapRow("topic $SYS/a", "$SYS/+", true), OverlapRow("topic a/$b", "a/+", true),
    OverlapRow("topic #;topic deny a/#", "a/b", false), OverlapRow("topic #;topic deny a/#", "a/#", false),
    OverlapRow("topic #;topic deny a/#", "a", false), OverlapRow("topic #;topic deny a/#", "#", true),
    OverlapRow("topic #;topic deny a/#", "+/b", true), OverlapRow("topic #;topic deny a/+", "a/#", true),
    OverlapRow("topic #;topic deny +/+", "a/b", false), OverlapRow("topic #;topic deny +/#", "#", false),
    OverlapRow("topic #;topic deny +/+/#", "#", true), OverlapRow("topic #;topic deny #", "+/b", false),
    OverlapRow("topic $x/a;topic deny #", "$x/a", true), OverlapRow("topic $x/a;topic deny +/a", "$x/a", true),
    OverlapRow("topic #;topic deny a/b", "a/+", true), OverlapRow("topic #;topic deny a/+", "a/+", false),
    OverlapRow("topic deny a;pattern a", "a", false), OverlapRow("topic a;pattern deny a", "a", true),
    OverlapRow("pattern a;pattern deny a", "a", false),
    OverlapRow("pattern %c/#", "c1/x", true), OverlapRow("pattern %c/#", "c2/x", false),
    OverlapRow("pattern %c/#", "+/x", true), OverlapRow("pattern %u/#", "+/x", false),
    OverlapRow("pattern #;pattern deny %c/#", "c1/+", false), OverlapRow("pattern #;pattern deny %c/#", "c2/+", true),
]

@Suite("Access control lists")
struct AccessControlListTests {
    /// The list of a file that is written in one line.
    static func list(_ rules: String) throws -> AccessControlList {
        try AccessControlList(TextFile(path: "file", bytes: Array(rules.replacing(";", with: "\n").utf8)))
    }

    @Test("decisions", arguments: rows)
    private func decision(row: DecisionRow) throws {
        let profile = try Self.list(row.rules).profile(
            userName: row.names.0.map(UTF8String.text),
            clientIdentifier: .text(row.names.1)
        )
        #expect(profile.decision(row.action, UTF8String.text(row.topic).bytes.span) == row.expected)
    }

    @Test("the table has enough rows")
    func rowCount() {
        #expect(rows.count >= 60)
    }

    @Test("what a filter can bring, for a Client without a name that calls itself c1", arguments: overlapRows)
    private func overlap(row: OverlapRow) throws {
        let profile = try Self.list(row.rules).profile(userName: nil, clientIdentifier: .text("c1"))
        #expect(Self.mayReceive(row.filter, profile) == row.expected)
    }

    @Test("a name that is as long as it can be, in many places, opens nothing and takes no time")
    func longNames() throws {
        let pattern = (["pattern read %c"] + Array(repeating: "%c", count: 10_000)).joined(separator: "/")
        let name = UTF8String.text(String(repeating: "n", count: UTF8String.maximumLength))
        let profile = try Self.list("\(pattern);topic read x").profile(userName: nil, clientIdentifier: name)
        #expect(Self.mayReceive("+/#", profile) == true)
        let other = try Self.list(pattern).profile(userName: nil, clientIdentifier: name)
        #expect(Self.mayReceive("#", other) == false)
        #expect(other.decision(.receive, name.bytes.span) == .denied(line: nil))
    }

    private static func mayReceive(_ filter: String, _ profile: AccessProfile) -> Bool {
        profile.mayReceiveSomething(matching: UTF8String.text(filter).bytes.span)
    }

    @Test("the rule of a line is told as it could stand in the file")
    func ruleText() throws {
        let profile = try Self.list("topic a;topic deny b;pattern deny %c/#").profile(
            userName: nil,
            clientIdentifier: .text("c")
        )
        #expect(profile.ruleText(line: 2) == "topic deny b")
        #expect(profile.ruleText(line: 3) == "pattern deny %c/#")
        #expect(profile.ruleText(line: 4) == nil)
    }
}

import Testing

@testable import tinymqtt

/// What is suggested to somebody who has mistyped a word.
@Suite("Suggestions")
struct SuggestionTests {
    @Test(
        "the distance of two words",
        arguments: [
            ("", "", 0), ("pub", "pub", 0), ("", "sub", 3), ("sub", "", 3), ("pub", "sub", 1), ("pbu", "pub", 1),
            ("--hots", "--host", 1), ("ab", "ba", 1), ("abc", "ca", 3), ("--qos", "--quiet", 4), ("ä", "a", 1),
        ]
    )
    func distance(first: String, second: String, expected: Int) {
        #expect(Suggestion.distance(Array(first), Array(second)) == expected)
        #expect(Suggestion.distance(Array(second), Array(first)) == expected)
    }

    @Test(
        "the nearest word, if one is near",
        arguments: [
            ("pbu", "pub"), ("publ", "pub"), ("brokre", "broker"), ("passwrd", "passwd"), ("pong", "ping"),
            // Of a short word half the letters at most may be wrong.
            ("xy", nil), ("x", nil), ("publish", nil), ("", nil), ("subscribe", nil),
            // A long one is compared with nothing.
            (String(repeating: "p", count: 41), nil),
        ]
    )
    func nearest(word: String, expected: String?) {
        let words = ["broker", "pub", "sub", "rr", "get", "ping", "passwd", "exit-codes"]
        #expect(Suggestion.nearest(to: word, among: words) == expected)
    }

    @Test("the options of a help")
    func optionsInHelp() {
        let help = """
            OVERVIEW: What -it is.

            OPTIONS:
              -h, --host <host>       The host, like --port says -x.
              --unix <path>           The socket.
              -D, --property <packet> <name> <value>
                                      Means -V 5.
            """
        #expect(Suggestion.options(inHelp: help) == ["-h", "--host", "--unix", "-D", "--property"])
    }

    @Test(
        "words that are not known",
        arguments: [
            ("pbu -t a", "there is no subcommand pbu; did you mean pub?"),
            ("subscribe", "there is no subcommand subscribe"),
            ("pub --tpoic a", "pub has no option --tpoic; did you mean --topic?"),
            ("pub -t a --tpoic=a", "pub has no option --tpoic; did you mean --topic?"),
            ("sub --retain", "sub has no option --retain"),
            ("ping --interwal 1", "ping has no option --interwal; did you mean --interval?"),
        ]
    )
    func unknownWord(line: String, expected: String) {
        let words = line.split(separator: " ").map(String.init)
        #expect(UnknownWord(in: words, of: TinyMQTT.self)?.description == expected)
    }

    @Test(
        "words that are known, or may be values",
        arguments: ["", "help", "--help", "pub -t a -m b", "pub -m --hello", "pub --topic --tpoic", "sub -x"]
    )
    func knownWord(line: String) {
        let words = line.split(separator: " ").map(String.init)
        #expect(UnknownWord(in: words, of: TinyMQTT.self)?.description == nil)
    }
}

import ArgumentParser
import Testing

@testable import tinymqtt

/// The line in which a person has pressed the tab key, as shells hand it over, and the topics that are offered.
@Suite("A line to complete")
struct CompletionLineTests {
    @Test(
        "words are without quotes",
        arguments: [
            (["tinymqtt", "sub", "-h", "'a b'", "-t", "'ho"], ["tinymqtt", "sub", "-h", "a b", "-t", "ho"]),
            (["tinymqtt", "\"a\"", "'", "a\\ b\\\\", "\\'x"], ["tinymqtt", "a", "", "a b\\", "'x"]),
            (["tinymqtt", ""], ["tinymqtt", ""]),
        ]
    )
    func quotes(words: [String], expected: [String]) {
        let line = CompletionLine(words, index: words.count - 1, prefix: words[words.count - 1], shell: .zsh)
        #expect(line.words == expected)
        #expect(line.prefix == expected[expected.count - 1])
    }

    @Test(
        "what bash has divided is one word again",
        arguments: [
            (["t", "-L", "mqtt", ":", "//h", ":", "1/x", "-t", ""], ["t", "-L", "mqtt://h:1/x", "-t", ""]),
            (["t", "-h", "::", "1", "-p", "1"], ["t", "-h", "::1", "-p", "1"]),
            (["t", "--port", "=", "18", "-t", "a"], ["t", "--port=18", "-t", "a"]),
            (["t", "-P", "x", "==", "-t", "a"], ["t", "-P", "x==", "-t", "a"]),
            (["t", "a", ":"], ["t", "a:"]),
        ]
    )
    func breaks(words: [String], expected: [String]) {
        let last = words.count - 1
        #expect(CompletionLine(words, index: last, prefix: words[last], shell: .bash).words == expected)
        #expect(CompletionLine(words, index: last, prefix: words[last], shell: .fish).words == words)
    }

    @Test("what is typed ends at the cursor, and need not be the last word")
    func prefix() {
        let words = ["tinymqtt", "sub", "-t", "house", "-p", "1"]
        #expect(CompletionLine(words, index: 3, prefix: "1", shell: .bash).prefix == "house")
        #expect(CompletionLine(words, index: 5, prefix: "", shell: .bash).prefix == "")
        #expect(CompletionLine(words, index: 9, prefix: "x", shell: .bash).prefix == "x")
    }

    @Test(
        "an answer is read by the shell as it is meant",
        arguments: [
            (CompletionShell.bash, "a:b", "'a:b'"), (.bash, "it's $(x)", "'it'\\''s $(x)'"), (.bash, "", "''"),
            (.zsh, "a:b\\", "a\\:b\\\\"), (.fish, "a:b$(x)", "a:b$(x)"),
        ]
    )
    func answers(shell: CompletionShell, candidate: String, expected: String) {
        #expect(CompletionLine([], index: 0, prefix: "", shell: shell).answer(candidate) == expected)
    }

    @Test("what would command a terminal is no answer", arguments: ["a\nb", "\u{1B}[2J", "a\tb", "\u{7F}", "\u{9B}1m"])
    func controlCharacters(candidate: String) {
        for shell in CompletionShell.allCases {
            #expect(CompletionLine([], index: 0, prefix: "", shell: shell).answer(candidate) == nil)
        }
    }

    @Test(
        "topics are offered level by level",
        arguments: [
            ("", ["a/b/c", "a/b/d", "e"], ["a/", "e"]),
            // Where there is only one way, as far as it goes.
            ("", ["a/b/c", "a/b/d"], ["a/b/c", "a/b/d"]),
            ("a", ["a/b/c", "e"], ["a/b/c"]),
            ("a", ["a", "a/b"], ["a", "a/"]),
            ("a/", ["a/", "a/b"], ["a/", "a/b"]),
            ("a/b", ["a/b", "a/bc", "a/c"], ["a/b", "a/bc"]),
            ("", ["a/"], ["a/"]), ("", ["/a", "//b"], ["//", "/a"]), ("x", ["a"], []), ("", [], []),
        ]
    )
    func levels(prefix: String, topics: [String], expected: [String]) {
        #expect(TopicCompletion.candidates(prefix, among: Set(topics)) == expected)
    }
}

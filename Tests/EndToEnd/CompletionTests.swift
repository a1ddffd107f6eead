import Foundation
import Testing

@testable import Support

/// The scripts in `completions/`, which let shells complete the command line.
@Suite("Completions")
struct CompletionTests {
    /// A shell, and its script.
    struct Script: CustomTestStringConvertible {
        let shell: String
        let path: String

        var testDescription: String { shell }
    }

    private static let scripts = [
        Script(shell: "bash", path: "completions/tinymqtt.bash"),
        Script(shell: "zsh", path: "completions/_tinymqtt"),
        Script(shell: "fish", path: "completions/tinymqtt.fish"),
    ]

    @Test("are what the program generates", arguments: scripts)
    func isGenerated(script: Script) async throws {
        let generated = try await ChildProcess.run(Peers.tinymqtt, ["--generate-completion-script", script.shell])
        #expect(generated.status == 0)
        let isEqual = try SourceTree.text(script.path) == generated.text
        #expect(
            isEqual,
            """
            \(script.path) is out of date; write it anew with:
            .build/debug/tinymqtt --generate-completion-script \(script.shell) > \(script.path)
            """
        )
    }

    @Test(
        "in a real bash",
        .enabled(if: Peers.path(of: "bash") != nil, "bash is not installed"),
        arguments: [
            (["pu"], ["pub"]),
            (["passwd", "-H", "sha512-"], ["sha512-pbkdf2"]),
            (["sub", "--will-t"], ["--will-topic"]),
            (["pub", "--stdin"], ["--stdin-file", "--stdin-line"]),
            (["broker", "--log-level", "e"], ["error"]),
            (["pub", "-V", "3"], ["31", "311"]),
        ]
    )
    func completesInBash(words: [String], expected: [String]) async throws {
        // What bash does when a person presses the key: it calls the function that `complete` has registered.
        let script = """
            source "$1" || exit
            shift
            COMP_WORDS=(tinymqtt "$@")
            COMP_CWORD=$#
            COMP_LINE="${COMP_WORDS[*]}"
            COMP_POINT=${#COMP_LINE}
            registration=$(complete -p tinymqtt)
            [[ $registration =~ -F\\ ([^ ]+) ]] || exit
            "${BASH_REMATCH[1]}" tinymqtt "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let path = SourceTree.root.appending(path: "completions/tinymqtt.bash").path
        let ended = try await ChildProcess.run(
            "bash",
            ["--norc", "--noprofile", "-c", script, "bash", path] + words
        )
        #expect(ended.lines.map(String.init).sorted() == expected, "\(ended.errorText)")
    }
}

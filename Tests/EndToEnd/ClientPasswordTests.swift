import Foundation
import Testing

@testable import Support

/// Where `tinymqtt pub` and `tinymqtt sub` have a password from, and who can see it.
@Suite("Passwords of the clients")
struct ClientPasswordTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder("passwords")
    }

    /// Runs `body` with a broker where only lamp may come, whose password is `right`, and the options that lead to it.
    private func withBroker(_ body: (RunningBroker, [String]) async throws -> Void) async throws {
        let made = try await ChildProcess.run(
            Peers.tinymqtt,
            ["passwd", "-b", "-c", "-H", "sha512-pbkdf2", folder.path("users"), "lamp", "right"]
        )
        #expect(made.status == 0, "\(made.errorText)")
        let broker = try await RunningBroker.start(
            configuration:
                "allow_anonymous false\nlogin_failure_limit 0\nlog_type all\npassword_file \(folder.path("users"))\n",
            in: folder
        )
        try await body(broker, ["-h", "127.0.0.1", "-p", "\(broker.port)"])
        #expect(try await broker.stop().status == 0)
    }

    @Test("an option, a file, an address or a variable; the option wins over the variable")
    func sources() async throws {
        let file = try folder.write("right\r\nsecond line\n", to: "secret")
        try await withBroker { broker, options in
            let message = ["-t", "x", "-m", "hi"]
            let cases: [([String], [String: String?], Int32)] = [
                (options + ["-u", "lamp", "-P", "right"], [:], 0),
                (options + ["-u", "lamp", "--password-file", file], [:], 0),
                (["-L", "mqtt://lamp:right@127.0.0.1:\(broker.port)/x"], [:], 0),
                (options + ["-u", "lamp"], ["MQTT_PASSWORD": "right"], 0),
                (options, ["MQTT_USERNAME": "lamp", "MQTT_PASSWORD": "right"], 0),
                (options + ["-u", "lamp", "-P", "wrong"], ["MQTT_PASSWORD": "right"], 134),
                (options + ["-u", "lamp", "--password-file", file], ["MQTT_PASSWORD": "wrong"], 0),
                (options + ["-u", "lamp", "--password-file", "/no/such"], [:], 1),
                (options + ["-u", "lamp", "--password-file", file, "-P", "right"], [:], 1),
                (options, [:], 135),
            ]
            for (words, variables, status) in cases {
                let ended = try await ChildProcess.run(
                    Peers.tinymqtt,
                    ["pub"] + words + message,
                    environment: variables
                )
                #expect(ended.status == status, "\(words) \(variables): \(ended.errorText)")
            }
        }
    }

    @Test("-P - asks for it on the terminal, and shows nothing of it")
    func terminal() async throws {
        try await withBroker { _, options in
            let terminal = try TerminalProcess(
                Peers.tinymqtt,
                ["pub"] + options + ["-u", "lamp", "-P", "-", "-t", "x", "-m", "hi"]
            )
            try await terminal.waitForText("Password: ")
            #expect(try !terminal.showsInput)
            try terminal.type("right\n")
            let ended = try await terminal.waitForEnd()
            #expect(ended.status == 0)
            #expect(ended.text == "Password: \r\n")
        }
    }

    #if os(Linux)
    @Test("once connected, no secret of the command line is in the list of processes")
    func processList() async throws {
        try await withBroker { broker, options in
            let ways = [
                options + ["-u", "lamp", "-P", "right"], options + ["--username", "lamp", "--pw=right"],
                ["-L", "mqtt://lamp:right@127.0.0.1:\(broker.port)/x"],
            ]
            for (index, words) in ways.enumerated() {
                let process = try ChildProcess(Peers.tinymqtt, ["sub"] + words + ["-t", "x"])
                try await broker.process.wait(for: "a client") { said in
                    said.errorText.split(separator: "subscribed to", omittingEmptySubsequences: false).count > index + 1
                }
                let line = try Data(contentsOf: URL(filePath: "/proc/\(process.processIdentifier)/cmdline"))
                let text = String(decoding: line, as: UTF8.self)
                #expect(text.contains("sub"))
                #expect(!text.contains("right"), "\(words)")
                process.send(signal: SIGTERM)
                #expect(try await process.waitForEnd().status == 0)
            }
        }
    }
    #endif
}

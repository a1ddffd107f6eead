import Foundation
import Testing

@testable import Support

/// `tinymqtt passwd` on a terminal.
@Suite("tinymqtt passwd on a terminal")
struct PasswordTerminalTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func start(_ options: [String], user: String = "ann") throws -> TerminalProcess {
        try TerminalProcess(Peers.tinymqtt, ["passwd"] + options + [folder.path("users"), user])
    }

    @Test("asks twice, shows nothing of what is typed, and leaves the terminal as it was")
    func asksTwice() async throws {
        let terminal = try start(["-c"])
        try await terminal.waitForText("Password: ")
        #expect(try !terminal.showsInput)
        try terminal.type("se cret\n")
        try await terminal.waitForText("Reenter password: ")
        try terminal.type("se cret\n")
        let ended = try await terminal.waitForEnd()
        #expect(ended.status == 0)
        #expect(ended.text == "Password: \r\nReenter password: \r\n")
        #expect(try terminal.showsInput)
        #expect(try folder.text("users").hasPrefix("ann:$argon2id$"))
    }

    @Test("two that differ: an error, and no file")
    func different() async throws {
        let terminal = try start(["-c"])
        try await terminal.waitForText("Password: ")
        try terminal.type("one\n")
        try await terminal.waitForText("Reenter password: ")
        try terminal.type("two\n")
        let ended = try await terminal.waitForEnd()
        #expect(ended.status == 1)
        #expect(ended.text.contains("the two passwords are not the same"))
        #expect(try terminal.showsInput)
        #expect(try folder.names == [])
    }

    @Test(
        "a key that ends the program, or a signal, gives the terminal back and changes nothing",
        arguments: [
            (TerminalProcess.Key.controlC, SIGINT), (.controlBackslash, SIGQUIT), (nil, SIGTERM), (nil, SIGHUP),
        ]
    )
    func interrupted(key: TerminalProcess.Key?, signal: Int32) async throws {
        let terminal = try start(["-c"])
        try await terminal.waitForText("Password: ")
        #expect(try !terminal.showsInput)
        if let key {
            try terminal.type("hal")
            try terminal.press(key)
        } else {
            // A signal may overtake what is typed before it, which would then be seen rightly.
            terminal.send(signal: signal)
        }
        let ended = try await terminal.waitForEnd()
        #expect(ended.status == 128 + signal)
        #expect(try terminal.showsInput)
        #expect(!ended.text.contains("hal"))
        #expect(try folder.names == [])
    }

    @Test("stopped for a while, it gives the terminal back, and hides again what is typed when it goes on")
    func stopped() async throws {
        // A shell is the one to stop for, and to go on from.
        let command = "set -m; '\(Peers.tinymqtt)' passwd -c '\(folder.path("users"))' ann; echo stopped; fg"
        let terminal = try TerminalProcess(Peers.path(of: "bash") ?? "/bin/bash", ["-c", command])
        try await terminal.waitForText("Password: ")
        try terminal.press(.controlZ)
        try await terminal.waitForText("stopped\r\n")
        try await terminal.wait(for: "the question again") { $0.text.components(separatedBy: "Password: ").count == 3 }
        #expect(try !terminal.showsInput)
        try terminal.type("secret\n")
        try await terminal.waitForText("Reenter password: ")
        #expect(try !terminal.showsInput)
        try terminal.type("secret\n")
        let ended = try await terminal.waitForEnd()
        #expect(ended.status == 0, "\(ended.text)")
        #expect(try terminal.showsInput)
    }

    @Test("the end of input is no password", arguments: [0, 1])
    func endOfInput(answers: Int) async throws {
        let terminal = try start(["-c"])
        try await terminal.waitForText("Password: ")
        if answers == 1 {
            try terminal.type("secret\n")
            try await terminal.waitForText("Reenter password: ")
        }
        try terminal.press(.controlD)
        let ended = try await terminal.waitForEnd()
        #expect(ended.status == 1)
        #expect(ended.text.contains("no password was given"))
        #expect(try terminal.showsInput)
        #expect(try folder.names == [])
    }
}

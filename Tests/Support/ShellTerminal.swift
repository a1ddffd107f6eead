import Foundation

/// A shell on a terminal, with a home folder of its own.
struct ShellTerminal {
    let screen: TerminalScreen
    let home: TemporaryFolder

    /// Starts a shell that reads nobody's settings.
    static func start(
        _ arguments: [String],
        home: TemporaryFolder? = nil,
        columns: UInt16 = 80,
        rows: UInt16 = 24
    ) throws -> ShellTerminal {
        let home = try home ?? TemporaryFolder("shell")
        let screen = try TerminalScreen(
            Peers.tinymqtt,
            ["shell"] + arguments,
            environment: environment(home),
            columns: columns,
            rows: rows
        )
        return ShellTerminal(screen: screen, home: home)
    }

    /// What a shell finds around it.
    static func environment(_ home: TemporaryFolder) -> [String: String?] {
        var environment: [String: String?] = [
            "HOME": home.path, "XDG_STATE_HOME": home.path("state"), "XDG_CONFIG_HOME": home.path("config"),
            "INPUTRC": "/dev/null", "LC_ALL": "C.UTF-8",
        ]
        for name in ["HOST", "PORT", "BROKER_HOST", "BROKER_PORT", "CLIENT_ID", "USERNAME", "PASSWORD"] {
            environment["MQTT_\(name)"] = .some(nil)
        }
        return environment
    }

    /// Enters a line.
    func enter(_ line: String) throws { try screen.type(line + "\r") }
}

/// A publisher of at least a thousand messages a second, for as long as the test holds it.
final class MessageBurst {
    private let process: ChildProcess

    init(topic: String, port: Int) throws {
        let arguments = ["pub", "-p", "\(port)", "-t", topic, "-m", "one of very many"]
        process = try ChildProcess(Peers.tinymqtt, arguments + ["--repeat", "1000000", "--repeat-delay", "0.0005"])
    }
}

import Foundation
import Testing

@testable import Support

/// Runs the scripts of ClientScripts.tsv with mosquitto's clients and with our links, and compares what they write and
/// return.
@Suite("Scripts for mosquitto's clients", .enabled(if: Peers.hasMosquitto, "mosquitto is not installed"))
struct ClientScriptTests {
    /// How many scripts run at a time; most of them only wait.
    private static let atATime = 6

    /// What both brokers are told: an account, and topics that only it may use.
    private static func configuration(in folder: TemporaryFolder) async throws -> String {
        let passwords = folder.path("passwords")
        let made = try await ChildProcess.run("mosquitto_passwd", ["-b", "-c", passwords, "lamp", "right"])
        try #require(made.status == 0, "\(made.errorText)")
        let access = try folder.write(
            "topic readwrite #\ntopic deny secret/#\nuser lamp\ntopic readwrite #\n",
            to: "access"
        )
        // mosquitto would give up its rights before it reads the files.
        return "allow_anonymous true\npassword_file \(passwords)\nacl_file \(access)\nuser root\n"
    }

    /// A folder with our program by the names of mosquitto's clients.
    private static func links() throws -> TemporaryFolder {
        let folder = try TemporaryFolder("links")
        for name in ["pub", "sub", "rr"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path("mosquitto_\(name)"),
                withDestinationPath: Peers.tinymqtt
            )
        }
        return folder
    }

    /// Runs scripts, several at a time, and holds each against what it is to write.
    private func check(_ scripts: [ClientScript], _ broker: RunningBroker) async throws {
        let links = try Self.links()
        let theirs = URL(filePath: try #require(Peers.path(of: "mosquitto_pub"))).deletingLastPathComponent().path
        try await withThrowingTaskGroup { group in
            var rest = scripts[...]
            for _ in 0..<Self.atATime {
                guard let script = rest.popFirst() else { break }
                group.addTask { try await Self.check(script, broker, theirs: theirs, ours: links.path) }
            }
            while try await group.next() != nil {
                guard let script = rest.popFirst() else { continue }
                group.addTask { try await Self.check(script, broker, theirs: theirs, ours: links.path) }
            }
        }
        #expect(try await broker.stop().status == 0)
    }

    private static func check(
        _ script: ClientScript,
        _ broker: RunningBroker,
        theirs: String,
        ours: String
    ) async throws {
        let result = try await script.run(.ours, in: ours, broker: broker)
        if let expected = script.expected {
            #expect(result == expected, "\(script.name), with \(broker.kind)")
        }
        guard script.place != .ours else { return }
        let reference = try await script.run(.mosquitto, in: theirs, broker: broker)
        if let expected = script.expected {
            #expect(reference != expected, "\(script.name): mosquitto's programs do what is said to be different")
        } else {
            #expect(result == reference, "\(script.name), with \(broker.kind)")
        }
    }

    @Test("with our broker")
    func withOurBroker() async throws {
        let folder = try TemporaryFolder("broker")
        // Nobody is to wait because others have given a wrong password.
        let configuration = try await Self.configuration(in: folder) + "login_failure_limit 0\n"
        try await check(try ClientScript.all(), try await .start(configuration: configuration, in: folder))
    }

    @Test("with mosquitto")
    func withMosquitto() async throws {
        let folder = try TemporaryFolder("broker")
        let broker = try await RunningBroker.startMosquitto(try await Self.configuration(in: folder))
        try await check(try ClientScript.all().filter { $0.place == .both }, broker)
    }

    @Test("each has a name of its own")
    func names() throws {
        let names = try ClientScript.all().map(\.name)
        #expect(names.count == Set(names).count)
    }
}

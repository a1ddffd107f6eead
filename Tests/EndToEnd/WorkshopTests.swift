import Foundation
import Testing

@testable import Support

/// The broker of a workshop: two users, one of whom may only read and write below `test/`, with the commands of its
/// description.
@Suite("A workshop's broker", .enabled(if: Peers.hasMosquitto, "mosquitto is not installed"))
struct WorkshopTests {
    /// Which program has made the password file.
    enum PasswordProgram: String, CaseIterable, CustomTestStringConvertible {
        case tinymqtt
        case mosquitto

        var testDescription: String { rawValue }

        /// Adds a user to a file, which the first one begins.
        func add(_ user: String, _ password: String, to file: String, isFirst: Bool) async throws {
            let options = (isFirst ? ["-c"] : []) + ["-b", file, user, password]
            let result =
                switch self {
                case .tinymqtt: try await ChildProcess.run(Peers.tinymqtt, ["passwd"] + options)
                case .mosquitto: try await ChildProcess.run("mosquitto_passwd", options)
                }
            try #require(result.status == 0, "\(result.errorText)")
        }
    }

    private static let configuration = """
        listener 0 localhost
        allow_anonymous false
        password_file @/passwords
        acl_file @/acl
        """
    private static let list = """
        user Test
        topic readwrite test/#

        user Server
        topic readwrite #
        """

    private func start(_ program: PasswordProgram) async throws -> ConfiguredBroker {
        let folder = try TemporaryFolder()
        try await program.add("Test", "test", to: folder.path("passwords"), isFirst: true)
        try await program.add("Server", "admin", to: folder.path("passwords"), isFirst: false)
        return try await ConfiguredBroker.start(
            Self.configuration,
            files: ["passwords": try folder.text("passwords"), "acl": Self.list],
            arguments: ["--log-level", "debug"]
        )
    }

    private static let test = ["-u", "Test", "-P", "test"]
    private static let server = ["-u", "Server", "-P", "admin"]

    @Test("only the two users come in, and messages go where they may", arguments: PasswordProgram.allCases)
    func users(program: PasswordProgram) async throws {
        let broker = try await start(program)
        let address = ["-h", "localhost", "-p", "\(broker.port)"]
        let subscriber = try ChildProcess("mosquitto_sub", address + ["-t", "test/"] + Self.test)
        let overseer = try ChildProcess("mosquitto_sub", address + ["-t", "#", "-v"] + Self.server)
        try await broker.process.wait(for: "subscriptions") { said in
            said.errorText.contains("subscribed to test/ ") && said.errorText.contains("subscribed to # ")
        }
        func publish(_ arguments: [String]) async throws -> ChildProcess.Transcript {
            try await ChildProcess.run("mosquitto_pub", address + arguments)
        }
        let message = ["-m", "Hello World"]
        #expect(try await publish(["-t", "test/"] + Self.test + message).status == 0)
        // To another topic nothing comes, and mosquitto's client of MQTT 3.1.1 cannot tell.
        #expect(try await publish(["-t", "elsewhere", "-q", "1"] + Self.test + message).status == 0)
        #expect(try await publish(["-t", "test/room", "-q", "1"] + Self.server + ["-m", "end"]).status == 0)
        try await overseer.wait(for: "the end") { $0.text.contains("test/room end\n") }
        #expect(overseer.soFar.text == "test/ Hello World\ntest/room end\n")
        #expect(subscriber.soFar.text == "Hello World\n")

        for wrong in [[], ["-u", "Test", "-P", "admin"], ["-u", "test", "-P", "test"], ["-u", "Test"]] {
            #expect(try await publish(["-t", "test/"] + wrong + message).status != 0, "\(wrong)")
        }
        _ = try await broker.stop()
    }

    @Test("who subscribes to what they may not read is told so")
    func refusedSubscription() async throws {
        let broker = try await start(.tinymqtt)
        let address = ["-h", "localhost", "-p", "\(broker.port)", "-t", "secret"] + Self.test
        for version in ["311", "5"] {
            let ours = try await ChildProcess.run(Peers.tinymqtt, ["sub"] + address + ["-V", version, "-W", "30"])
            #expect(ours.status == (version == "5" ? 0x87 : 0x80))
            #expect(ours.text.isEmpty)
            #expect(ours.errorText.split(separator: "\n").count == 1)
            #expect(ours.errorText.contains("the broker refused the subscription to secret"))
        }
        let theirs = try await ChildProcess.run("mosquitto_sub", address + ["-W", "30"])
        #expect(theirs.errorText.contains("denied"))
        let log = try await broker.stop().errorText.split(separator: "\n").filter { $0.contains("denied: ") }
        #expect(log.count == 3)
        for line in log {
            #expect(line.contains("may not subscribe to secret"))
            #expect(line.contains("user Test"))
        }
    }
}

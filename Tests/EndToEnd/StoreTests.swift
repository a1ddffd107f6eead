import Foundation
import Testing

@testable import MQTT
@testable import Support

/// The store through the program: what a configuration and the command line say of it, and what the operator is told.
@Suite("tinymqtt broker, its store")
struct StoreTests {
    /// Another user than the one that made the folder could not remove a file from it.
    private static let listener = "listener 0 127.0.0.1\nallow_anonymous true\nuser root\n"
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func store(_ name: String = "store.db") -> String { folder.path(name) }

    /// Publishes a retained message, and has a session that lasts owe one to its client.
    private func fill(_ port: Int) async throws {
        let subscriber = try await TestClient.connect(to: port, .lasting("s"))
        try await subscriber.subscribe("t")
        try await subscriber.disconnect()
        let publisher = try await TestClient.connect(to: port, .make("p"))
        #expect(try await publisher.publish("t", "owed") == .success)
        #expect(try await publisher.publish("r", "kept", retain: true) == .noMatchingSubscribers)
        try await publisher.disconnect()
    }

    private func check(_ port: Int) async throws {
        let subscriber = try await TestClient.connect(to: port, .lasting("s"))
        #expect(subscriber.connack?.sessionPresent == true)
        #expect(try await subscriber.message()?.payloadText == "owed")
        let reader = try await TestClient.connect(to: port, .make("reader"))
        try await reader.subscribe("r")
        #expect(try await reader.message()?.payloadText == "kept")
    }

    @Test("--store keeps what lasts through a kill, and says what it found")
    func commandLine() async throws {
        let first = try await ConfiguredBroker.start(Self.listener, arguments: ["--store", store()])
        try await fill(first.port)
        first.process.send(signal: SIGKILL)
        _ = try await first.process.waitForEnd()
        let second = try await ConfiguredBroker.start(Self.listener, arguments: ["--store", store()])
        try await second.process.waitForError(
            "recovered from \(store()): 1 sessions with 1 subscriptions, 1 messages for them, 1 retained messages"
        )
        try await check(second.port)
        second.process.send(signal: SIGUSR1)
        try await second.process.waitForError("has been worked into it")
        #expect(try await second.stop().status == 0)
        #expect(try !folder.names.contains("store.db-wal"), "an orderly end leaves one file")
    }

    @Test(
        "persistence, persistence_location and persistence_file say where; each sync mode works",
        arguments: ["full", "normal", "off"]
    )
    func configuration(mode: String) async throws {
        let text = """
            \(Self.listener)
            persistence true
            persistence_location \(folder.path)
            persistence_file \(mode).db
            persistence_sync \(mode)
            """
        let first = try await ConfiguredBroker.start(text)
        try await fill(first.port)
        #expect(try await first.stop().status == 0)
        let second = try await ConfiguredBroker.start(text)
        try await check(second.port)
        #expect(try await second.stop().status == 0)
        #expect(try folder.names.contains("\(mode).db"))
        #expect(try folder.permissions("\(mode).db") == 0o600)
    }

    @Test("without a store the broker says that everything is gone when it stops")
    func withoutStore() async throws {
        let broker = try await ConfiguredBroker.start(Self.listener)
        try await broker.process.waitForError("everything is kept in memory")
        #expect(try await broker.stop().status == 0)
    }

    @Test("--check-store says what is in a store, and refuses what is none with exit code 3")
    func checkStore() async throws {
        let broker = try await ConfiguredBroker.start(Self.listener, arguments: ["--store", store()])
        try await fill(broker.port)
        let report = try await ChildProcess(Peers.tinymqtt, ["broker", "--check-store", store()]).waitForEnd()
        #expect(report.status == 0)
        #expect(String(decoding: report.output, as: UTF8.self).contains("a store of version 1"))
        #expect(String(decoding: report.output, as: UTF8.self).contains("1 sessions"))
        #expect(try await broker.stop().status == 0)
        try folder.write("this is no database, however long it may be read", to: "text")
        let refusal = try await ChildProcess(Peers.tinymqtt, ["broker", "--check-store", folder.path("text")])
            .waitForEnd()
        #expect(refusal.status == 3)
        #expect(refusal.errorText.contains("\(folder.path("text")): "))
    }

    @Test("two brokers do not share a store: the second one names the first and ends with exit code 3")
    func twoBrokers() async throws {
        let broker = try await ConfiguredBroker.start(Self.listener, arguments: ["--store", store()])
        let second = try await ChildProcess(Peers.tinymqtt, ["broker", "-p", "0", "--store", store()]).waitForEnd()
        #expect(second.status == 3)
        #expect(second.errorText.contains("is in use by process \(broker.process.processIdentifier)"))
        #expect(try await broker.stop().status == 0)
    }
}

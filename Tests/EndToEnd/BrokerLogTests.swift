import Foundation
import Testing

@testable import MQTT
@testable import Support

/// The log of a running broker, where a configuration wants it.
@Suite("The log of the broker")
struct BrokerLogTests {
    private let directory: TemporaryFolder

    init() throws {
        directory = try TemporaryFolder("log")
    }

    private func text(_ file: String) throws -> String {
        try String(contentsOfFile: directory.path(file), encoding: .utf8)
    }

    /// A Client that is connected, and no longer when `body` has returned.
    private func withClient(
        _ clientIdentifier: String,
        of broker: RunningBroker,
        _ body: (MQTTClient) async throws -> Void
    ) async throws {
        var configuration = MQTTClientConfiguration(host: "127.0.0.1", port: broker.port)
        configuration.clientIdentifier = clientIdentifier
        let client = try MQTTClient(configuration: configuration)
        try await client.connect()
        try await body(client)
        try await client.disconnect()
    }

    @Test("files are changed by SIGRTMIN and SIGHUP while messages flow, and no line is lost or written twice")
    func rotation() async throws {
        let configuration = """
            log_dest file \(directory.path("a.log"))
            log_dest stderr
            log_type all
            """
        // A broker that was root is somebody else, and makes new files all the same.
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: directory.path)
        let broker = try await RunningBroker.start(configuration: configuration, in: directory)
        try await withClient("talker", of: broker) { client in
            let count = Monitor(0)
            let flow = Task {
                for number in 1...900 {
                    try await client.publish("t", "\(number)", qos: .atLeastOnce)
                    count.update { $0 = number }
                }
            }
            for (number, signal) in [__libc_current_sigrtmin(), SIGHUP].enumerated() {
                #expect(await count.wait(within: ChildProcess.patience) { $0 > 200 * (number + 1) })
                let new = directory.path("a.log.\(number)")
                try FileManager.default.moveItem(atPath: directory.path("a.log"), toPath: new)
                broker.process.send(signal: signal)
                try await broker.process.waitForError(
                    signal == SIGHUP ? "the configuration has been read again" : "the log goes on"
                )
            }
            try await flow.value
            // In any case after the last change.
            try await client.publish("t", "last", qos: .atLeastOnce)
        }
        let ended = try await broker.stop()
        #expect(ended.status == 0)
        let files = try ["a.log.0", "a.log.1", "a.log"].map(text)
        #expect(files.allSatisfy { $0.contains("PUBLISH") })
        #expect(files.joined() == ended.errorText)
    }

    @Test("a file that cannot be opened: a clear error and exit 3")
    func missingFolder() async throws {
        let file = try directory.write("log_dest file \(directory.path("missing/a.log"))\n", to: "tinymqtt.conf")
        let ended = try await ChildProcess.run(Peers.tinymqtt, ["broker", "-c", file, "-p", "0"])
        #expect(ended.status == 3)
        #expect(ended.errorText.contains("missing/a.log: the log cannot be opened for writing: No such file"))
    }

    @Test("a reload that cannot open a file, or that is wrong otherwise, changes nothing of the log")
    func failedReload() async throws {
        let good = "log_dest stderr\nlog_type notice\nlog_type error\n"
        let broker = try await RunningBroker.start(configuration: good, in: directory)
        try directory.write("log_dest file \(directory.path("missing/a.log"))\n", to: "tinymqtt.conf")
        broker.process.send(signal: SIGHUP)
        try await broker.process.waitForError("stays as it was: \(directory.path("missing/a.log")): the log cannot")
        try directory.write("log_dest file \(directory.path("a.log"))\nnonsense\n", to: "tinymqtt.conf")
        broker.process.send(signal: SIGHUP)
        try await broker.process.waitForError("tinymqtt.conf:2: ")
        #expect(!FileManager.default.fileExists(atPath: directory.path("a.log")))
        #expect(try await broker.stop().status == 0)
    }

    @Test("log_type and connection_messages choose the lines, anew at each reload")
    func kinds() async throws {
        let broker = try await RunningBroker.start(
            configuration: "log_type notice\nlog_type subscribe\nlog_timestamp false\n",
            in: directory
        )
        try await withClient("one", of: broker) { client in
            try await client.subscribe([Subscription("first", maximumQoS: .atMostOnce)])
            try await client.unsubscribe(["first"])
        }
        try await broker.process.waitForError("one subscribed to first with QoS 0\n")
        try directory.write(
            "log_type notice\nlog_type unsubscribe\nlog_type information\nconnection_messages false\n",
            to: "tinymqtt.conf"
        )
        broker.process.send(signal: SIGHUP)
        try await broker.process.waitForError("read again")
        try await withClient("two", of: broker) { client in
            try await client.subscribe([Subscription("second", maximumQoS: .atMostOnce)])
            try await client.unsubscribe(["second"])
        }
        try await broker.process.waitForError("two unsubscribed from second\n")
        let ended = try await broker.stop()
        #expect(!ended.errorText.contains("unsubscribed from first"))
        #expect(!ended.errorText.contains("subscribed to second"))
        #expect(!ended.errorText.contains("connected"))
        let stamped = ended.errorText.split(separator: "\n").first { $0.contains("unsubscribed from second") }
        #expect(stamped?.prefix { $0.isNumber }.count ?? 0 >= 10, "seconds, as mosquitto has it")
    }

    @Test("an operator subscribes to the log", .enabled(if: Peers.hasMosquitto, "mosquitto is not installed"))
    func topics() async throws {
        let configuration = """
            log_dest topic
            log_dest stderr
            log_type all
            """
        let broker = try await RunningBroker.start(configuration: configuration, in: directory)
        let subscriber = try ChildProcess(
            "mosquitto_sub",
            ["-h", "127.0.0.1", "-p", "\(broker.port)", "-t", "$SYS/broker/log/#", "-v"]
        )
        try await broker.waitForSubscriptions(1)
        try await withClient("one", of: broker) { client in
            try await client.subscribe([Subscription("a/b", maximumQoS: .exactlyOnce)])
            try await subscriber.wait(for: "lines of the log") { said in
                said.lines.contains { $0.hasPrefix("$SYS/broker/log/I 1") && $0.contains(": one connected from 127.") }
                    && said.lines.contains { $0.hasPrefix("$SYS/broker/log/M/subscribe 1") && $0.contains(": one sub") }
            }
        }
        broker.process.send(signal: SIGHUP)
        try await subscriber.wait(for: "a notice") { $0.text.contains("$SYS/broker/log/N ") }
        #expect(!subscriber.soFar.text.contains("PUBLISH"), "packets would be told of without end")
        _ = try await broker.stop()
        subscriber.send(signal: SIGTERM)
        _ = try await subscriber.waitForEnd()
    }

    @Test("without a configuration a line has the local time, and who comes and goes is not told")
    func withoutConfiguration() async throws {
        let process = try ChildProcess(Peers.tinymqtt, ["broker", "--host", "127.0.0.1", "--port", "0"])
        let said = try await process.waitForError("everything is kept in memory")
        let stamp = #/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}: listening on 127\.0\.0\.1:(\d+) /#
        let port = try #require(said.errorText.firstMatch(of: stamp).flatMap { Int($0.1) })
        let broker = RunningBroker(kind: .tinymqtt, process: process, port: port)
        try await withClient("one", of: broker) { _ in }
        let ended = try await broker.stop()
        #expect(ended.errorText.contains("the broker stops"))
        #expect(!ended.errorText.contains("connected"))
    }

    @Test("a word at the console changes what is logged")
    func console() async throws {
        let terminal = try TerminalProcess(Peers.tinymqtt, ["broker", "--host", "127.0.0.1", "--port", "0"])
        let said = try await terminal.waitForText("kept in memory").text
        let port = try #require(said.firstMatch(of: #/127\.0\.0\.1:(\d+) /#).flatMap { Int($0.1) })
        let client = try MQTTClient(configuration: MQTTClientConfiguration(host: "127.0.0.1", port: port))
        try await client.connect()
        try terminal.type("log-level debug\nstats\n")
        try await terminal.waitForText("heap/current")
        try await client.publish("word", "x", qos: .atLeastOnce)
        try await terminal.waitForText("QoS 1 word")
        try await client.disconnect()
        try terminal.type("stop\n")
        let ended = try await terminal.waitForEnd()
        #expect(ended.status == 0)
        #expect(!ended.text.contains(": CONNECT "), "that was before")
    }
}

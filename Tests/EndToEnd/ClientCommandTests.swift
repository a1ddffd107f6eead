import Foundation
import Testing

@testable import Support

/// `tinymqtt pub` and `tinymqtt sub` as scripts use them, with our broker.
@Suite("tinymqtt pub and sub")
struct ClientCommandTests {
    /// Starts our broker, and runs `body` with the options that lead to it.
    private func withBroker(_ body: (RunningBroker, [String]) async throws -> Void) async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        try await body(broker, ["-h", "127.0.0.1", "-p", "\(broker.port)"])
        _ = try await broker.stop()
    }

    private func pub(_ arguments: [String], input: String? = nil) async throws -> ChildProcess.Transcript {
        try await ChildProcess.run(Peers.tinymqtt, ["pub"] + arguments, input: input)
    }

    @Test("a message is printed with its topic")
    func message() async throws {
        try await withBroker { broker, options in
            let subscriber = try ChildProcess(Peers.tinymqtt, ["sub"] + options + ["-t", "a/#", "-v"])
            try await broker.waitForSubscriptions(1)
            #expect(try await pub(options + ["-t", "a/b", "-m", "hi"]).status == 0)
            // The line is there while the subscriber goes on.
            try await subscriber.wait(for: "a line") { $0.text == "a/b hi\n" }
            #expect(try await pub(options + ["-t", "a/c", "-n"]).status == 0)
            #expect(try await pub(options + ["-t", "a/d", "-m", "-dash"]).status == 0)
            try await subscriber.wait(for: "three lines") { $0.text == "a/b hi\na/c (null)\na/d -dash\n" }
            subscriber.send(signal: SIGINT)
            let ended = try await subscriber.waitForEnd()
            #expect(ended.status == 0)
            #expect(ended.errorText.isEmpty)
        }
    }

    @Test("the payload comes from where it is said, byte for byte")
    func payloads() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "payload-\(UUID().uuidString)")
        try Data("from\na file".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await withBroker { broker, options in
            let subscriber = try ChildProcess(
                Peers.tinymqtt,
                ["sub"] + options + ["-t", "p", "-N", "-q", "1", "-C", "8"]
            )
            try await broker.waitForSubscriptions(1)
            let common = options + ["-t", "p", "-q", "1"]
            #expect(try await pub(common + ["-m", "[message]"]).status == 0)
            #expect(try await pub(common + ["-f", file.path]).status == 0)
            #expect(try await pub(common + ["-s"], input: "[all\nof it]").status == 0)
            #expect(try await pub(common + ["-l"], input: "one\r\n\nlast").status == 0)
            #expect(try await pub(common + ["-m", "!", "--repeat", "2", "--repeat-delay", "0.01"]).status == 0)
            #expect(try await subscriber.waitForEnd().text == "[message]from\na file[all\nof it]one\rlast!!")
            #expect(try await pub(common + ["-l"], input: "").status == 0)
            let empty = try await pub(common + ["-s"], input: "")
            #expect(empty.status == 1)
            #expect(empty.errorText.contains("standard input is empty"))
        }
    }

    @Test("a megabyte arrives whole")
    func largePayload() async throws {
        try await withBroker { broker, options in
            let payload = String(repeating: "0123456789", count: 100_000)
            let subscriber = try ChildProcess(Peers.tinymqtt, ["sub"] + options + ["-t", "p", "-C", "1"])
            try await broker.waitForSubscriptions(1)
            #expect(try await pub(options + ["-t", "p", "-s"], input: payload).status == 0)
            #expect(try await subscriber.waitForEnd().text == payload + "\n")
        }
    }

    @Test("-R, -T and -U hide, and what is hidden does not count for -C")
    func hiding() async throws {
        try await withBroker { broker, options in
            #expect(try await pub(options + ["-t", "a/kept", "-m", "old", "-r", "-q", "1"]).status == 0)
            let retained = try await ChildProcess.run(
                Peers.tinymqtt,
                ["sub"] + options + ["-t", "a/#", "-C", "1"]
            )
            #expect(retained.text == "old\n")
            let subscriber = try ChildProcess(
                Peers.tinymqtt,
                ["sub"] + options + [
                    "-t", "a/#", "-t", "b", "-U", "b", "-R", "-T", "a/+/no", "-v", "-C", "1", "-q", "1",
                ]
            )
            try await broker.waitForSubscriptions(3)
            let none = try await ChildProcess.run(Peers.tinymqtt, ["sub"] + options + ["-U", "x", "-E"])
            #expect(none.status == 0)
            for topic in ["a/x/no", "a/y"] {
                #expect(try await pub(options + ["-t", topic, "-m", "new", "-q", "1"]).status == 0)
            }
            #expect(try await subscriber.waitForEnd().text == "a/y new\n")
        }
    }

    @Test("a session that is kept brings what came while nobody was there", arguments: ["311", "5"])
    func session(version: String) async throws {
        try await withBroker { (_, options) async throws in
            let lasting = ["sub"] + options + ["-V", version, "-i", "lasting", "-c", "-q", "1", "-t", "s"]
            #expect(try await ChildProcess.run(Peers.tinymqtt, lasting + ["-E"]).status == 0)
            #expect(try await pub(options + ["-t", "s", "-q", "1", "-l"], input: "1\n2\n3\n").status == 0)
            // Two are taken, and only these two are acknowledged.
            #expect(try await ChildProcess.run(Peers.tinymqtt, lasting + ["-C", "2"]).text == "1\n2\n")
            #expect(try await ChildProcess.run(Peers.tinymqtt, lasting + ["-C", "1"]).text == "3\n")
        }
    }

    @Test("the will comes when a client is killed, and not when a signal asks it to go")
    func will() async throws {
        try await withBroker { broker, options in
            let witness = try ChildProcess(Peers.tinymqtt, ["sub"] + options + ["-t", "will/#", "-v", "-C", "1"])
            for (index, name) in ["asked", "killed"].enumerated() {
                let mortal = try ChildProcess(
                    Peers.tinymqtt,
                    ["sub"] + options + ["-t", "x", "--will-topic", "will/\(name)", "--will-payload", "gone"]
                )
                try await broker.waitForSubscriptions(index + 2)
                mortal.send(signal: name == "asked" ? SIGTERM : SIGKILL)
                _ = try await mortal.waitForEnd()
            }
            #expect(try await witness.waitForEnd().text == "will/killed gone\n")
        }
    }

    @Test("-W ends with 27, and -E ends at once with 0")
    func ends() async throws {
        try await withBroker { _, options in
            let timedOut = try await ChildProcess.run(Peers.tinymqtt, ["sub"] + options + ["-t", "x", "-W", "0.2"])
            #expect(timedOut.status == 27)
            #expect(timedOut.errorText == "tinymqtt sub: timed out\n")
            let quiet = try await ChildProcess.run(
                Peers.tinymqtt,
                ["sub"] + options + ["-t", "x", "-W", "0.2", "--quiet"]
            )
            #expect(quiet.status == 27)
            #expect(quiet.errorText.isEmpty)
            #expect(try await ChildProcess.run(Peers.tinymqtt, ["sub"] + options + ["-t", "x", "-E"]).status == 0)
        }
    }

    @Test("a reader that goes away ends the subscriber quietly, also while no message comes")
    func closedPipe() async throws {
        try await withBroker { broker, options in
            let words = ([Peers.tinymqtt, "sub"] + options + ["-t", "h"]).joined(separator: " ")
            let script = "{ \(words); echo status $? >&2; } | head -n 1"
            let pipeline = try ChildProcess("/bin/sh", ["-c", script])
            try await broker.waitForSubscriptions(1)
            #expect(try await pub(options + ["-t", "h", "-m", "first"]).status == 0)
            let ended = try await pipeline.waitForEnd()
            #expect(ended.text == "first\n")
            #expect(ended.errorText == "status 0\n")
        }
    }

    @Test("-d tells the packets on standard error, and nothing of it on standard output")
    func trace() async throws {
        try await withBroker { _, options in
            let traced = try await pub(options + ["-t", "x", "-m", "hello", "-q", "1", "-i", "me", "-d"])
            #expect(traced.output.isEmpty)
            let lines = traced.errorText.split(separator: "\n")
            #expect(lines.first == "tinymqtt pub: sent CONNECT me MQTT 3.1.1, clean start true, keep alive 60 s")
            #expect(lines.contains("tinymqtt pub: sent PUBLISH 1 QoS 1 x (5 bytes)"))
            #expect(lines.contains("tinymqtt pub: received PUBACK 1"))
            let same = try await pub(options + ["-t", "x", "-m", "hello", "--log-level", "debug"])
            #expect(same.errorText.contains("PUBLISH"))
        }
    }

    @Test("an option wins over MQTT_BROKER_…, and that over MQTT_…")
    func environment() async throws {
        try await withBroker { broker, _ in
            let port = "\(broker.port)"
            let nowhere = "nowhere.invalid"
            let cases: [([String], [String: String], Bool)] = [
                ([], ["MQTT_HOST": "127.0.0.1", "MQTT_PORT": port], true),
                ([], ["MQTT_BROKER_HOST": "127.0.0.1", "MQTT_HOST": nowhere, "MQTT_PORT": port], true),
                ([], ["MQTT_BROKER_HOST": nowhere, "MQTT_HOST": "127.0.0.1", "MQTT_PORT": port], false),
                (["-h", "127.0.0.1"], ["MQTT_BROKER_HOST": nowhere, "MQTT_BROKER_PORT": port], true),
                ([], ["MQTT_HOST": "127.0.0.1", "MQTT_BROKER_PORT": port, "MQTT_PORT": "1"], true),
                (["-p", port], ["MQTT_HOST": "127.0.0.1", "MQTT_BROKER_PORT": "1"], true),
            ]
            for (options, variables, works) in cases {
                let ended = try await ChildProcess.run(
                    Peers.tinymqtt,
                    ["pub", "-t", "x", "-m", ""] + options,
                    environment: variables
                )
                #expect(ended.status == (works ? 0 : 15), "\(options) \(variables): \(ended.errorText)")
            }
            let identity = try await ChildProcess.run(
                Peers.tinymqtt,
                ["pub", "-h", "127.0.0.1", "-p", port, "-t", "x", "-m", "", "-d"],
                environment: ["MQTT_CLIENT_ID": "from-environment", "MQTT_USERNAME": "u", "MQTT_PASSWORD": "p"]
            )
            #expect(identity.errorText.contains("CONNECT from-environment"))
        }
    }
}

import Foundation
import NIOCore
import Testing

@testable import MQTT
@testable import Support
@testable import tinymqtt

/// How the clients end: each exit code that a client of ours can have, and what links do where they differ from ours and
/// no script of ClientScripts.tsv can show it.
@Suite("How the clients end", .timeLimit(.minutes(2)))
struct ClientStatusTests {
    private let links: TemporaryFolder
    private let server: ScriptedServer

    init() async throws {
        links = try TemporaryFolder("links")
        for name in ["pub", "sub", "rr"] {
            try FileManager.default.createSymbolicLink(
                atPath: links.path("mosquitto_\(name)"),
                withDestinationPath: Peers.tinymqtt
            )
        }
        server = try await ScriptedServer.start()
    }

    private var options: [String] { ["-h", "127.0.0.1", "-p", "\(server.port)", "-V", "5"] }

    private func link(_ name: String, _ words: [String]) throws -> ChildProcess {
        try ChildProcess(links.path("mosquitto_\(name)"), options + words)
    }

    private func run(_ words: [String]) async throws -> Int32? {
        try await ChildProcess.run(Peers.tinymqtt, words).status
    }

    @Test("every subcommand: no host 15, nobody there 14, no proxy 16, no answer 27, a wrong command line 1")
    func connections() async throws {
        let nobody = try RunningBroker.freePort()
        let commands = [
            ["pub", "-t", "x", "-m", "hi"], ["sub", "-t", "x"], ["rr", "-t", "x", "-m", "hi"], ["get", "x"], ["ping"],
        ]
        let cases: [([String], Int32)] = [
            (["-h", "nowhere.invalid"], 15), (["-h", "127.0.0.1", "-p", "\(nobody)"], 14),
            (["-h", "127.0.0.1", "-p", "\(server.port)", "--proxy", "socks5h://127.0.0.1:\(nobody)"], 16),
            (["-h", "127.0.0.1", "-p", "\(server.port)", "--connect-timeout", "0.3"], 27),
            (["-h", "127.0.0.1", "-p", "0"], 1), (["--no-such-option"], 1),
        ]
        try await withThrowingTaskGroup { group in
            for command in commands {
                group.addTask {
                    for (words, status) in cases {
                        let found = try await run(command + words)
                        #expect(found == status, "\(command + words)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a server that closes 7, one that breaks the protocol 2, one that refuses its reason, each subcommand")
    func answers() async throws {
        let commands = [
            ["pub", "-t", "x", "-m", "hi", "-q", "1"], ["sub", "-t", "x"], ["rr", "-t", "x", "-m", "hi"], ["get", "x"],
            ["ping"],
        ]
        for command in commands {
            async let lost = run(command + options + ["--retry", "never"])
            try await server.acceptClient().peer.close()
            #expect(try await lost == 7, "\(command)")

            async let broken = run(command + options + ["--retry", "never"])
            try await server.acceptClient().peer.send(.pingreq)
            #expect(try await broken == 2, "\(command)")

            async let refused = run(command + options)
            let peer = try await server.accept()
            _ = try await peer.receive()
            peer.send(.connack(Connack(sessionPresent: false, reasonCode: .banned)))
            #expect(try await refused == 138, "\(command)")
        }
    }

    @Test("get returns 39 where nothing is retained, and 0 with the value where there is")
    func get() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let place = ["-h", "127.0.0.1", "-p", "\(broker.port)"]
        let nothing = try await ChildProcess.run(Peers.tinymqtt, ["get", "a/b", "-W", "0.2"] + place)
        #expect(nothing.status == 39)
        #expect(nothing.output.isEmpty && !nothing.errorText.isEmpty)
        for topic in ["a/b", "a/c"] {
            #expect(try await run(["pub", "-t", topic, "-m", "value", "-r", "-q", "1"] + place) == 0)
        }
        let value = try await ChildProcess.run(Peers.tinymqtt, ["get", "a/b"] + place)
        #expect(value.status == 0 && value.text == "value\n" && value.errorText.isEmpty)
        let all = try await ChildProcess.run(Peers.tinymqtt, ["get", "a/+", "-v", "-W", "0.5"] + place)
        #expect(all.status == 0 && Set(all.lines) == ["a/b value", "a/c value"])
        let ping = try await ChildProcess.run(Peers.tinymqtt, ["ping", "-C", "2", "--interval", "0", "--json"] + place)
        #expect(ping.status == 0)
        let report = try #require(JSONSerialization.jsonObject(with: Data(ping.output)) as? [String: Any])
        #expect((report["round_trip_ms"] as? [Any])?.count == 2)
        _ = try await broker.stop()
    }

    @Test("--retry with a number also repeats the first connection, until the broker is there")
    func firstConnection() async throws {
        let port = try RunningBroker.freePort()
        let publisher = try ChildProcess(
            Peers.tinymqtt,
            ["pub", "-h", "127.0.0.1", "-p", "\(port)", "-t", "x", "-m", "hi", "-q", "1", "--retry", "20"]
        )
        try await publisher.waitForError("trying again")
        let late = try await ScriptedServer.start(version: .v3_1_1, port: port)
        let peer = try await late.acceptClient().peer
        guard case .publish(let publish) = try await peer.receive() else {
            Issue.record("no PUBLISH")
            return
        }
        peer.send(.puback(Acknowledgement(packetIdentifier: publish.packetIdentifier)))
        #expect(try await publisher.waitForEnd().status == 0)
    }

    @Test(
        "a signal ends what runs until one does with 0; a link of mosquitto_sub has its will published, others die of it"
    )
    func signals() async throws {
        for (name, words) in [("sub", ["-t", "x"]), ("rr", ["-t", "x", "-e", "y", "-m", "hi"])] {
            let linked = try link(name, words)
            let peer = try await server.acceptClient().peer
            let packet = try await peer.receive()
            peer.send(packet.granted)
            // Its answer shows that the program has read what came before.
            if name == "rr" { _ = try await peer.receive() }
            linked.send(signal: SIGTERM)
            if name == "sub" {
                guard case .disconnect(let disconnect) = try await peer.receive() else {
                    Issue.record("no DISCONNECT")
                    return
                }
                #expect(disconnect.reasonCode == .disconnectWithWillMessage)
            }
            let ended = try await linked.waitForEnd()
            #expect(ended.status == (name == "sub" ? 0 : 143))
            #expect(ended.errorText.isEmpty)
        }
        let own = try ChildProcess(Peers.tinymqtt, ["sub", "-t", "x"] + options)
        let peer = try await server.acceptClient().peer
        peer.send(try await peer.receive().granted)
        own.send(signal: SIGINT)
        guard case .disconnect(let disconnect) = try await peer.receive() else {
            Issue.record("no DISCONNECT")
            return
        }
        #expect(disconnect.reasonCode == .success)
        #expect(try await own.waitForEnd().status == 0)
    }

    @Test("before the broker has accepted, a link of mosquitto_sub returns 255 for a signal and for -W, silently")
    func beforeConnection() async throws {
        for words in [["-W", "1"], []] {
            let linked = try link("sub", ["-t", "x"] + words)
            let peer = try await server.accept()
            _ = try await peer.receive()
            if words.isEmpty { linked.send(signal: SIGTERM) }
            let ended = try await linked.waitForEnd()
            #expect(ended.status == 255)
            #expect(ended.errorText.isEmpty)
        }
    }

    @Test("a link ends also where -D disconnect asks to keep a session that ends with its connection")
    func impossibleFarewell() async throws {
        let words = ["-V", "5", "-t", "x", "-W", "1", "-D", "disconnect", "session-expiry-interval", "60"]
        let linked = try link("sub", words)
        let peer = try await server.acceptClient().peer
        _ = try await peer.receive()
        peer.send(.suback(SubscriptionAcknowledgement(packetIdentifier: 1, reasonCodes: [.success])))
        guard case .disconnect(let disconnect) = try await peer.receive() else {
            Issue.record("no DISCONNECT")
            return
        }
        #expect(disconnect == Disconnect())
        peer.close()
        #expect(try await linked.waitForEnd().status == 27)
    }

    @Test(
        "a link returns 0 where all its subscriptions are refused, or its messages, and says so; ours return the reason"
    )
    func refusals() async throws {
        for (name, words) in [("sub", ["-t", "x"]), ("rr", ["-t", "x", "-e", "y", "-m", "hi"])] {
            let linked = try link(name, words)
            async let own = run([name] + options + words)
            for _ in 0..<2 {
                let peer = try await server.acceptClient().peer
                _ = try await peer.receive()
                peer.send(.suback(SubscriptionAcknowledgement(packetIdentifier: 1, reasonCodes: [.notAuthorized])))
            }
            let ended = try await linked.waitForEnd()
            #expect(ended.status == 0)
            #expect(ended.errorText == "All subscription requests were denied.\n")
            #expect(try await own == 135)
        }
        let linked = try link("pub", ["-t", "x", "-m", "hi", "-q", "1"])
        let peer = try await server.acceptClient().peer
        _ = try await peer.receive()
        peer.send(.puback(Acknowledgement(packetIdentifier: 1, reasonCode: .quotaExceeded)))
        let ended = try await linked.waitForEnd()
        #expect(ended.status == 0)
        #expect(!ended.errorText.isEmpty)
    }

    @Test("a link of mosquitto_sub goes on when the broker has closed the connection, and says nothing")
    func reconnection() async throws {
        let linked = try link("sub", ["-t", "x", "-C", "1"])
        let first = try await server.acceptClient().peer
        first.send(try await first.receive().granted)
        first.send(.disconnect(Disconnect(reasonCode: .serverShuttingDown)))
        first.close()
        let second = try await server.acceptClient().peer
        second.send(try await second.receive().granted, .message("hi", topic: "x"))
        let ended = try await linked.waitForEnd()
        #expect(ended.status == 0)
        #expect(ended.text == "hi\n")
        #expect(ended.errorText.isEmpty)
    }

    @Test("rr takes neither a retained response nor one to somebody else's request; a link takes what comes first")
    func correlation() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let place = ["-h", "127.0.0.1", "-p", "\(broker.port)", "-V", "5"]
        #expect(try await run(["pub", "-t", "answer", "-m", "retained", "-r", "-q", "1"] + place) == 0)
        let service = try ChildProcess(Peers.tinymqtt, ["sub", "-t", "ask", "-F", "%R %D", "-C", "1"] + place)
        try await broker.waitForSubscriptions(1)
        let mine = ["-D", "publish", "correlation-data"]
        let own = try ChildProcess(
            Peers.tinymqtt,
            ["rr", "-t", "ask", "-e", "answer", "-m", "?"] + place + mine + ["mine"]
        )
        #expect(try await service.waitForEnd().text == "answer mine\n")
        for (data, text) in [("other", "foreign"), ("mine", "right")] {
            #expect(try await run(["pub", "-t", "answer", "-m", text, "-q", "1"] + place + mine + [data]) == 0)
        }
        let ended = try await own.waitForEnd()
        #expect(ended.text == "right\n" && ended.status == 0)
        // Without data of its own the request has random ones, which nobody answers.
        #expect(try await run(["rr", "-t", "ask", "-e", "answer", "-m", "?", "-W", "0.5"] + place) == 27)
        let linked = try await ChildProcess.run(
            links.path("mosquitto_rr"),
            ["-t", "ask", "-e", "answer", "-m", "?", "-W", "5"] + place
        )
        #expect(linked.text == "retained\n" && linked.status == 0)
        _ = try await broker.stop()
    }

    @Test("rr sends a request for each line with -l, awaits several responses with -C, and has a request kept with -r")
    func moreRequests() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let place = ["-h", "127.0.0.1", "-p", "\(broker.port)", "-V", "5"]
        // Who listens where requests are sent answers each by itself.
        let echo = ["rr", "-t", "ask", "-e", "ask", "-q", "1"] + place
        let lines = try await ChildProcess.run(Peers.tinymqtt, echo + ["-l"], input: "one\ntwo\n")
        #expect(lines.text == "one\ntwo\n" && lines.status == 0, "\(lines.errorText)")
        #expect(try await run(echo + ["-m", "kept", "-r"]) == 0)
        let kept = try await ChildProcess.run(Peers.tinymqtt, ["get", "ask"] + place)
        #expect(kept.text == "kept\n")
        // One comes, the second does not.
        let two = try await ChildProcess.run(Peers.tinymqtt, echo + ["-m", "x", "-C", "2", "-W", "0.5"])
        #expect(two.text == "x\n" && two.status == 27)
        _ = try await broker.stop()
    }

    @Test("every exit code of the table belongs to a test of clients, or to the broker alone")
    func table() {
        // 0, 1 and each refusal from 128 on: see ClientExitTests; 3 is of tinymqtt broker, 40 to 45 of rooms and chat,
        // 46 of bench.
        let tested: Set<Int32> = [0, 1, 2, 7, 8, 14, 15, 16, 27, 39]
        #expect(Set(ExitStatus.allCases.map(\.rawValue)) == tested.union([3]).union(40...46))
    }
}

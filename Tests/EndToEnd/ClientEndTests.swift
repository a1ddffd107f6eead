import Foundation
import Testing

@testable import MQTT
@testable import Support

/// How clients end when a signal, a refusal, a full disk or a lost connection ends them.
@Suite("Ends of clients", .timeLimit(.minutes(1)))
struct ClientEndTests {
    private func options(_ server: ScriptedServer) -> [String] {
        ["-h", "127.0.0.1", "-p", "\(server.port)", "-V", "5"]
    }

    private func retained(_ payload: String, topic: String) -> ControlPacket {
        .publish(
            Publish(
                topic: Array(topic.utf8).span,
                properties: [UInt8]().span,
                payload: Array(payload.utf8).span,
                retain: true
            )
        )
    }

    @Test("rr and get that a signal ends before an answer return 128 and its number", arguments: ["rr", "get"])
    func signals(command: String) async throws {
        let server = try await ScriptedServer.start()
        let words = command == "rr" ? ["-t", "x", "-m", "hi"] : ["x", "-W", "30"]
        let process = try ChildProcess(Peers.tinymqtt, [command] + options(server) + words)
        let peer = try await server.acceptClient().peer
        peer.send(try await peer.receive().granted)
        if command == "rr" { _ = try await peer.receive() }
        process.send(signal: SIGTERM)
        let ended = try await process.waitForEnd()
        #expect(ended.status == 143)
        #expect(!ended.errorText.contains("retained nothing"))
    }

    @Test("a partly refused subscription ends with the reason of the first refusal")
    func refusal() async throws {
        let server = try await ScriptedServer.start()
        async let run = ChildProcess.run(Peers.tinymqtt, ["sub"] + options(server) + ["-t", "a", "-t", "b", "-E"])
        let peer = try await server.acceptClient().peer
        _ = try await peer.receive()
        peer.send(
            .suback(SubscriptionAcknowledgement(packetIdentifier: 1, reasonCodes: [.success, .notAuthorized]))
        )
        let ended = try await run
        #expect(ended.status == 135)
        #expect(ended.errorText.contains("refused the subscription to b"))
    }

    @Test("output that cannot be written is told, and gives 1", arguments: ["sub", "get"])
    func fullOutput(command: String) async throws {
        let server = try await ScriptedServer.start()
        let words = command == "sub" ? ["-t", "x", "-C", "1"] : ["x", "-W", "30"]
        async let run = ChildProcess.run(
            "/bin/sh",
            ["-c", "exec \"$0\" \"$@\" > /dev/full", Peers.tinymqtt, command] + options(server) + words
        )
        let peer = try await server.acceptClient().peer
        let granted = try await peer.receive().granted
        peer.send(granted, retained("hi", topic: "x"))
        let ended = try await run
        #expect(ended.status == 1)
        #expect(ended.errorText.contains("cannot write to standard output: No space left on device"))
    }

    @Test("get names the topics for which nothing is retained, and returns 39")
    func missing() async throws {
        let server = try await ScriptedServer.start()
        async let run = ChildProcess.run(Peers.tinymqtt, ["get"] + options(server) + ["a", "b", "-W", "0.5"])
        let peer = try await server.acceptClient().peer
        _ = try await peer.receive()
        peer.send(
            .suback(SubscriptionAcknowledgement(packetIdentifier: 1, reasonCodes: [.success, .success])),
            retained("hi", topic: "a")
        )
        let ended = try await run
        #expect(ended.status == 39)
        #expect(ended.text == "hi\n")
        #expect(ended.errorText.contains("nothing for b\n"))
    }

    @Test("-W ends pub without an acknowledgement or an input, and ping without an answer, each with 27")
    func timeouts() async throws {
        let server = try await ScriptedServer.start()
        let place = ["-h", "127.0.0.1", "-p", "\(server.port)", "-V", "5", "-W", "0.3"]
        for words in [["pub", "-t", "x", "-m", "hi", "-q", "1"], ["pub", "-t", "x", "-l"], ["ping"]] {
            // An input that never ends.
            let client = try ChildProcess(Peers.tinymqtt, words + place, takesInput: true)
            _ = try await server.acceptClient()
            let ended = try await client.waitForEnd()
            #expect(ended.status == 27, "\(words)")
            #expect(ended.errorText == "tinymqtt \(words[0]): timed out\n")
        }
    }

    @Test("each round trip of ping is seen at once, also through a pipe")
    func pingLines() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let ping = try ChildProcess(
            Peers.tinymqtt,
            ["ping", "-p", "\(broker.port)", "-h", "127.0.0.1", "--interval", "60"]
        )
        try await ping.wait(for: "the first round trip") { $0.text.contains("round trip 1: ") }
        ping.send(signal: SIGTERM)
        _ = try await ping.waitForEnd()
        _ = try await broker.stop()
    }
}

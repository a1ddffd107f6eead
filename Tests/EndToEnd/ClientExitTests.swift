import Foundation
import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// What `tinymqtt pub` and `tinymqtt sub` say and return when something is wrong.
@Suite("Exit codes of tinymqtt pub and sub", .timeLimit(.minutes(2)))
struct ClientExitTests {
    private func run(_ arguments: [String]) async throws -> ChildProcess.Transcript {
        try await ChildProcess.run(Peers.tinymqtt, arguments)
    }

    @Test("a connection that is refused: one line with what to do, exit 14")
    func refused() async throws {
        let server = try await ScriptedServer.start()
        try await server.stop()
        let ended = try await run(["pub", "-p", "\(server.port)", "-t", "x", "-m", "hi"])
        #expect(ended.status == 14)
        #expect(
            ended.errorText == """
                tinymqtt pub: connection to localhost:\(server.port) refused; is a broker running? \
                start one with: tinymqtt broker --port \(server.port)

                """
        )
        #expect(try await run(["sub", "-h", "nowhere.invalid", "-t", "x"]).status == 15)
    }

    @Test("a policy with a number gives up after so many attempts, also for the first connection")
    func retries() async throws {
        let server = try await ScriptedServer.start()
        try await server.stop()
        let ended = try await run(["sub", "-h", "127.0.0.1", "-p", "\(server.port)", "-t", "x", "--retry", "2"])
        #expect(ended.status == 14)
        #expect(ended.errorText.contains("trying again"))
    }

    @Test("a server that says nothing: exit 27")
    func silent() async throws {
        let server = try await ScriptedServer.start()
        let ended = try await run(
            ["pub", "-h", "127.0.0.1", "-p", "\(server.port)", "-t", "x", "-m", "hi", "--connect-timeout", "0.2"]
        )
        #expect(ended.status == 27)
    }

    @Test("the reason code of the server is the exit code")
    func reasons() async throws {
        let server = try await ScriptedServer.start()
        let options = ["-h", "127.0.0.1", "-p", "\(server.port)", "-V", "5", "-t", "x"]

        async let rejected = run(["sub"] + options)
        let first = try await server.accept()
        _ = try await first.receive()
        first.send(.connack(Connack(sessionPresent: false, reasonCode: .badUserNameOrPassword)))
        let rejection = try await rejected
        #expect(rejection.status == 134)
        #expect(rejection.errorText.contains("bad user name or password (0x86); check --username and --pw"))

        async let refused = run(["pub"] + options + ["-m", "hi", "-q", "1"])
        let second = try await server.acceptClient().peer
        _ = try await second.receive()
        second.send(.puback(Acknowledgement(packetIdentifier: 1, reasonCode: .notAuthorized)))
        #expect(try await refused.status == 135)

        async let streamed = ChildProcess.run(
            Peers.tinymqtt,
            ["pub"] + options + ["-l", "-q", "1"],
            input: "a\nb\n"
        )
        let third = try await server.acceptClient().peer
        for (identifier, reason) in [(1, .success), (2, .quotaExceeded)] as [(UInt16, ReasonCode)] {
            _ = try await third.receive()
            third.send(.puback(Acknowledgement(packetIdentifier: identifier, reasonCode: reason)))
        }
        let stream = try await streamed
        #expect(stream.status == 151)
        #expect(stream.errorText.contains("1 messages to x were refused: quota exceeded (0x97)"))

        async let unsubscribed = run(["sub"] + options)
        let fourth = try await server.acceptClient().peer
        _ = try await fourth.receive()
        fourth.send(.suback(SubscriptionAcknowledgement(packetIdentifier: 1, reasonCodes: [.notAuthorized])))
        #expect(try await unsubscribed.status == 135)

        async let moved = run(["sub"] + options)
        let fifth = try await server.acceptClient().peer
        fifth.send(try await fifth.receive().granted, .disconnect(Disconnect(reasonCode: .sessionTakenOver)))
        let takenOver = try await moved
        #expect(takenOver.status == 142)
        #expect(takenOver.errorText.contains("another client uses the same --id"))

        async let broken = run(["sub"] + options)
        let sixth = try await server.acceptClient().peer
        sixth.send(.pingreq)
        #expect(try await broken.status == 2)
    }

    @Test(
        "lines go on through a restart of the broker; nothing is lost or reordered",
        arguments: [QoS.atLeastOnce, .exactlyOnce]
    )
    func restart(qos: QoS) async throws {
        let server = try await ScriptedServer.start(version: .v3_1_1)
        let count = 2_000
        let publisher = try ChildProcess(
            Peers.tinymqtt,
            ["pub", "-h", "127.0.0.1", "-p", "\(server.port)", "-t", "n", "-q", "\(qos.rawValue)", "-l"],
            takesInput: true
        )
        Thread.detachNewThread {
            try? publisher.write((1...count).map { "\($0)\n" }.joined())
            try? publisher.closeInput()
        }
        // The first server takes 500 messages, the last of which it leaves without an answer, and goes.
        let first = try await server.acceptClient().peer
        var taken = try await take(500, from: first, leaving: 1)
        try await server.stop()
        first.close()
        try await publisher.waitForError("trying again")
        let again = try await ScriptedServer.start(version: .v3_1_1, port: server.port)
        let second = try await again.acceptClient().peer
        taken += try await take(count - 499, from: second, leaving: 0)
        #expect(taken.filter { $0 == "500" }.count == 2)
        taken.remove(at: 499)
        #expect(taken == (1...count).map { "\($0)" })
        let ended = try await publisher.waitForEnd()
        #expect(ended.status == 0)
        #expect(ended.output.isEmpty)
    }

    /// Receives messages until `count` are there and all but `unanswered` are settled.
    private func take(_ count: Int, from peer: AcceptedConnection, leaving unanswered: Int) async throws -> [String] {
        var payloads: [String] = []
        var settled = 0
        while payloads.count < count || settled < count - unanswered {
            switch try await peer.receive() {
            case .publish(let publish):
                guard payloads.count < count else { continue }
                payloads.append(String(buffer: publish.payloadBuffer))
                guard payloads.count <= count - unanswered else { continue }
                let answer = Acknowledgement(packetIdentifier: publish.packetIdentifier)
                if publish.qos == .exactlyOnce {
                    peer.send(.pubrec(answer))
                } else {
                    settled += 1
                    peer.send(.puback(answer))
                }
            case .pubrel(let release):
                settled += 1
                peer.send(.pubcomp(Acknowledgement(packetIdentifier: release.packetIdentifier)))
            default: Issue.record("an unexpected packet")
            }
        }
        return payloads
    }

    @Test(
        "what the command line forbids is a usage error: exit 1",
        arguments: [
            "pub -m hi", "pub -t x", "pub -t x -m a -n", "pub -t x -m a -l", "pub -t a/+ -m hi", "pub -t '' -m hi",
            "pub -t x -m hi -q 3", "pub -t x -m hi -p 0", "pub -t x -m hi -p 70000", "pub -t x -m hi -k 4",
            "pub -t x -m hi -V 6", "pub -t x -m hi -c", "pub -t x -m hi -x -1", "pub -t x -m hi -x 5 -V 311",
            "pub -t x -m hi -P secret", "pub -t x -m hi --will-payload a", "pub -t x -m hi --will-retain",
            "pub -t x -m hi --will-topic a/#", "pub -t x -m hi -M 0", "pub -t x -m hi --repeat 0",
            "pub -t x -m hi --repeat-delay -1", "pub -t x -m hi --no-such-option", "pub -t x -m hi -C 1", "sub",
            "sub -t a/#/b", "sub -t x -C 0", "sub -t x -W 0", "sub -t x -l", "sub -t x -U #a", "sub -t x -T a+",
            "pub -t x -f /no/such/file", "nonsense", "sub -t x -D disconnect session-expiry-interval 60",
            "pub -t x -m hi -V 311 -D publish content-type a", "sub -t x -V 31 -D subscribe user-property a b",
            "pub -t x -m hi -x 0 -D disconnect session-expiry-interval 60", "rr -t x -e y -n -V 311 -D connect x y",
        ]
    )
    func usage(words: String) async throws {
        let ended = try await run(words.split(separator: " ").map { $0 == "''" ? "" : String($0) })
        #expect(ended.status == 1, "\(ended.errorText)")
        #expect(ended.output.isEmpty)
        #expect(!ended.errorText.isEmpty)
    }

    @Test("help is no error, and names every exit code")
    func help() async throws {
        for arguments in [["--help"], ["pub", "--help"], ["sub", "--help"], ["help", "exit-codes"], ["exit-codes"]] {
            let ended = try await run(arguments)
            #expect(ended.status == 0)
            #expect(ended.errorText.isEmpty)
            #expect(!ended.output.isEmpty)
        }
        let table = try await run(["help", "exit-codes"]).text
        for code in ["  0 ", "  1 ", "  2 ", "  7 ", " 14 ", " 15 ", " 27 ", "135  not authorized (0x87)"] {
            #expect(table.contains("\n" + code) || table.contains(code))
        }
    }
}

import Foundation
import Testing

@testable import Support

/// `tinymqtt broker` as a person and a supervisor use it.
@Suite("tinymqtt broker")
struct BrokerCommandTests {
    @Test("says where it listens, and ends with 0 on SIGINT and SIGTERM", arguments: [SIGINT, SIGTERM])
    func stopsOnSignal(signal: Int32) async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        #expect(broker.port > 0)
        broker.process.send(signal: signal)
        let ended = try await broker.process.waitForEnd()
        #expect(ended.status == 0)
        #expect(ended.output.isEmpty, "standard output is for data")
        #expect(ended.errorText.contains("this machine only"))
    }

    @Test("without options, listens on IPv4 and IPv6 of this machine only")
    func listensOnLoopback() async throws {
        let broker = try ChildProcess(Peers.tinymqtt, ["broker", "--port", "0"])
        let said = try await broker.waitForError("listening on 127.0.0.1:")
        #expect(said.errorText.contains("[::1]:"))
        broker.send(signal: SIGTERM)
        #expect(try await broker.waitForEnd().status == 0)
    }

    @Test("a port that is taken: one clear line, exit 1")
    func portTaken() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let second = try await ChildProcess.run(
            Peers.tinymqtt,
            ["broker", "--host", "127.0.0.1", "-p", "\(broker.port)"]
        )
        #expect(second.status == 1)
        #expect(second.errorText.split(separator: "\n").count == 1)
        #expect(second.errorText.contains("port \(broker.port) of 127.0.0.1 is in use"))
        #expect(second.errorText.contains("--port"))
        _ = try await broker.stop()
    }

    @Test("the words of its console, on a terminal", .enabled(if: Peers.python != nil || Peers.isContinuousIntegration))
    func console() async throws {
        // Python's `pty` gives the broker a terminal of its own, so that this test needs none.
        let script = """
            import os, pty, sys
            def read(descriptor):
                data = os.read(descriptor, 4096)
                if b"listening" in data:
                    os.write(descriptor, b"help\\nnonsense\\nstop\\n")
                return data
            status = pty.spawn([sys.argv[1], "broker", "--port", "0"], read)
            sys.exit(os.waitstatus_to_exitcode(status))
            """
        let child = try ChildProcess(Peers.python ?? "python3", ["-c", script, Peers.tinymqtt], takesInput: true)
        let ended = try await child.waitForEnd()
        #expect(ended.status == 0)
        #expect(ended.text.contains("stop the broker"))
        #expect(ended.text.contains("nonsense is not a word that the broker knows"))
    }

    @Test("an unknown option is a usage error that names it")
    func unknownOption() async throws {
        let ended = try await ChildProcess.run(Peers.tinymqtt, ["broker", "--nonsense"])
        #expect(ended.status != 0)
        #expect(ended.errorText.contains("--nonsense"))
    }
}

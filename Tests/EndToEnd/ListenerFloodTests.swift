#if os(Linux)
import Foundation
import Testing

@testable import MQTT
@testable import Support

/// More connections than the system has room for.
@Suite("tinymqtt broker: floods of connections")
struct ListenerFloodTests {
    @Test("where no more files may be open, the log says so, the broker rests, and it goes on when there is room")
    func openFiles() async throws {
        let script = "ulimit -n 40; exec \"$0\" broker --host 127.0.0.1 --port 0"
        let broker = try ChildProcess("/bin/sh", ["-c", script, Peers.tinymqtt])
        let said = try await broker.waitForError("127.0.0.1:")
        let digits = said.errorText.split(separator: "127.0.0.1:", maxSplits: 1)[1].prefix { $0.isNumber }
        let port = try #require(Int(digits))
        let first = try await SocketPeer.connect(port: port)
        first.send(.connect(.make("first")))
        #expect(try await first.receive()?.type == .connack)

        var flood: [SocketPeer] = []
        for _ in 0..<50 {
            flood.append(try await SocketPeer.connect(port: port))
        }
        try await broker.waitForError("no connection can be accepted at 127.0.0.1:\(port): ")
        let start = try broker.processorTime()
        // The broker goes on for those that it has, and has nothing else to do.
        for _ in 0..<3 {
            try await first.ping()
        }
        let waiting = try await SocketPeer.connect(port: port)
        waiting.send(.connect(.make("waiting")))
        for peer in flood {
            peer.close()
        }
        #expect(try await waiting.receive()?.type == .connack)
        // One who tries again and again takes as much as there is, and a second has a hundred ticks.
        #expect(try broker.processorTime() < start + 40)
        let lines = broker.soFar.errorText.split(separator: "\n").filter { $0.contains("can be accepted") }
        #expect(lines.count < 5)
        #expect(
            lines.first?.contains(": Too many open files; the broker may not open more files, and ulimit -n") == true
        )
        broker.send(signal: SIGTERM)
        _ = try await broker.waitForEnd()
    }
}

extension ChildProcess {
    /// How much time of a processor the process has taken, in the system's ticks of 10 milliseconds.
    fileprivate func processorTime() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(processIdentifier)/stat", encoding: .utf8)
        let words = text.split(separator: ") ")[1].split(separator: " ")
        guard let user = Int(words[11]), let system = Int(words[12]) else { throw CocoaError(.fileReadCorruptFile) }
        return user + system
    }
}
#endif

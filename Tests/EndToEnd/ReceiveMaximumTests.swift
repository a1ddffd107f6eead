import Testing

@testable import MQTT
@testable import Support

/// What `tinymqtt sub` tells the Server of how much it takes at a time.
@Suite("Receive Maximum of tinymqtt sub", .timeLimit(.minutes(2)))
struct ReceiveMaximumTests {
    @Test(
        "is the smaller one of -M and a small -C; without both it is not sent",
        arguments: [
            (["-M", "3"], 3), (["-M", "3", "-C", "2"], 2), (["-M", "3", "-C", "5"], 3), (["-C", "5"], 5), ([], nil),
        ] as [([String], UInt32?)]
    )
    func limits(options: [String], expected: UInt32?) async throws {
        let server = try await ScriptedServer.start()
        let subscriber = try ChildProcess(
            Peers.tinymqtt,
            ["sub", "-h", "127.0.0.1", "-p", "\(server.port)", "-V", "5", "-t", "x"] + options
        )
        let (_, packet) = try await server.acceptClient()
        guard case .connect(let connect) = packet else {
            Issue.record("\(packet) is no CONNECT")
            return
        }
        #expect(connect.properties[integer: .receiveMaximum] == expected)
        subscriber.send(signal: 15)
        _ = try await subscriber.waitForEnd()
        try await server.stop()
    }
}

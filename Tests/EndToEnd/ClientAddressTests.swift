import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// A broker, a user and a topic in one word, `-L`.
@Suite("Addresses of clients")
struct ClientAddressTests {
    @Test(
        "the user of an address logs in, unless an option says another",
        arguments: [
            ([], "ann", "p:w"), (["-u", "bob"], "bob", "p:w"), (["-P", "secret"], "ann", "secret"),
        ]
    )
    func user(options: [String], userName: String, password: String) async throws {
        let server = try await ScriptedServer.start(version: .v3_1_1)
        // The variables count for less than the address, and the port is that of another broker.
        let child = try ChildProcess(
            Peers.tinymqtt,
            ["pub", "-L", "mqtt://ann:p:w@127.0.0.1:\(server.port)/a/b", "-m", "hi"] + options,
            environment: ["MQTT_USERNAME": "eve", "MQTT_PASSWORD": "other", "MQTT_PORT": "1"]
        )
        let (peer, connect) = try await server.acceptClient()
        guard case .connect(let packet) = connect else {
            Issue.record("no CONNECT but \(connect)")
            return
        }
        #expect(packet.userName == UTF8String(userName))
        #expect(packet.password == Array(password.utf8))
        guard case .publish(let message) = try await peer.receive() else {
            Issue.record("no PUBLISH")
            return
        }
        #expect(String(buffer: message.topicBuffer) == "a/b")
        #expect(try await child.waitForEnd().status == 0)
        try await server.stop()
    }

    @Test("the port of the environment is not for the broker of an address")
    func portOfTheEnvironment() async throws {
        let arguments = ["-n", "-L", "mqtt://nowhere.invalid/a"]
        let ended = try await ChildProcess.run(
            Peers.tinymqtt,
            ["pub"] + arguments,
            environment: ["MQTT_PORT": "none", "MQTT_BROKER_PORT": nil]
        )
        #expect(ended.status == 15)
        #expect(ended.errorText.contains("nowhere.invalid:1883"))
    }
}

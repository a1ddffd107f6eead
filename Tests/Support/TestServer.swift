import NIOCore

@testable import MQTT

/// How many event loops a server has that a test starts.
enum ServerThreads {
    /// What a test says nothing else about.
    @TaskLocal static var count = 1
}

/// A server on a port that the system chose, and what tests ask of it.
struct TestServer {
    let server: MQTTServer
    let port: Int

    /// What a test waited for did not come.
    struct Timeout: Error, CustomStringConvertible {
        let description: String
    }

    /// A Client whose CONNECT has been accepted.
    func client(_ clientIdentifier: String, sessionExpiryInterval: UInt32 = 0) async throws -> SocketPeer {
        let peer = try await SocketPeer.connect(port: port)
        var connect = Connect.make(clientIdentifier)
        connect.properties[integer: .sessionExpiryInterval] = sessionExpiryInterval
        peer.send(.connect(connect))
        guard case .connack(let connack)? = try await peer.receive(), connack.reasonCode == .success else {
            throw Timeout(description: "\(clientIdentifier) was not accepted")
        }
        return peer
    }

    /// Returns when the broker's load is as `condition` asks for. Each look at it is a turn of the broker's event loop.
    @discardableResult
    func until(within limit: TimeAmount = .seconds(30), _ condition: (BrokerLoad) -> Bool) async throws -> BrokerLoad {
        let deadline = NIODeadline.now() + limit
        while true {
            let load = await server.load()
            if condition(load) { return load }
            guard NIODeadline.now() < deadline else { throw Timeout(description: "the load is still \(load)") }
            await Task.yield()
        }
    }
}

/// Runs `body` with a server, and stops it after.
func withServer(
    _ change: (inout BrokerConfiguration) -> Void = { _ in },
    _ body: (TestServer) async throws -> Void
) async throws {
    var configuration = BrokerConfiguration()
    change(&configuration)
    let server = try await MQTTServer.start(
        at: [.tcp(host: "127.0.0.1", port: 0)],
        configuration: configuration,
        threads: ServerThreads.count
    )
    do {
        try await body(TestServer(server: server, port: server.addresses.first?.port ?? 0))
    } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

extension SocketPeer {
    /// Returns when the broker has answered everything that was sent before.
    func ping() async throws {
        send(.pingreq)
        guard try await receive() == .pingresp else { throw TestServer.Timeout(description: "no PINGRESP") }
    }
}

extension Connect {
    /// A CONNECT with nothing special in it.
    static func make(_ clientIdentifier: String) -> Connect {
        Connect(version: .v5_0, cleanStart: true, keepAlive: 0, clientIdentifier: .text(clientIdentifier))
    }

    /// A CONNECT that goes on with the session of this Client, or begins one that lasts.
    static func lasting(_ clientIdentifier: String) -> Connect {
        var connect = make(clientIdentifier)
        connect.cleanStart = false
        connect.properties[integer: .sessionExpiryInterval] = 3_600
        return connect
    }
}

extension Subscribe.Subscription {
    static func make(_ topicFilter: String, _ qos: QoS) -> Self {
        Self(topicFilter: .text(topicFilter), options: SubscriptionOptions(maximumQoS: qos))
    }
}

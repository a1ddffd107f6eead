import NIOCore
import NIOPosix
import Testing

@testable import MQTT
@testable import Support

/// Proxies and service records, with the broker of this package behind them.
@Suite("Ways to the broker by others", .timeLimit(.minutes(1)))
struct ClientProxyTests {
    @Test("a proxy looks names up, and does not see what TLS hides", arguments: [false, true], [false, true])
    func proxy(isSecure: Bool, isWebSocket: Bool) async throws {
        let files = try await TestCertificates.make()
        let proxy = try await SOCKSTestServer.start(
            SOCKSTestServer.Script(login: "me@home:p:w", names: ["localhost": "127.0.0.1", "broker.test": "127.0.0.1"])
        )
        try await ListenerTestServer.run {
            if isWebSocket { $0.exchange = .webSocket }
            if isSecure { $0.useTLS(files) }
        } _: { server in
            let way = { (transport: inout ClientTransport) throws in
                transport.proxy = try SOCKSProxy(url: "socks5h://me%40home:p:w@127.0.0.1:\(proxy.port)")
                if isSecure { transport.useTLS(files) }
                if isWebSocket { transport.webSocket = ClientWebSocket() }
            }
            #expect(try await ClientExchange.run(.host("localhost", port: server.port), way))
            #expect(try await proxy.nextRequest() == "me@home:p:w name localhost:\(server.port)")
            // The proxy is not who the certificate has to be for.
            #expect(try await ClientExchange.run(.host("127.0.0.1", port: server.port), way))
            #expect(try await proxy.nextRequest() == "me@home:p:w address 127.0.0.1:\(server.port)")
            let foreign = try await ClientExchange.failure(.host("broker.test", port: server.port), way)
            #expect(foreign?.code == (isSecure ? .tlsFailed : nil))
        }
        try await proxy.stop()
    }

    @Test("a proxy that refuses says why")
    func refused() async throws {
        let proxy = try await SOCKSTestServer.start(SOCKSTestServer.Script(reply: 5))
        let by = { (userName: String?) in
            { (transport: inout ClientTransport) in
                transport.proxy = SOCKSProxy(host: "127.0.0.1", port: proxy.port, userName: userName)
            }
        }
        let address = ServerAddress.host("broker.test", port: 1_883)
        let refused = try await ClientExchange.failure(address, by(nil))
        #expect(refused?.code == .proxyFailed)
        #expect(refused?.text.hasPrefix("the proxy 127.0.0.1:\(proxy.port) is refused by the server; ") == true)
        try await proxy.stop()
        let gone = try await ClientExchange.failure(address, by("me"))
        #expect(gone?.code == .proxyFailed)
        #expect(gone?.text == "the proxy 127.0.0.1:\(proxy.port): connection refused")
    }

    @Test("a proxy and a server that say nothing are given up in time", arguments: ["proxy", "TLS", "WebSocket"])
    func silent(step: String) async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = server.localAddress?.port ?? 0
        var configuration = MQTTClientConfiguration(host: "127.0.0.1", port: port)
        configuration.connectTimeout = .milliseconds(50)
        switch step {
        case "proxy": configuration.transport.proxy = SOCKSProxy(host: "127.0.0.1", port: port)
        case "TLS": configuration.transport.tls = ClientTLS()
        default: configuration.transport.webSocket = ClientWebSocket()
        }
        let client = try MQTTClient(configuration: configuration)
        let error = await MQTTClientError.of { () throws(MQTTClientError) in try await client.connect() }
        #expect(error?.code == .timedOut)
        #expect(error?.text.contains(step) == true)
        try await server.close()
    }

    @Test("the hosts of a service are tried in their order until one takes the connection")
    func service() async throws {
        let closed = try await ScriptedServer.start()
        try await closed.stop()
        try await ListenerTestServer.run { _ in
        } _: { server in
            let answer = ServiceRecordAnswer([(1, 0, closed.port, "localhost"), (2, 5, server.port, "localhost")])
            let asked = Monitor<[String]>([])
            let connector = try ClientConnector(ClientTransport(address: .service(domain: "home.example"))) {
                name throws(ServiceRecordFailure) in
                asked.update { $0.append(name) }
                return answer.bytes
            }
            let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
            let channel = try await connector.connect(timeout: .seconds(20), on: eventLoop).get()
            #expect(channel.remoteAddress?.port == server.port)
            #expect(asked.value == ["_mqtt._tcp.home.example"])
            try await channel.close()

            let nowhere = ServiceRecordAnswer([(1, 0, closed.port, "localhost")])
            let failing = try ClientConnector(ClientTransport(address: .service(domain: "home.example"))) {
                _ throws(ServiceRecordFailure) in nowhere.bytes
            }
            let error = await #expect(throws: ClientConnector.Failure.self) {
                try await failing.connect(timeout: .seconds(20), on: eventLoop).get()
            }
            #expect(error?.reason == .refused)
            #expect(error?.text == "localhost:\(closed.port): connection refused")
        }
    }
}

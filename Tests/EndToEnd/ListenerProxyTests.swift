import Foundation
import Testing

@testable import MQTT
@testable import Support

/// A proxy in front of a listener, with other people's clients before it, and other people's programs that ask by HTTP.
@Suite("Listeners behind a proxy, and for monitors", .enabled(if: Peers.hasMosquitto, "mosquitto is not installed"))
struct ListenerProxyTests {
    /// Passes one connection on, behind a header of the PROXY protocol; both directions end together.
    private static let proxy = """
        import socket, sys, threading
        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)
        client = listener.accept()[0]
        broker = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        broker.sendall(bytes.fromhex(sys.argv[2]))
        def pump(source, sink):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        back = threading.Thread(target=pump, args=(broker, client))
        back.start()
        pump(client, broker)
        back.join()
        """

    /// The header with the address 192.0.2.1, port 56090.
    private static func header(_ version: ListenerSettings.ProxyProtocol) -> String {
        let bytes: [UInt8] =
            switch version {
            case .version1: Array("PROXY TCP4 192.0.2.1 127.0.0.1 56090 1883\r\n".utf8)
            case .version2: HexNotation.bytes("0D0A0D0A000D0A515549540A 21 11 000C C0000201 7F000001 DB1A 075B")
            }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(
        "mosquitto_pub comes through a proxy, and the log has its own address, also where it is denied something",
        // Who speaks TLS with the broker speaks it through the proxy, which version 2 is not for.
        arguments: [(.version1, false), (.version1, true), (.version2, false)]
            as [(ListenerSettings.ProxyProtocol, Bool)]
    )
    func proxied(version: ListenerSettings.ProxyProtocol, isSecure: Bool) async throws {
        let files = try await TestCertificates.make()
        let rules = try AccessControlList(TextFile(path: "rules", bytes: Array("topic write allowed\n".utf8)))
        try await ListenerTestServer.run {
            $0.proxyProtocol = version
            $0.rules.access.accessControlList = rules
            if isSecure { $0.useTLS(files) }
        } _: { server in
            for topic in ["allowed", "forbidden"] {
                let arguments = ["-c", Self.proxy, "\(server.port)", Self.header(version)]
                let proxy = try ChildProcess(Peers.python ?? "python3", arguments)
                let port = try await proxy.wait(for: "its port") { $0.text.hasSuffix("\n") }.text
                let options = ["-h", "127.0.0.1", "-p", port.filter(\.isNumber), "-q", "1", "-i", topic]
                let security = isSecure ? ["--cafile", files.certificate("ca")] : []
                let result = try await ChildProcess.run("mosquitto_pub", options + security + ["-t", topic, "-m", "x"])
                #expect(result.status == 0, "\(result.errorText)")
                _ = try await proxy.waitForEnd()
                try await server.log.wait(for: "\(topic) connected from 192.0.2.1:56090 ")
            }
            let line = try await server.log.wait(for: "denied: forbidden may not publish to forbidden")
            #expect(line.hasSuffix(", from 192.0.2.1:56090"))
            #expect(server.log.lines(with: "denied: ").count == 1)
        }
    }

    @Test(
        "curl gets answers about the broker, plain and by TLS",
        .enabled(if: Peers.path(of: "curl") != nil, "curl is not installed"),
        arguments: [false, true]
    )
    func curl(isSecure: Bool) async throws {
        let files = try await TestCertificates.make()
        try await ListenerTestServer.run {
            $0.exchange = .status
            if isSecure { $0.useTLS(files) }
        } _: { server in
            let place = "\(isSecure ? "https" : "http")://127.0.0.1:\(server.port)"
            func ask(_ arguments: String...) async throws -> ChildProcess.Transcript {
                let common = ["--silent", "--show-error", "--fail", "--max-time", "30"]
                return try await ChildProcess.run("curl", common + ["--cacert", files.certificate("ca")] + arguments)
            }
            let health = try await ask("\(place)/health")
            #expect(health.status == 0 && health.text == "ok\n", "\(health.errorText)")
            let version = try await ask("\(place)/api/v1/version")
            let object = try JSONSerialization.jsonObject(with: Data(version.text.utf8)) as? [String: String]
            #expect(object?["version"]?.isEmpty == false)
            let head = try await ask("--head", "\(place)/api/v1/listeners")
            #expect(head.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(try await ask("--head", "\(place)/metrics").text.contains("version=0.0.4"))
            #expect(try await ask("\(place)/unknown").errorText.contains("404"))
            #expect(try await ask("--data", "x", "\(place)/health").errorText.contains("405"))
        }
    }
}

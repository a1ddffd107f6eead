import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("PROXY protocol")
struct ProxyHeaderTests {
    /// Takes a header from bytes that are there at once; the rest stays.
    private static func take(
        _ bytes: [UInt8],
        _ version: ListenerSettings.ProxyProtocol
    ) throws -> (header: ProxyHeader?, rest: [UInt8]) {
        var buffer = ByteBuffer(bytes: bytes)
        let header = try ProxyHeader.take(from: &buffer, version: version)
        return (header, Array(buffer.readableBytesView))
    }

    /// A header of version 2.
    static func binary(_ command: UInt8, _ family: UInt8, _ content: [UInt8]) -> [UInt8] {
        [0x0D, 0x0A, 0x0D, 0x0A, 0, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, command, family]
            + [UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
    }

    /// A field of version 2.
    static func field(_ kind: UInt8, _ value: [UInt8]) -> [UInt8] {
        [kind, UInt8(value.count >> 8), UInt8(value.count & 0xFF)] + value
    }

    private static let ipv4: [UInt8] = [192, 0, 2, 1, 127, 0, 0, 1, 0xDB, 0x1A, 0x07, 0x5B]
    private static let ipv6: [UInt8] =
        [0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [7] + Array(repeating: 0, count: 15) + [1]
        + [0xDB, 0x1A, 0x07, 0x5B]

    /// The field of TLS: what the Client did, how its certificate was found to be, and more fields.
    static func tls(_ client: UInt8, verification: UInt8 = 0, _ fields: [UInt8] = []) -> [UInt8] {
        field(0x20, [client, 0, 0, 0, verification] + fields)
    }

    /// A header, its version, and what it says: an address, or nothing.
    static let good:
        [(bytes: [UInt8], version: ListenerSettings.ProxyProtocol, source: String?, tls: ProxyHeader.TLS?)] =
            [
                (Array("PROXY TCP4 192.0.2.1 127.0.0.1 56090 1883\r\n".utf8), .version1, "192.0.2.1:56090", nil),
                (Array("PROXY TCP6 2001:db8::7 ::1 56090 1883\r\n".utf8), .version1, "[2001:db8::7]:56090", nil),
                (Array("PROXY UNKNOWN\r\n".utf8), .version1, nil, nil),
                (Array("PROXY UNKNOWN what ever it says\r\n".utf8), .version1, nil, nil),
                (binary(0x21, 0x11, ipv4), .version2, "192.0.2.1:56090", nil),
                (binary(0x21, 0x21, ipv6), .version2, "[2001:db8::7]:56090", nil),
                (binary(0x20, 0x00, []), .version2, nil, nil),
                (binary(0x20, 0x11, ipv4), .version2, nil, nil),
                (binary(0x21, 0x00, [1, 2, 3]), .version2, nil, nil),
                (binary(0x21, 0x31, Array(repeating: 0, count: 216)), .version2, nil, nil),
                (binary(0x21, 0x11, ipv4 + field(0x04, [0, 0]) + tls(1)), .version2, "192.0.2.1:56090", .init()),
                (
                    binary(
                        0x21,
                        0x11,
                        ipv4 + tls(7, field(0x21, Array("TLSv1.3".utf8)) + field(0x22, Array("d 7".utf8)))
                    ),
                    .version2, "192.0.2.1:56090", .init(hasVerifiedCertificate: true, commonName: "d 7")
                ),
                (
                    binary(0x21, 0x11, ipv4 + tls(3, verification: 1, field(0x22, Array("d".utf8)))),
                    .version2, "192.0.2.1:56090", .init(hasVerifiedCertificate: false, commonName: "d")
                ),
                (binary(0x21, 0x11, ipv4 + tls(0)), .version2, "192.0.2.1:56090", nil),
            ]

    @Test("headers of both versions are read, whole, byte by byte, and with what follows", arguments: good.indices)
    func whole(index: Int) throws {
        let (bytes, version, source, tls) = Self.good[index]
        let (header, rest) = try Self.take(bytes + [0x10, 0x0A, 0x0D], version)
        #expect(header?.source?.text == source)
        #expect(header?.tls == tls)
        #expect(rest == [0x10, 0x0A, 0x0D])
        var buffer = ByteBuffer()
        for (position, byte) in bytes.enumerated() {
            buffer.writeInteger(byte)
            let header = try ProxyHeader.take(from: &buffer, version: version)
            #expect((header != nil) == (position == bytes.count - 1))
        }
        #expect(buffer.readableBytes == 0)
    }

    @Test(
        "what is no header is refused as soon as it is sure",
        arguments: [
            "GET / HTTP/1.1\r\n", "PROXY\r\n", "PROXY TCP4\r\n", "PROXY TCP4 192.0.2.1 127.0.0.1 1 2\n",
            "PROXY TCP4 192.0.2.1 127.0.0.1 1 70000\r\n", "PROXY TCP4 192.0.2.1 127.0.0.1 +1 2\r\n",
            "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP6 192.0.2.1 127.0.0.1 1 2\r\n", "PROXY TCP4 host 127.0.0.1 1 2\r\n",
            "PROXY TCP4  192.0.2.1 127.0.0.1 1 2\r\n", "PROXY UDP4 192.0.2.1 127.0.0.1 1 2\r\n",
            "PROXY TCP4 192.0.2.1 127.0.0.1 1 2 3\r\n", "PROXY UNKNOWN" + String(repeating: "x", count: 94), "p",
        ]
    )
    func badLines(text: String) {
        #expect(throws: ProxyHeader.Malformed.self) { try Self.take(Array(text.utf8), .version1) }
    }

    @Test(
        "a binary header that is wrong is refused",
        arguments: [
            [0x10, 0x0C, 0, 4], binary(0x11, 0x11, ipv4), binary(0x22, 0x11, ipv4), binary(0x21, 0x41, ipv4),
            binary(0x21, 0x11, Array(ipv4.dropLast())), binary(0x21, 0x21, ipv4), binary(0x21, 0x31, ipv4),
            binary(0x21, 0x11, ipv4 + [0x20]), binary(0x21, 0x11, ipv4 + [0x20, 0, 9, 1]),
            binary(0x21, 0x11, ipv4 + field(0x20, [1, 0])), binary(0x21, 0x11, ipv4 + tls(1, [0x22, 1, 0])),
            Array(binary(0x21, 0x11, Array(repeating: 0, count: ProxyHeader.largest)).prefix(16)),
        ]
    )
    func badBytes(bytes: [UInt8]) {
        #expect(throws: ProxyHeader.Malformed.self) { try Self.take(bytes, .version2) }
    }

    // MARK: At a listener

    private static func connect(_ server: ListenerTestServer, header: [UInt8]) async throws -> SocketPeer {
        let peer = try await SocketPeer.connect(port: server.port)
        peer.send(header + ControlPacket.connect(.make("behind")).encoded(for: .v5_0))
        return peer
    }

    @Test("the log has the address that the proxy tells")
    func logged() async throws {
        try await ListenerTestServer.run {
            $0.proxyProtocol = .version1
        } _: { server in
            let header = Array("PROXY TCP4 192.0.2.1 127.0.0.1 56090 1883\r\n".utf8)
            let peer = try await Self.connect(server, header: header)
            #expect(try await peer.receive()?.type == .connack)
            try await server.log.wait(for: "behind connected from 192.0.2.1:56090 ")
            // Without the header there is nothing to talk about.
            let bare = try await Self.connect(server, header: [])
            #expect(try await bare.receive() == nil)
            let line = try await server.log.wait(for: "closed: it does not begin with a line of the PROXY protocol")
            #expect(line.hasPrefix("connection from 127.0.0.1:"))
        }
    }

    @Test("the certificate that the proxy has seen names the user, or nobody gets in")
    func user() async throws {
        try await ListenerTestServer.run {
            $0.proxyProtocol = .version2
            $0.proxyRequiresTLS = true
            $0.proxyNamesUser = true
        } _: { server in
            let named = Self.tls(7, Self.field(0x22, Array("device 7".utf8)))
            let peer = try await Self.connect(server, header: Self.binary(0x21, 0x11, Self.ipv4 + named))
            #expect(try await peer.receive()?.type == .connack)
            try await server.log.wait(for: "user device 7")
            for (fields, reason) in [
                ([], "the Client did not speak TLS with the proxy"),
                (Self.tls(1), "the proxy names no user"),
                (Self.tls(7, verification: 1, Self.field(0x22, Array("device 7".utf8))), "the proxy names no user"),
                (Self.tls(7, Self.field(0x22, [0x61, 0x00])), "the proxy names no user"),
            ] {
                let refused = try await Self.connect(server, header: Self.binary(0x21, 0x11, Self.ipv4 + fields))
                #expect(try await refused.receive() == nil)
                let line = try await server.log.wait(for: reason)
                #expect(line.hasPrefix("connection from 192.0.2.1:56090 closed: "))
            }
        }
    }

    @Test("a header that does not come is not waited for longer than a CONNECT")
    func missing() async throws {
        var configuration = BrokerConfiguration()
        configuration.connectTimeout = 1
        try await ListenerTestServer.run(configuration: configuration) {
            $0.proxyProtocol = .version2
        } _: { server in
            let peer = try await SocketPeer.connect(port: server.port)
            peer.send(Array(Self.binary(0x21, 0x11, Self.ipv4).prefix(20)))
            #expect(try await peer.receive() == nil)
        }
    }
}

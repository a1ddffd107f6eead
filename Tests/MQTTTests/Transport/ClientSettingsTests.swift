import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// What settings say, and which cannot be.
@Suite("Settings of the way to the server")
struct ClientSettingsTests {
    private func proxy(_ url: String) throws(ConfigurationError) -> SOCKSProxy { try SOCKSProxy(url: url) }

    @Test("addresses of proxies")
    func proxies() throws {
        #expect(try proxy("socks5h://gw") == SOCKSProxy(host: "gw", port: 1_080))
        #expect(try proxy("SOCKS5H://gw.example:81/") == SOCKSProxy(host: "gw.example", port: 81))
        #expect(try proxy("socks5h://[::1]") == SOCKSProxy(host: "::1"))
        #expect(try proxy("socks5h://me@[fe80::1]:9") == SOCKSProxy(host: "fe80::1", port: 9, userName: "me"))
        let full = SOCKSProxy(host: "10.0.0.1", port: 1, userName: "a:b", password: "p@s:/%")
        #expect(try proxy("socks5h://a%3ab:p@s:%2F%25@10.0.0.1:1") == full)
        #expect(try proxy("socks5h://me:@gw") == SOCKSProxy(host: "gw", userName: "me", password: ""))
        #expect(try proxy("socks5h://%C3%B6:x@gw").userName == "ö")
    }

    @Test(
        "addresses of proxies that are none, and none shows its password",
        arguments: [
            ("socks5://gw", "begins with socks5h://"), ("http://gw", "begins with socks5h://"), ("", "begins with"),
            ("socks5h://", "names no host"), ("socks5h://me:secret@", "names no host"),
            ("socks5h://a b", "names no host"),
            ("socks5h://::1", "names no host"), ("socks5h://[::1", "not closed"), ("socks5h://[gw]", "version 6"),
            ("socks5h://[127.0.0.1]", "version 6"), ("socks5h://gw:", "a port is"), ("socks5h://gw:0", "a port is"),
            ("socks5h://gw:65536", "a port is"), ("socks5h://gw:-1", "a port is"), ("socks5h://[::1]80", "a port is"),
            ("socks5h://gw:99999999999999999999", "a port is"), ("socks5h://me:%secret@gw", "two hexadecimal digits"),
            ("socks5h://me:secret%2@gw", "two hexadecimal digits"), ("socks5h://%ff@gw", "no text in UTF-8"),
            ("socks5h://:secret@gw", "the user name has 0 bytes"),
            ("socks5h://\(String(repeating: "m", count: 256))@gw", "the user name has 256 bytes"),
            ("socks5h://me:secret\(String(repeating: "m", count: 250))@gw", "the password has 256 bytes"),
        ]
    )
    func wrongProxies(url: String, words: String) {
        let error = #expect(throws: ConfigurationError.self) { try proxy(url) }
        #expect(error?.problem.contains(words) == true)
        #expect(error?.problem.contains("secret") == false)
        #expect(error?.problem.hasSuffix("it is socks5h://[user[:password]@]host[:port]") == true)
    }

    /// What is said, and of what change to settings.
    private typealias WrongTransport = (words: String, change: @Sendable (inout ClientTransport) -> Void)

    private static let wrongTransports: [WrongTransport] = [
        ("there is no port 0", { $0.address = .host("h", port: 0) }),
        ("no port 65536", { $0.address = .host("h", port: 65_536) }),
        ("no name", { $0.address = .host("", port: 1) }),
        ("1 to 103", { $0.address = .unix(path: String(repeating: "x", count: 104)) }),
        ("1 to 103", { $0.address = .unix(path: "") }),
        ("without a proxy", { ($0.address, $0.proxy) = (.unix(path: "/s"), SOCKSProxy(host: "gw")) }),
        ("without a local", { ($0.address, $0.localAddress) = (.unix(path: "/s"), "::1") }),
        ("no domain", { $0.address = .service(domain: "a..b") }),
        ("no domain", { $0.address = .service(domain: "") }),
        ("none that this machine knows", { $0.localAddress = "nowhere.invalid" }),
        ("name a host", { $0.proxy = SOCKSProxy(host: "") }),
        ("belongs to a user name", { $0.proxy = SOCKSProxy(host: "gw", password: "x") }),
        ("begins with /", { $0.webSocket = ClientWebSocket(path: "mqtt") }),
        ("begins with /", { $0.webSocket = ClientWebSocket(path: "/a b") }),
        ("begins with /", { $0.webSocket = ClientWebSocket(path: "/\r\nX: y") }),
        ("no name of an HTTP header", { $0.webSocket?.headers = [ClientWebSocket.Header("A:", "b")] }),
        ("no name of an HTTP header", { $0.webSocket?.headers = [ClientWebSocket.Header("", "b")] }),
        ("has to be one line", { $0.webSocket?.headers = [ClientWebSocket.Header("A", "b\r\nC: d")] }),
        ("not to be chosen", { $0.webSocket?.headers = [ClientWebSocket.Header("HOST", "b")] }),
        (
            "64 more headers",
            {
                let header = ClientWebSocket.Header("A", "b")
                $0.webSocket?.headers = [ClientWebSocket.Header](repeating: header, count: 65)
            }
        ),
        (
            "the lowest version",
            {
                $0.tls?.minimumVersion = .v1_3
                $0.tls?.maximumVersion = .v1_2
            }
        ),
        ("go together", { $0.tls?.certificateFile = "c" }), ("go together", { $0.tls?.keyFile = "k" }),
        ("/no/such: ", { $0.tls?.authorityFile = "/no/such" }),
        ("/no/such: ", { $0.tls?.authorityDirectory = "/no/such" }),
        (
            "/no/such: ",
            {
                $0.tls?.certificateFile = "/no/such"
                $0.tls?.keyFile = "/no/such"
            }
        ),
        ("/no/such/log: ", { $0.tls?.keyLogFile = "/no/such/log" }),
        ("1 to 255 bytes", { $0.tls?.serverName = "" }), ("ALPN", { $0.tls?.applicationProtocols = [""] }),
        ("ALPN", { $0.tls?.applicationProtocols = ["mqtté"] }),
        ("ALPN", { $0.tls?.applicationProtocols = [String](repeating: "x", count: 65) }),
        ("leave none that can be used", { $0.tls?.cipherSuites = "NONE" }),
        ("needs the name", { $0.address = .unix(path: "/s") }),
    ]

    @Test(
        "what cannot be is told before anything is connected",
        arguments: wrongTransports
    )
    private func wrongTransport(row: WrongTransport) {
        var configuration = MQTTClientConfiguration(host: "localhost")
        configuration.transport.tls = ClientTLS()
        configuration.transport.webSocket = ClientWebSocket()
        row.change(&configuration.transport)
        let error = #expect(throws: MQTTClientError.self) { try MQTTClient(configuration: configuration) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.text.contains(row.words) == true, "\(error?.text ?? "")")
    }

    @Test("pre-shared keys, and what goes with them")
    func preSharedKeys() throws {
        let key = try ClientTLS.PreSharedKey(identity: "lamp", hexadecimal: "00fF")
        #expect(key.key == [0, 0xFF])
        for (identity, digits) in [
            ("", "00"), ("a", ""), ("a", "0x00"), ("a", "0"), ("a", "secret"), ("a\0", "00"),
            (String(repeating: "a", count: 129), "00"), ("a", String(repeating: "00", count: 257)),
        ] {
            let error = #expect(throws: ConfigurationError.self) {
                try ClientTLS.PreSharedKey(identity: identity, hexadecimal: digits)
            }
            #expect(error?.problem.contains("secret") == false)
        }
        var settings = ClientTLS()
        settings.preSharedKey = key
        settings.minimumVersion = .v1_3
        let address = ServerAddress.host("h", port: 1)
        let version = #expect(throws: ConfigurationError.self) {
            try ClientTLSContext(settings, address: address)
        }
        #expect(version?.problem.contains("TLS 1.2 only") == true)
        settings.minimumVersion = .v1_2
        settings.authorityFile = "/no/such"
        let both = #expect(throws: ConfigurationError.self) {
            try ClientTLSContext(settings, address: address)
        }
        #expect(both?.problem.contains("not both") == true)
    }

    @Test("addresses as people write them")
    func descriptions() {
        #expect("\(ServerAddress.host("h", port: 1))" == "h:1")
        #expect("\(ServerAddress.host("::1", port: 1))" == "[::1]:1")
        #expect("\(ServerAddress.unix(path: "/run/s"))" == "/run/s")
        #expect("\(ServerAddress.service(domain: "home.example"))" == "home.example")
    }
}

/// What name servers answer.
@Suite("Service records")
struct ServiceRecordTests {
    private static let name = "_mqtt._tcp.home.example"
    private static let answer = ServiceRecordAnswer([
        (10, 60, 1_883, "a.home.example"), (10, 0, 1_884, "b.home.example"), (0, 1, 1_885, "c.home.example"),
    ])

    @Test("priority, weight, port and host of each record")
    func records() throws {
        #expect(ServiceRecords.name(domain: "home.example", isSecure: false) == Self.name)
        #expect(ServiceRecords.name(domain: "home.example", isSecure: true) == "_secure-mqtt._tcp.home.example")
        let records = try ServiceRecords(answer: Self.answer.bytes, to: Self.name).records
        #expect(records.map(\.host) == ["a.home.example", "b.home.example", "c.home.example"])
        #expect(records.map(\.port) == [1_883, 1_884, 1_885])
        #expect(records.map(\.priority) == [10, 10, 0])
        #expect(records.map(\.weight) == [60, 0, 1])
    }

    @Test("lower priorities come first, and chance decides by weight among the same")
    func order() throws {
        let records = try ServiceRecords(answer: Self.answer.bytes, to: Self.name)
        var generator = SeededGenerator(seed: 7)
        var firstCounts: [UInt16: Int] = [:]
        for _ in 0..<6_100 {
            let ports = records.ordered(using: &generator).map(\.port)
            #expect(ports[0] == 1_885)
            #expect(Set(ports) == [1_883, 1_884, 1_885])
            firstCounts[ports[1], default: 0] += 1
        }
        // One draw of 61 falls on the record without a weight.
        #expect(50...150 ~= firstCounts[1_884] ?? 0)
    }

    @Test("a domain may say that it has no such service, and may name more than is looked at")
    func bounds() throws {
        let none = #expect(throws: ServiceRecordFailure.self) {
            try ServiceRecords(answer: ServiceRecordAnswer([(0, 0, 0, ".")]).bytes, to: Self.name)
        }
        #expect(none == ServiceRecordFailure(problem: "\(Self.name) names no server", isLasting: true))
        let many = ServiceRecordAnswer((1...200).map { (0, 0, $0, "h") })
        #expect(try ServiceRecords(answer: many.bytes, to: Self.name).records.count == ServiceRecords.maximumCount)
        // What is no name of a host is left out.
        let odd = ServiceRecordAnswer([(0, 0, 1, "a b"), (0, 0, 2, "h"), (0, 0, 0, "g")])
        #expect(try ServiceRecords(answer: odd.bytes, to: Self.name).records.map(\.host) == ["h"])
    }

    @Test("an answer that is cut short, goes in circles or lies is refused")
    func hostile() {
        let bytes = Self.answer.bytes
        for count in 0..<bytes.count {
            #expect(throws: ServiceRecordFailure.self) {
                try ServiceRecords(answer: Array(bytes.prefix(count)), to: Self.name)
            }
        }
        // The name of the first record leads to itself.
        let first = bytes.count - (bytes.count - 12 - 29)
        var circle = bytes
        circle.replaceSubrange(first..<first + 2, with: [0xC0, UInt8(first)])
        #expect(throws: ServiceRecordFailure.self) { try ServiceRecords(answer: circle, to: Self.name) }
        // Every byte changed, in several ways: nothing traps, whatever comes out.
        for index in bytes.indices {
            for change: UInt8 in [0x01, 0x3F, 0x80, 0xC0, 0xFF] {
                var changed = bytes
                changed[index] ^= change
                let records = (try? ServiceRecords(answer: changed, to: Self.name))?.records ?? []
                #expect(records.count <= ServiceRecords.maximumCount)
            }
        }
    }
}

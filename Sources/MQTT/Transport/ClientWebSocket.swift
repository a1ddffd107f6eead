/// How a Client opens a WebSocket to the Server.
public struct ClientWebSocket: Sendable, Equatable {
    /// A field of the head of an HTTP request.
    public struct Header: Sendable, Equatable {
        /// The field's name.
        public var name: String
        /// The field's value.
        public var value: String

        /// A field.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What is asked for: a path, and a query maybe.
    public var path: String
    /// Fields beside those of WebSocket itself, like `Authorization` or `Origin`.
    public var headers: [Header]

    /// How many fields a request may have beside its own, and how long the path and each of them may be, in bytes.
    static let maximumHeaderCount = 64
    static let maximumLength = 8_192
    /// What the request says itself.
    private static let ownNames: Set<String> = [
        "host", "upgrade", "connection", "content-length", "transfer-encoding", "sec-websocket-key",
        "sec-websocket-version", "sec-websocket-protocol", "sec-websocket-extensions",
    ]

    /// A WebSocket at the path that Servers of MQTT have by custom.
    public init(path: String = "/mqtt", headers: [Header] = []) {
        self.path = path
        self.headers = headers
    }

    /// Throws where a request with these values would not be one, or more than one.
    func check() throws(ConfigurationError) {
        guard path.hasPrefix("/"), path.utf8.count <= Self.maximumLength, path.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
        else {
            throw ConfigurationError(
                "the path of a WebSocket begins with / and has visible characters of ASCII, at most "
                    + "\(Self.maximumLength); write others as %XX"
            )
        }
        guard headers.count <= Self.maximumHeaderCount else {
            throw ConfigurationError("a WebSocket's request takes \(Self.maximumHeaderCount) more headers at most")
        }
        for header in headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(Self.isTokenByte) else {
                throw ConfigurationError("\(header.name) is no name of an HTTP header")
            }
            guard !Self.ownNames.contains(header.name.lowercased()) else {
                throw ConfigurationError("the header \(header.name) of a WebSocket's request is not to be chosen")
            }
            guard header.name.utf8.count + header.value.utf8.count <= Self.maximumLength,
                header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
            else {
                throw ConfigurationError(
                    "the value of the HTTP header \(header.name) has to be one line of at most \(Self.maximumLength) bytes"
                )
            }
        }
    }

    /// RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

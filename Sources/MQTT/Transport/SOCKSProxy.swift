/// A proxy that speaks SOCKS, version 5 (RFC 1928), and looks the Server's name up itself.
public struct SOCKSProxy: Sendable, Equatable {
    /// The port of proxies where none is named.
    public static let defaultPort = 1_080
    /// The longest user name and the longest password, in bytes.
    private static let maximumLoginLength = 255

    /// The proxy's host, by its name or its address.
    public var host: String
    /// The proxy's TCP port.
    public var port: Int
    /// The name to log in with (RFC 1929), at most 255 bytes; `nil` where the proxy wants none.
    public var userName: String?
    /// The password to log in with, at most 255 bytes.
    public var password: String?

    /// A proxy.
    public init(host: String, port: Int = defaultPort, userName: String? = nil, password: String? = nil) {
        self.host = host
        self.port = port
        self.userName = userName
        self.password = password
    }

    /// Reads an address like `socks5h://user:password@gateway.example:1080`. User, password and port may be missing; an
    /// address of version 6 stands in brackets, and `%40` in the name or the password stands for `@`.
    ///
    /// - Throws: ``ConfigurationError`` with what is wrong, and what is allowed. It never shows the password.
    public init(url: String) throws(ConfigurationError) {
        let scheme = "socks5h://"
        guard url.lowercased().hasPrefix(scheme) else {
            throw Self.error("it begins with \(scheme), as the proxy is to look names up")
        }
        var rest = url.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest.removeLast() }
        var user: Substring?
        if let at = rest.lastIndex(of: "@") {
            user = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        let (host, port) = try Self.hostAndPort(rest)
        self.init(host: host, port: port)
        guard let user else { return }
        let colon = user.firstIndex(of: ":") ?? user.endIndex
        userName = try Self.decoded(user[..<colon], "the user name")
        if colon < user.endIndex { password = try Self.decoded(user[user.index(after: colon)...], "the password") }
        try check()
    }

    private static func error(_ problem: String) -> ConfigurationError {
        ConfigurationError(
            "the address of the proxy is wrong: \(problem); it is socks5h://[user[:password]@]host[:port]"
        )
    }

    private static func hostAndPort(_ text: Substring) throws(ConfigurationError) -> (String, Int) {
        var host = text
        var rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw error("a bracket is not closed") }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard InternetAddress(String(host))?.bytes.count == 16 else {
                throw error("what stands in brackets is no address of version 6")
            }
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
            guard ServiceRecords.isHostName(String(host)) else { throw error("it names no host") }
        }
        guard !rest.isEmpty else { return (String(host), defaultPort) }
        guard rest.removeFirst() == ":", rest.allSatisfy({ "0"..."9" ~= $0 }), let port = Int(rest),
            1...65_535 ~= port
        else { throw error("a port is a number from 1 to 65535") }
        return (String(host), port)
    }

    /// Replaces each `%XX` by the byte that it stands for.
    private static func decoded(_ text: Substring, _ what: String) throws(ConfigurationError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let decoded = [UInt8](hexadecimal: rest.prefix(2)), decoded.count == 1 else {
                throw error("in \(what) two hexadecimal digits have to follow each %; % itself is written %25")
            }
            bytes += decoded
            rest = rest.dropFirst(2)
        }
        guard let string = String(validating: bytes, as: UTF8.self) else { throw error("\(what) is no text in UTF-8") }
        return string
    }

    /// The proxy's address as people write it.
    var address: ServerAddress { .host(host, port: port) }

    /// Throws where the values do not fit into what is sent to a proxy.
    func check() throws(ConfigurationError) {
        guard !host.isEmpty, !host.utf8.contains(0), 1...65_535 ~= port else {
            throw Self.error("it has to name a host, and a port from 1 to 65535")
        }
        guard password == nil || userName != nil else { throw Self.error("a password belongs to a user name") }
        // RFC 1929, section 2; an empty password is sent to a proxy that asks for a name only.
        if let count = userName?.utf8.count, !(1...Self.maximumLoginLength ~= count) {
            throw Self.error("the user name has \(count) bytes, and 1 to \(Self.maximumLoginLength) are allowed")
        }
        if let count = password?.utf8.count, count > Self.maximumLoginLength {
            throw Self.error("the password has \(count) bytes, and \(Self.maximumLoginLength) are allowed")
        }
    }
}

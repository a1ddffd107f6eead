import NIOCore

/// What a Client and its proxy say to each other before the proxy passes bytes on (RFC 1928, RFC 1929).
///
/// ```
///   choosing ──name is wanted──▶ loggingIn ──▶ asking ──▶ connected
///       └───────nobody is asked for a name───────▲
/// ```
///
/// It takes the proxy's bytes and says what to send; it holds none that it has understood.
struct SOCKSHandshake {
    /// What is to be done next.
    enum Step: Equatable {
        case send(ByteBuffer)
        /// The proxy has connected; what follows is the Server's.
        case connected
    }

    private enum Phase {
        case choosing
        case loggingIn
        case asking
        case connected
    }

    private static let version: UInt8 = 5
    private static let loginVersion: UInt8 = 1
    private static let noLogin: UInt8 = 0
    private static let loginByName: UInt8 = 2
    private static let noMethod: UInt8 = 0xFF
    private static let connect: UInt8 = 1

    /// The kinds of addresses.
    private enum AddressKind: UInt8 {
        case version4 = 1
        case name = 3
        case version6 = 4
    }

    private let address: ServerAddress
    private let proxy: SOCKSProxy
    private var phase = Phase.choosing

    /// - Parameters:
    ///   - address: A host and its port.
    ///   - proxy: Whose values have been checked.
    init(to address: ServerAddress, by proxy: SOCKSProxy) {
        self.address = address
        self.proxy = proxy
    }

    /// What the Client begins with: in which ways it can log in.
    var greeting: ByteBuffer {
        let methods = proxy.userName == nil ? [Self.noLogin] : [Self.noLogin, Self.loginByName]
        return ByteBuffer(bytes: [Self.version, UInt8(methods.count)] + methods)
    }

    /// Understands what the proxy has sent; `nil` until more has come.
    mutating func next(_ received: inout ByteBuffer) throws(ClientConnector.Failure) -> Step? {
        switch phase {
        case .choosing:
            guard let (version, method) = received.readMultipleIntegers(as: (UInt8, UInt8).self) else { return nil }
            guard version == Self.version else { throw failure("answers in another language than SOCKS 5") }
            return try .send(answer(toMethod: method))
        case .loggingIn:
            guard let (_, status) = received.readMultipleIntegers(as: (UInt8, UInt8).self) else { return nil }
            guard status == 0 else { throw failure("refuses the user name or the password") }
            return try .send(request())
        case .asking:
            guard try takeReply(&received) else { return nil }
            phase = .connected
            return .connected
        case .connected: return nil
        }
    }

    private func failure(_ problem: String) -> ClientConnector.Failure {
        ClientConnector.Failure(reason: .proxy, text: "the proxy \(proxy.address) \(problem)")
    }

    private mutating func answer(toMethod method: UInt8) throws(ClientConnector.Failure) -> ByteBuffer {
        if method == Self.noLogin { return try request() }
        guard method == Self.loginByName, let userName = proxy.userName else {
            guard method == Self.noMethod else { throw failure("wants a way to log in that was not offered") }
            throw failure(
                proxy.userName == nil
                    ? "wants a login; name a user and a password in its address"
                    : "takes no login by user name and password"
            )
        }
        phase = .loggingIn
        var login = ByteBuffer(bytes: [Self.loginVersion])
        for value in [userName, proxy.password ?? ""] {
            login.writeInteger(UInt8(value.utf8.count))
            login.writeString(value)
        }
        return login
    }

    private mutating func request() throws(ClientConnector.Failure) -> ByteBuffer {
        guard case .host(let name, let port) = address, let port = UInt16(exactly: port) else {
            throw failure("can only connect to hosts")
        }
        phase = .asking
        var request = ByteBuffer(bytes: [Self.version, Self.connect, 0])
        if let internetAddress = InternetAddress(name) {
            let kind = internetAddress.bytes.count == 4 ? AddressKind.version4 : .version6
            request.writeInteger(kind.rawValue)
            request.writeBytes(internetAddress.bytes)
        } else {
            guard let length = UInt8(exactly: name.utf8.count) else {
                throw failure("takes names of 255 bytes at most")
            }
            request.writeInteger(AddressKind.name.rawValue)
            request.writeInteger(length)
            request.writeString(name)
        }
        request.writeInteger(port)
        return request
    }

    /// Takes the reply once it is complete. Where the proxy has connected from does not matter.
    private func takeReply(_ received: inout ByteBuffer) throws(ClientConnector.Failure) -> Bool {
        var rest = received
        guard let (version, code) = rest.readMultipleIntegers(as: (UInt8, UInt8).self) else { return false }
        guard version == Self.version else { throw failure("answers in another language than SOCKS 5") }
        guard code == 0 else { throw failure(Self.words(ofReply: code)) }
        guard let (_, kind) = rest.readMultipleIntegers(as: (UInt8, UInt8).self) else { return false }
        let addressLength: Int
        switch AddressKind(rawValue: kind) {
        case .version4: addressLength = 4
        case .version6: addressLength = 16
        case .name:
            guard let length = rest.readInteger(as: UInt8.self) else { return false }
            addressLength = Int(length)
        case nil: throw failure("replies with an address of an unknown kind")
        }
        guard rest.readSlice(length: addressLength + 2) != nil else { return false }
        received = rest
        return true
    }

    /// RFC 1928, section 6.
    private static func words(ofReply code: UInt8) -> String {
        switch code {
        case 1: "has failed, and does not say why"
        case 2: "does not allow connections to this server"
        case 3: "cannot reach the network of the server"
        case 4: "cannot reach the server, or does not know its name"
        case 5: "is refused by the server; is a broker running there, and does it listen on this port?"
        case 6: "did not reach the server within the time to live"
        case 7: "does not know the command to connect"
        case 8: "does not take addresses of this kind"
        default: "has failed with the unknown code \(code)"
        }
    }
}

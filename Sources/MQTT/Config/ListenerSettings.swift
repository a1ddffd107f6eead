/// A place where the broker listens, and how it speaks there.
public struct ListenerSettings: Sendable {
    /// Where to listen.
    public enum Address: Sendable, Hashable {
        /// A host name or address, all of whose addresses are listened on (`nil`: all of this machine), and a port;
        /// port 0 lets the system choose.
        case tcp(host: String?, port: Int)
        /// A Unix domain socket.
        case unix(path: String)
    }

    /// Which addresses of a host are meant.
    public enum AddressFamily: Sendable {
        case any
        case ipv4
        case ipv6
    }

    /// What is spoken there.
    public enum Exchange: Sendable {
        /// MQTT, straight or in TLS.
        case mqtt
        /// MQTT in WebSocket frames.
        case webSocket
        /// Answers of the broker about itself, by HTTP.
        case status
    }

    /// Which header of the PROXY protocol a connection must begin with.
    public enum ProxyProtocol: Int, Sendable {
        case version1 = 1
        case version2 = 2
    }

    /// Where to listen.
    public var address: Address
    /// Which addresses of the host are meant.
    public var addressFamily = AddressFamily.any
    /// The network interface whose addresses are listened on; `nil` for all.
    public var networkInterface: String?
    /// What is spoken there.
    public var exchange = Exchange.mqtt
    /// The values of `Origin` from which browsers may connect; empty for all.
    public var webSocketOrigins: [String] = []
    /// The largest head of an HTTP request that is accepted, in bytes.
    public var httpHeadSize = 4_096
    /// The header that a proxy puts before each connection; `nil` for none.
    public var proxyProtocol: ProxyProtocol?
    /// Whether the header must say that the Client spoke TLS with the proxy; version 2 only.
    public var proxyRequiresTLS = false
    /// Whether the common name of the Client's certificate, which the header tells, takes the place of the User Name in
    /// CONNECT; version 2 only. The password is not looked at then.
    public var proxyNamesUser = false
    /// The certificate and all that belongs to it; `nil` without TLS.
    public var tls: TLSSettings?
    /// Whether small packets leave at once, without waiting for more (TCP_NODELAY).
    public var sendsAtOnce = true
    /// What holds for the Clients that come here.
    public var rules = ListenerRules()
    /// The files that say who is let in here.
    public var security = SecuritySettings()
    /// Where the listener stands in the configuration, for messages about it; `nil` where it comes from elsewhere.
    public var file: String?
    /// The line in ``file``.
    public var line: Int?

    /// A listener with the usual settings.
    public init(_ address: Address) {
        self.address = address
    }

    /// A listener for TCP: a host name or address, all of whose addresses are listened on, and a port, where 0 lets the
    /// system choose.
    public static func tcp(host: String?, port: Int) -> Self {
        Self(.tcp(host: host, port: port))
    }
}

/// What TLS needs at a listener.
public struct TLSSettings: Sendable, Equatable {
    // The underscores stand for the points of the versions' names.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    /// A version of TLS.
    public enum Version: Sendable, Comparable {
        case v1_2
        case v1_3
    }

    /// What takes the place of the User Name in CONNECT; the password is not looked at then.
    public enum UserNameSource: Sendable {
        /// The common name of the Client's certificate, or the identity of its pre-shared key.
        case identity
        /// The subject of the Client's certificate, as a distinguished name of RFC 2253.
        case subject
    }

    /// The chain of the broker's certificate, in PEM.
    public var certificateFile: String?
    /// Its private key, in PEM.
    public var keyFile: String?
    /// The certificates that Clients' certificates are signed with, in PEM.
    public var authorityFile: String?
    /// A directory of such certificates, under the names that OpenSSL's `rehash` gives them.
    public var authorityDirectory: String?
    /// The certificates that have been revoked, in PEM.
    public var revocationListFile: String?
    /// Whether a Client must have a certificate.
    public var requiresCertificate = false
    /// What takes the place of the User Name in CONNECT.
    public var userNameSource: UserNameSource?
    /// Whether a Client's certificate must be in its time.
    public var checksCertificateDates = true
    /// The lowest version that is accepted.
    public var minimumVersion = Version.v1_2
    /// The cipher suites of TLS 1.2, in OpenSSL's notation; `nil` for the library's choice.
    public var cipherSuites: String?
    /// The cipher suites of TLS 1.3; `nil` for the library's choice.
    public var cipherSuites13: String?
    /// What helps a Client to choose its pre-shared key; not `nil` where the listener takes keys and no certificates.
    public var preSharedKeyHint: String?
    /// A file to which the secrets of each connection are appended, for tools that look into captured packets.
    public var keyLogFile: String?

    /// TLS for which nothing is configured.
    public init() {}
}

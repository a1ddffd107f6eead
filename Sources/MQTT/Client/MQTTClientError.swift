/// Why an operation of an `MQTTClient` failed.
///
/// ```swift
/// do {
///     try await client.connect()
/// } catch where error.code == .refusedByServer && error.reasonCode == .badUserNameOrPassword {
///     print("wrong password")
/// }
/// ```
public struct MQTTClientError: Error, Sendable, Hashable {
    /// What kind of failure it is. There may be more kinds in later versions.
    public struct Code: Sendable, Hashable {
        private enum Name: String {
            case hostNotFound
            case connectionRefused
            case connectionFailed
            case tlsFailed
            case proxyFailed
            case webSocketRefused
            case timedOut
            case refusedByServer
            case connectionLost
            case disconnectedByServer
            case protocolError
            case notSupportedByServer
            case invalidArgument
            case notConnected
            case closed
            case cancelled
        }

        private let name: Name

        private init(_ name: Name) {
            self.name = name
        }

        /// The name of the host is not known.
        public static let hostNotFound = Self(.hostNotFound)
        /// Nobody listens at the address.
        public static let connectionRefused = Self(.connectionRefused)
        /// The network connection could not be opened for another reason.
        public static let connectionFailed = Self(.connectionFailed)
        /// The Server and the Client could not agree on TLS, or one does not trust the other.
        public static let tlsFailed = Self(.tlsFailed)
        /// The proxy cannot be reached, or does not pass the connection on; the text tells why.
        public static let proxyFailed = Self(.proxyFailed)
        /// The Server did not open a WebSocket; the text has the status of its answer.
        public static let webSocketRefused = Self(.webSocketRefused)
        /// The Server, or whoever was asked, did not answer in time.
        public static let timedOut = Self(.timedOut)
        /// The Server refused the connection; the reason code tells why.
        public static let refusedByServer = Self(.refusedByServer)
        /// The network connection ended without a word.
        public static let connectionLost = Self(.connectionLost)
        /// The Server ended the connection; the reason code tells why.
        public static let disconnectedByServer = Self(.disconnectedByServer)
        /// The Server broke the protocol.
        public static let protocolError = Self(.protocolError)
        /// The Server has said that it does not take this; the reason code tells what.
        public static let notSupportedByServer = Self(.notSupportedByServer)
        /// The application asked for something that MQTT does not know, or named a file that cannot be used.
        public static let invalidArgument = Self(.invalidArgument)
        /// `connect` was not called, or has not succeeded.
        public static let notConnected = Self(.notConnected)
        /// The Client has been disconnected by the application.
        public static let closed = Self(.closed)
        /// The task that waited was cancelled.
        public static let cancelled = Self(.cancelled)
    }

    /// What kind of failure it is.
    public let code: Code
    /// The reason code of the Server, where it gave one.
    public let reasonCode: ReasonCode?
    /// More, in words, for people and logs; possibly empty.
    public let text: String
    /// The Server to use instead, where this one named it.
    public let serverReference: String?

    init(_ code: Code, reasonCode: ReasonCode? = nil, text: String = "", serverReference: String? = nil) {
        self.code = code
        self.reasonCode = reasonCode
        self.text = text
        self.serverReference = serverReference
    }

    init(_ failure: ClientFailure) {
        let code: Code =
            switch failure.kind {
            case .connectionRefused: .refusedByServer
            case .timedOut: .timedOut
            case .connectionLost: .connectionLost
            case .disconnectedByServer: .disconnectedByServer
            case .disconnected: .closed
            case .protocolError: .protocolError
            case .notSupportedByServer: .notSupportedByServer
            }
        self.init(
            code,
            reasonCode: failure.reasonCode,
            text: failure.text,
            serverReference: failure.serverReference
        )
    }

    init(_ failure: ClientConnector.Failure) {
        let code: Code =
            switch failure.reason {
            case .refused: .connectionRefused
            case .unknownHost: .hostNotFound
            case .timedOut: .timedOut
            case .tls: .tlsFailed
            case .proxy: .proxyFailed
            case .webSocket: .webSocketRefused
            case .other: .connectionFailed
            }
        self.init(code, text: failure.text)
    }

    static func invalidArgument(_ text: String) -> Self { Self(.invalidArgument, text: text) }
}

extension MQTTClientError.Code: CustomStringConvertible {
    /// The name of the static member.
    public var description: String { name.rawValue }
}

extension MQTTClientError: CustomStringConvertible {
    /// The code, the reason code and the text, for example `refusedByServer: not authorized (0x87)`.
    public var description: String {
        var description = code.description
        if let reasonCode { description += ": \(reasonCode)" }
        if !text.isEmpty { description += ": \(text)" }
        return description
    }
}

extension MQTTClientError {
    /// Whether another attempt to connect could end better without anybody changing anything.
    var isWorthRetrying: Bool {
        switch code {
        case .hostNotFound, .connectionRefused, .connectionFailed, .timedOut, .connectionLost, .tlsFailed, .proxyFailed,
            .webSocketRefused:
            // Also a certificate that has expired, or a server that is being replaced, gets well without the Client.
            return true
        case .refusedByServer, .disconnectedByServer:
            return reasonCode.map { Self.passingReasons.contains($0) } ?? true
        default:
            return false  // it would end the same way
        }
    }

    /// Reasons of the Server that pass by themselves. A session that was taken over is none: both Clients would take it
    /// from each other for ever.
    private static let passingReasons: Set<ReasonCode> = [
        .success, .unspecifiedError, .implementationSpecificError, .serverUnavailable, .serverBusy,
        .serverShuttingDown, .keepAliveTimeout, .messageRateTooHigh, .quotaExceeded, .administrativeAction,
        .connectionRateExceeded, .maximumConnectTime,
    ]
}

/// Why a connection of a Client ended, or why one of its requests was not carried out.
struct ClientFailure: Error, Sendable, Equatable {
    /// What went wrong; a reason code of the Server may say more.
    enum Kind: Sendable {
        /// The Server answered CONNECT with a refusal.
        case connectionRefused
        /// The Server did not answer in time, neither CONNECT nor PINGREQ.
        case timedOut
        /// The network connection ended without a word.
        case connectionLost
        /// The Server sent DISCONNECT.
        case disconnectedByServer
        /// This side was asked to disconnect.
        case disconnected
        /// The Server broke the protocol.
        case protocolError
        /// The Server has said that it does not take what was asked for.
        case notSupportedByServer
    }

    var kind: Kind
    var reasonCode: ReasonCode?
    /// More, in words: the Server's Reason String, or what this side has found.
    var text: String = ""
    /// The Server to use instead, where this one named it.
    var serverReference: String?

    static let connectionLost = Self(kind: .connectionLost)
    static let disconnected = Self(kind: .disconnected)

    static func timedOut(_ text: String) -> Self { Self(kind: .timedOut, text: text) }

    static func notSupported(_ reasonCode: ReasonCode) -> Self {
        Self(kind: .notSupportedByServer, reasonCode: reasonCode)
    }

    /// What a CONNACK or DISCONNECT of the Server tells.
    static func byServer(_ kind: Kind, _ reasonCode: ReasonCode, _ properties: Properties) -> Self {
        Self(
            kind: kind,
            reasonCode: reasonCode,
            text: properties[string: .reasonString]?.description ?? "",
            serverReference: properties[string: .serverReference]?.description
        )
    }
}

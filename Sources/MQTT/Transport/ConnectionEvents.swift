import NIOCore

/// Tells the handlers behind who is really at the other end: a proxy has passed the connection on.
struct ConnectionPeer: Sendable {
    /// Where the Client connected to the proxy from.
    let address: SocketAddress
}

/// Tells the handlers behind who the Client has proved to be, by its certificate or its key.
struct ConnectionIdentity: Sendable {
    /// What takes the place of the User Name in CONNECT.
    let userName: UTF8String
}

/// Why a connection is closed before a packet of MQTT could be read from it. It is fired as an error of the pipeline,
/// and the last handler logs and closes.
struct ConnectionFailure: Error, Sendable, CustomStringConvertible {
    /// What the other side did, for the log.
    let description: String
    /// Whether the other side has been told, and is to be given a moment to read it.
    let isAnswered: Bool

    /// A failure with its reason, which must have no control characters of the other side in it.
    init(_ description: String, isAnswered: Bool = false) {
        self.description = description
        self.isAnswered = isAnswered
    }
}

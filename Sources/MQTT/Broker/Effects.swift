/// What a broker wants done after an input: a buffer that is passed in, filled, carried out and used again.
struct Effects {
    /// What to send.
    var outbox = Outbox()
    /// The connections to close once what waits for them has been sent.
    var closing: [ConnectionIndex] = []
    /// What happened that a person may want to read in a log.
    var events: [BrokerEvent] = []
}

/// Something worth a line in the log. It carries bytes, not text: most lines are never written.
enum BrokerEvent: Sendable, Equatable {
    case clientConnected(
        ConnectionIndex,
        clientIdentifier: UTF8String,
        version: ProtocolVersion,
        cleanStart: Bool,
        keepAlive: UInt16,
        userName: UTF8String?
    )
    case clientRefused(ConnectionIndex, clientIdentifier: UTF8String, reason: ReasonCode)
    case clientDisconnected(ConnectionIndex, clientIdentifier: UTF8String, reason: DisconnectionReason)
    case connectionRefused(ConnectionIndex, MalformedPacket)
    case subscribed(clientIdentifier: UTF8String, topicFilter: UTF8String, qos: QoS)
    case unsubscribed(clientIdentifier: UTF8String, topicFilter: UTF8String)
    /// The first message dropped for a session since it was last able to take one.
    case droppingMessages(clientIdentifier: UTF8String, DropReason)
}

/// Why a connection ended.
enum DisconnectionReason: Sendable, Equatable {
    /// The Client sent DISCONNECT.
    case disconnected(ReasonCode)
    /// The connection was closed without DISCONNECT.
    case connectionLost
    /// The Client broke the protocol.
    case malformedPacket(MalformedPacket)
    /// The Server ended it, for this reason.
    case endedByServer(ReasonCode)
}

/// Why a message was dropped.
enum DropReason: Sendable, Equatable {
    /// The connection takes messages of QoS 0 slower than they come.
    case receiverTooSlow
    /// The queue of the session is full.
    case queueFull
}

/// What a broker wants done after an input: a buffer that is passed in, filled, carried out and used again.
struct Effects {
    /// What to send.
    var outbox = Outbox()
    /// The connections to close once what waits for them has been sent.
    var closing: [ConnectionIndex] = []
    /// The passwords to check; each is to be answered by `authenticated`.
    var authentications: [AuthenticationRequest] = []
    /// What Clients ask the broker about itself; each is to be answered at ``ControlRequest/responseTopic``.
    var controlRequests: [ControlRequest] = []
    /// What changes in the store; it is empty where the broker has none.
    var batch = StoreBatch(number: 1)
    /// Roughly how many bytes of changes were handed over and are not written yet.
    var unwrittenByteCount = 0
    /// What happened that a person may want to read in a log.
    var events: [BrokerEvent] = []
    /// What peers are to be told; empty where there are none.
    var mail = OutgoingMail()
    /// What the directory of Clients is asked, in this order; each claim is to be answered by `consult`.
    var directory: [DirectoryRequest] = []
    /// The connections whose CONNECT has been accepted after it had waited for the directory: what they have sent behind
    /// it is to be worked on.
    var continuing: [ConnectionIndex] = []

    /// The batch up to which everything is stored.
    var storedThrough: UInt64 = 0

    /// The batch with which all changes so far are stored.
    var lastChange: UInt64 { batch.changeCount > 0 ? batch.number : batch.number - 1 }

    /// Has everything that is sent to a connection from now on wait until the changes so far are stored.
    mutating func holdUntilStored(_ connection: ConnectionIndex) {
        guard lastChange > storedThrough else { return }
        outbox.hold(connection, until: lastChange)
    }

    /// A batch is stored: what waited for it may go.
    mutating func stored(through batch: UInt64) {
        storedThrough = batch
        unwrittenByteCount = 0
        outbox.release(through: batch)
    }

    /// Takes the changes, to be written; another batch begins.
    mutating func takeBatch() -> StoreBatch {
        let taken = batch
        batch = StoreBatch(number: taken.number + 1)
        return taken
    }
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
    case clientRefused(
        ConnectionIndex,
        clientIdentifier: UTF8String,
        userName: UTF8String?,
        reason: ReasonCode
    )
    /// A Client was not let do something.
    case denied(AccessDenial)
    /// A message was larger than what is passed on; it was acknowledged all the same.
    case payloadTooLarge(clientIdentifier: UTF8String, byteCount: Int)
    /// There are as many retained messages as there may be; told once until there is room again.
    case retainedMessagesFull
    /// A packet was received or sent; only where packets are traced.
    case packet(PacketDirection, clientIdentifier: UTF8String, summary: String)
    case clientDisconnected(ConnectionIndex, clientIdentifier: UTF8String, reason: DisconnectionReason)
    case connectionRefused(ConnectionIndex, MalformedPacket)
    case subscribed(clientIdentifier: UTF8String, topicFilter: UTF8String, qos: QoS)
    case unsubscribed(clientIdentifier: UTF8String, topicFilter: UTF8String)
    /// The first message dropped for a session since it was last able to take one.
    case droppingMessages(clientIdentifier: UTF8String, DropReason)
    /// The messages that a session is to get next cannot be read from the store.
    case queueUnreadable(clientIdentifier: UTF8String, String)
}

/// Something that a Client wanted to do and may not.
struct AccessDenial: Sendable, Equatable {
    /// What it wanted.
    enum Action: Sendable {
        case publish
        case publishWill
        case subscribe
    }

    let action: Action
    let connection: ConnectionIndex?
    let clientIdentifier: UTF8String
    let userName: UTF8String?
    /// The Topic Name or Topic Filter.
    let topic: UTF8String
    /// The rule that forbids it.
    let rule: String
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

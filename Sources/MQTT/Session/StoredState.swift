import NIOCore

/// What survives a restart of a session that lasts, without its messages and its subscriptions.
///
/// Moments are in the time of the process; whoever writes them translates them.
struct StoredSession: Sendable, Equatable {
    /// Its number among all sessions that were ever stored, from 1; never given twice.
    let number: UInt64
    let clientIdentifier: UTF8String
    /// The User Name of the last connection.
    var userName: UTF8String?
    /// The place of the last connection's listener in the broker's configuration.
    var listener = 0
    /// What stands before the Client's topics in the broker.
    var mountPoint: [UInt8] = []
    /// How long the session outlives the connection, in seconds.
    var expiryInterval: UInt32 = 0
    /// Whether the Client was connected: after a crash, its connection has ended with the broker.
    var isConnected = false
    /// When the session ends unless the Client returns; only while it is away.
    var expiry: NIODeadline?
    /// The Will Message of the connection, or the one that waits for its delay to pass.
    var will: Connect.Will?
    /// When that message is due; `nil` while the Client is connected.
    var willDeadline: NIODeadline?
    /// Messages up to this position may have been sent before: they are sent again with DUP.
    var sentThrough: UInt64 = 0
}

/// A subscription of a session that lasts.
struct StoredSubscription: Sendable, Equatable {
    let filter: TopicFilter
    var options: SubscriptionOptions
    /// Its Subscription Identifier; 0 for none.
    var identifier: UInt32

    init(filter: TopicFilter, options: SubscriptionOptions, identifier: UInt32) {
        self.filter = filter
        self.options = options
        self.identifier = identifier
    }

    init(_ subscriber: SubscriptionIndex.Subscriber, _ filter: TopicFilter) {
        self.init(filter: filter, options: subscriber.options, identifier: subscriber.identifier)
    }
}

/// A message that a session is to get or has not acknowledged.
struct StoredDelivery: Sendable {
    /// How far a delivery has come.
    enum Stage: UInt8, Sendable {
        /// Its packet has not been sent, or has been sent and not been answered.
        case owed = 0
        /// Its packet was sent when it was stored.
        case sent = 1
        /// PUBREC was received: only PUBREL and PUBCOMP are left.
        case released = 2
    }

    /// Its place among all messages that the session was ever to get, from 1. The Packet Identifier follows from it.
    let position: UInt64
    var stage: Stage
    /// Its content; `nil` once it is released.
    var message: StoredMessage?
    let qos: QoS
    let retain: Bool
    let subscriptionIdentifiers: [UInt32]

    /// The Packet Identifier of the message at a position: they are given out in order, and one that is not sent in the
    /// end leaves a gap, so that a restarted Server gives the same ones.
    static func packetIdentifier(at position: UInt64) -> UInt16 {
        UInt16((position - 1) % 65_535 + 1)
    }
}

/// A message that its topic keeps.
struct StoredRetainedMessage: Sendable {
    let message: StoredMessage
    /// When it is not retained any longer, beside its own expiry.
    var expiry: NIODeadline?
    /// Who published it, where that matters.
    var sourceClientIdentifier: UTF8String?
    var sourceUserName: UTF8String?
    var sourceListener = 0
}

/// The messages of a session as a whole: what is in the store and not in memory.
struct StoredQueueSummary: Sendable, Equatable {
    var messageCount = 0
    var byteCount = 0
    /// How many of them are of QoS 0.
    var qos0Count = 0
    /// The position of the last one; 0 where there is none.
    var lastPosition: UInt64 = 0
}

/// All that is known of a session when the broker starts again.
struct RecoveredSession: Sendable {
    var session: StoredSession
    var subscriptions: [StoredSubscription] = []
    /// The Packet Identifiers of messages of QoS 2 that the Client has not released.
    var unreleasedIdentifiers: [UInt16] = []
    var queue = StoredQueueSummary()
}

/// A request for messages that a session is to get next.
struct StoredDeliveryRequest: Sendable, Equatable {
    /// The number of the session in the store.
    let session: UInt64
    /// Only what lies behind this position is asked for.
    let after: UInt64
    /// How many messages and bytes are wanted at most; one message is returned however large it is.
    let messageLimit: Int
    let byteLimit: Int
}

/// The answer to a ``StoredDeliveryRequest``: messages in the order of their positions.
struct StoredDeliveries: Sendable {
    let session: UInt64
    let deliveries: [StoredDelivery]
    /// Why what comes behind them cannot be read; `nil` where it can, or where nothing does.
    var problem: String?
}

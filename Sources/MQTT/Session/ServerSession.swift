import DequeModule
import NIOCore

/// What a Server keeps for a Client, across connections for as long as the session lasts (section 4.1).
///
/// The session's subscriptions are in the subscription index; everything else that section 4.1 lists is here.
struct ServerSession {
    /// A Will Message that waits for its delay to pass (section 3.1.3.2.2).
    struct DelayedWill: Sendable {
        let will: Connect.Will
        let deadline: NIODeadline
    }

    /// The Session Expiry Interval, in seconds, that stands for "never".
    static let neverExpires = UInt32.max

    let clientIdentifier: UTF8String
    /// How long the session outlives the connection, in seconds [MQTT-3.1.2-23].
    var expiryInterval: UInt32 = 0
    /// The User Name of the last connection.
    var userName: UTF8String?
    /// What the Client may publish and receive; `nil` for everything.
    var access: AccessProfile?
    /// The place of the last connection's listener in the broker's configuration.
    var listener = 0
    /// What stands before the Client's topics in the broker, unknown to it.
    var mountPoint: [UInt8] = []
    /// What a message that this Client has retained says of where it is from; made when it is first needed.
    var retainedSource: RetainedSource?
    /// The connection that uses the session; `nil` while the Client is away.
    var connection: ConnectionIndex?
    /// When the session ends unless the Client returns; only while it is away.
    var expiry: NIODeadline?
    var delayedWill: DelayedWill?
    /// The entry in the queue of deadlines that is valid for this session.
    var scheduledDeadline: NIODeadline?

    /// The number under which the directory of Clients has it; only where there are several brokers.
    var tenure: UInt64 = 0

    /// What of it is in the store, beside what is here.
    var storage = SessionStorage()

    /// Whether messages have been dropped since the queue was last empty; the log tells it once.
    var isDropping = false

    var outgoing: OutgoingFlow<Delivery>
    /// The bytes of the messages that are sent and not yet acknowledged.
    private(set) var inFlightByteCount = 0
    var incoming: IncomingFlow
    /// What waits to be sent, in order [MQTT-4.6.0-6].
    private(set) var queue = Deque<Delivery>()
    /// The bytes of the queued messages that count against the limits.
    private(set) var queuedByteCount = 0
    /// How many of the queued messages are replays of retained ones.
    private(set) var queuedReplayCount = 0
    /// How many of the queued messages are of QoS 0.
    private var queuedQoS0Count = 0

    init(clientIdentifier: UTF8String, receiveMaximum: UInt16) {
        self.clientIdentifier = clientIdentifier
        outgoing = OutgoingFlow(receiveMaximum: receiveMaximum)
        incoming = IncomingFlow(receiveMaximum: receiveMaximum)
    }

    /// The queued messages that count against the limits.
    var queuedMessageCount: Int { queue.count - queuedReplayCount }

    /// The same with those that only the store has.
    var waitingMessageCount: Int { queuedMessageCount + storage.beyond.messageCount }
    var waitingByteCount: Int { queuedByteCount + storage.beyond.byteCount }

    /// Whether nothing waits to be sent.
    var isQueueEmpty: Bool { queue.isEmpty && !storage.hasMore }

    /// Whether a message of QoS 0 may go ahead of the queue. Not where the queue has one too, or a replay: an older
    /// message must not come last [MQTT-4.6.0-6].
    var mayPassQueue: Bool { queuedReplayCount == 0 && queuedQoS0Count == 0 && storage.beyond.qos0Count == 0 }

    mutating func enqueue(_ delivery: Delivery) {
        if delivery.qos == .atMostOnce { queuedQoS0Count += 1 }
        if delivery.isReplay {
            queuedReplayCount += 1
        } else {
            queuedByteCount += delivery.size
        }
        queue.append(delivery)
    }

    mutating func dequeue() -> Delivery? {
        guard let delivery = queue.popFirst() else { return nil }
        if delivery.qos == .atMostOnce { queuedQoS0Count -= 1 }
        if delivery.isReplay {
            queuedReplayCount -= 1
        } else {
            queuedByteCount -= delivery.size
        }
        return delivery
    }

    /// Whether a message of `size` bytes may be sent now, with at most `limit` bytes unacknowledged; a single message
    /// that is larger than that goes alone.
    ///
    /// - Parameter position: The position of the message in the store; 0 where it has none, or will get the next one.
    @inline(__always)  // a call would be given a copy of the session
    func mayBegin(size: Int, limit: Int, position: UInt64 = 0) -> Bool {
        let hasIdentifier =
            storage.isStored
            ? outgoing.canBegin(
                StoredDelivery.packetIdentifier(at: position > 0 ? position : storage.lastPosition + 1)
            ) : outgoing.canBegin
        return hasIdentifier && (inFlightByteCount == 0 || size <= limit - inFlightByteCount)
    }

    /// Begins the exchange of a message of QoS 1 or 2, and returns its Packet Identifier.
    @inline(__always)  // a call would borrow the delivery and copy it
    mutating func begin(_ delivery: consuming Delivery) -> UInt16 {
        inFlightByteCount += delivery.size
        let (qos, position) = (delivery.qos, delivery.place.position)
        guard position > 0 else { return outgoing.begin(delivery, qos: qos) }
        storage.lastSent = position
        let identifier = StoredDelivery.packetIdentifier(at: position)
        outgoing.begin(delivery, qos: qos, identifier: identifier)
        return identifier
    }

    /// Whether the identifier of a message that may have been sent is free: one that lies further than all identifiers
    /// behind the first that is open was not sent in the end.
    func mayRestore(_ delivery: StoredDelivery) -> Bool {
        queue.isEmpty && outgoing.mayRestore(StoredDelivery.packetIdentifier(at: delivery.position))
    }

    /// Takes over a message that an earlier run of the broker may have sent.
    mutating func restore(_ delivery: Delivery, isReleased: Bool) {
        inFlightByteCount += delivery.size
        storage.lastSent = max(storage.lastSent, delivery.place.position)
        let stage: OutgoingFlow<Delivery>.Stage =
            if isReleased { .awaitingPubcomp } else if delivery.qos == .atLeastOnce { .awaitingPuback } else {
                .awaitingPubrec
            }
        let identifier = StoredDelivery.packetIdentifier(at: delivery.place.position)
        outgoing.restore(delivery, stage: stage, identifier: identifier)
    }

    /// The content of a message is not needed any more: it is acknowledged, or will not be sent.
    mutating func letGo(of delivery: Delivery) {
        inFlightByteCount -= delivery.size
    }

    /// PUBACK packets were received.
    mutating func pubacksReceived(_ identifiers: [UInt16], into batch: inout StoreBatch) {
        for identifier in identifiers {
            guard case .finished(let delivery) = outgoing.pubackReceived(identifier) else { continue }
            inFlightByteCount -= delivery.size
            endStoring(delivery, in: &batch)
        }
    }

    /// PUBCOMP packets were received.
    mutating func pubcompsReceived(_ identifiers: [UInt16], into batch: inout StoreBatch) {
        for identifier in identifiers {
            guard case .finished(let delivery) = outgoing.pubcompReceived(identifier) else { continue }
            endStoring(delivery, in: &batch)
        }
    }

    /// A PUBREC that tells of no failure was received.
    ///
    /// - Returns: Whether an exchange waited for it, and where the message that was let go of is in the store.
    mutating func pubrecReceived(_ identifier: UInt16) -> (isKnown: Bool, released: StoreBatch.Place?) {
        var released: (size: Int, place: StoreBatch.Place)?
        let answer = outgoing.pubrecReceived(identifier, isFailure: false) { delivery in
            released = (delivery.size, delivery.place)
            delivery.message = nil
        }
        inFlightByteCount -= released?.size ?? 0
        guard case .sendPubrel = answer else { return (false, nil) }
        return (true, released?.place)
    }

    /// The store need not keep a message for this session any longer.
    private func endStoring(_ delivery: Delivery, in batch: inout StoreBatch) {
        guard delivery.place.position > 0 else { return }
        batch.end(delivery.place, of: storage.number)
    }

    /// Takes over the rest of a session that was at another broker: its messages come before those that were queued here
    /// since.
    mutating func adopt(_ moved: MovedSession) {
        expiryInterval = moved.expiryInterval
        expiry = moved.expiry
        delayedWill = moved.delayedWill
        isDropping = isDropping || moved.isDropping
        outgoing = moved.outgoing
        incoming = moved.incoming
        inFlightByteCount = outgoing.unfinishedMessages.reduce(0) { $0 + $1.size }
        let later = queue
        queue = Deque()
        queuedByteCount = 0
        queuedReplayCount = 0
        queuedQoS0Count = 0
        for delivery in moved.queue {
            enqueue(delivery)
        }
        for delivery in later {
            enqueue(delivery)
        }
    }

    /// When something is to be done for the session while its Client is away.
    var deadline: NIODeadline? {
        switch (expiry, delayedWill?.deadline) {
        case (.some(let expiry), .some(let will)): min(expiry, will)
        case (.some(let deadline), nil), (nil, .some(let deadline)): deadline
        case (nil, nil): nil
        }
    }
}

/// The number of a connection, given when it opens and free again when it is closed.
struct ConnectionIndex: Hashable, Sendable {
    let value: UInt32
}

import NIOCore

/// What changes in what a Server keeps across restarts, collected until it is written as one transaction.
///
/// One batch is collected while the one before it is written. What comes and goes within one batch leaves no trace in
/// it: a message that is acknowledged before it would have been written costs no write.
///
/// A writer does what a batch says in this order: ``sessions``, ``subscriptions``, ``unreleased``, ``deliveries`` with
/// ``messages``, ``released``, ``ended``, ``retained``; then the transaction ends, and ``requests`` are answered.
/// Deliveries, subscriptions and identifiers of a session that ``sessions`` says has ended are to be left out.
struct StoreBatch: Sendable {
    /// A message that deliveries of this batch share.
    struct Message: Sendable {
        let content: StoredMessage
        /// How many deliveries of this batch refer to it; with none it is not to be written.
        fileprivate(set) var referenceCount = 0
    }

    /// A delivery that is new in this batch.
    struct Delivery: Sendable {
        let session: UInt64
        let position: UInt64
        /// The place of its message in ``StoreBatch/messages``.
        let message: UInt32
        let qos: QoS
        let retain: Bool
        fileprivate(set) var stage: StoredDelivery.Stage
        /// Whether it was over before it was written.
        fileprivate(set) var isOver = false
        let subscriptionIdentifiers: [UInt32]
    }

    /// Which delivery is meant.
    struct DeliveryKey: Sendable, Hashable {
        let session: UInt64
        let position: UInt64
    }

    /// Where a delivery is in the store, kept beside it as long as it is owed.
    struct Place: Sendable {
        /// Its position among the messages of its session; 0 where it is not stored.
        var position: UInt64 = 0
        /// The batch that it came with, truncated, and its place there.
        fileprivate var batch: UInt32 = 0
        fileprivate var slot: UInt32 = 0

        /// A delivery that is not stored.
        static let none = Place()

        /// One that was written before.
        init(position: UInt64 = 0) {
            self.position = position
        }
    }

    /// What becomes of a session.
    enum SessionChange: Sendable, Equatable {
        case kept(StoredSession)
        /// All that belongs to it goes too.
        case ended
    }

    /// What becomes of a subscription; in the order in which it happened.
    struct SubscriptionChange: Sendable, Equatable {
        let session: UInt64
        let filter: TopicFilter
        /// `nil` where it has ended.
        let subscription: StoredSubscription?
    }

    /// A message of QoS 2 from a Client was received, or was released by it; in the order in which it happened.
    struct UnreleasedChange: Sendable, Equatable {
        let session: UInt64
        let packetIdentifier: UInt16
        let isUnreleased: Bool
    }

    /// Its number, counting from 1: batches are written in the order of their numbers.
    let number: UInt64
    private(set) var messages: [Message] = []
    private(set) var deliveries: [Delivery] = []
    /// Deliveries of earlier batches that were released, and that are over.
    private(set) var released: [DeliveryKey] = []
    private(set) var ended: [DeliveryKey] = []
    private(set) var sessions: [UInt64: SessionChange] = [:]
    private(set) var subscriptions: [SubscriptionChange] = []
    private(set) var unreleased: [UnreleasedChange] = []
    /// By topic; `nil` where nothing is retained any more.
    private(set) var retained: [UTF8String: StoredRetainedMessage?] = [:]
    /// What is to be read once the transaction has ended.
    private(set) var requests: [StoredDeliveryRequest] = []

    /// How many changes were made, those that cancel each other among them. It only grows, and so tells whether
    /// something has been changed since.
    private(set) var changeCount = 0
    /// Roughly how much memory it takes, in bytes.
    private(set) var byteCount = 0

    init(number: UInt64) {
        self.number = number
    }

    /// Whether there is nothing to do.
    var isEmpty: Bool { changeCount == 0 && requests.isEmpty }

    /// What one change counts with, beside its content.
    private static let changeSize = 64

    private mutating func noteChange(_ size: Int = 0) {
        changeCount += 1
        byteCount += Self.changeSize + size
    }

    // MARK: Deliveries

    /// Takes in the content that several deliveries may refer to, and returns its place.
    mutating func add(_ message: StoredMessage) -> UInt32 {
        messages.append(Message(content: message))
        byteCount += message.size
        return UInt32(messages.count - 1)
    }

    /// A session is to get a message.
    ///
    /// - Parameters:
    ///   - message: Its place, as `add` has returned it for this batch.
    ///   - isSent: Whether its packet is sent at once.
    mutating func deliver(
        _ message: UInt32,
        to session: UInt64,
        at position: UInt64,
        qos: QoS,
        retain: Bool,
        isSent: Bool,
        subscriptionIdentifiers: [UInt32]
    ) -> Place {
        messages[Int(message)].referenceCount += 1
        deliveries.append(
            Delivery(
                session: session,
                position: position,
                message: message,
                qos: qos,
                retain: retain,
                stage: isSent ? .sent : .owed,
                subscriptionIdentifiers: subscriptionIdentifiers
            )
        )
        noteChange()
        var place = Place(position: position)
        place.batch = UInt32(truncatingIfNeeded: number)
        place.slot = UInt32(deliveries.count - 1)
        return place
    }

    /// PUBREC was received.
    mutating func release(_ place: Place, of session: UInt64) {
        guard place.position > 0 else { return }
        noteChange()
        guard let slot = slot(of: place, session) else {
            return released.append(DeliveryKey(session: session, position: place.position))
        }
        deliveries[slot].stage = .released
    }

    /// Nothing is owed any more.
    mutating func end(_ place: Place, of session: UInt64) {
        guard place.position > 0 else { return }
        noteChange()
        guard let slot = slot(of: place, session) else {
            return ended.append(DeliveryKey(session: session, position: place.position))
        }
        guard !deliveries[slot].isOver else { return }
        deliveries[slot].isOver = true
        messages[Int(deliveries[slot].message)].referenceCount -= 1
    }

    /// Where a delivery is in this batch; `nil` where an earlier one brought it.
    private func slot(of place: Place, _ session: UInt64) -> Int? {
        let slot = Int(place.slot)
        guard place.batch == UInt32(truncatingIfNeeded: number), slot < deliveries.count,
            deliveries[slot].session == session, deliveries[slot].position == place.position
        else { return nil }
        return slot
    }

    // MARK: Sessions

    mutating func keep(_ session: StoredSession) {
        sessions[session.number] = .kept(session)
        noteChange(session.clientIdentifier.count + (session.will?.payload.count ?? 0))
    }

    mutating func endSession(_ number: UInt64) {
        sessions[number] = .ended
        noteChange()
    }

    /// A session has a subscription, or no longer has it.
    mutating func subscribe(_ session: UInt64, to filter: TopicFilter, _ subscription: StoredSubscription?) {
        subscriptions.append(SubscriptionChange(session: session, filter: filter, subscription: subscription))
        noteChange(filter.filter.count)
    }

    /// A message of QoS 2 with this identifier was received from a session's Client, or was released by it.
    mutating func setUnreleased(_ packetIdentifier: UInt16, of session: UInt64, _ isUnreleased: Bool) {
        unreleased.append(
            UnreleasedChange(session: session, packetIdentifier: packetIdentifier, isUnreleased: isUnreleased)
        )
        noteChange()
    }

    // MARK: Retained messages

    mutating func retain(_ message: StoredRetainedMessage) {
        let topic = UTF8String(unchecked: [UInt8](copying: message.message.topic))
        noteChange(message.message.size + topic.count)
        // Without `updateValue` an optional of an optional would remove the entry.
        retained.updateValue(message, forKey: topic)
    }

    mutating func removeRetained(_ topic: UTF8String) {
        noteChange(topic.count)
        retained.updateValue(nil, forKey: topic)
    }

    // MARK: Requests

    mutating func request(_ request: StoredDeliveryRequest) {
        requests.append(request)
    }
}

/// Writes batches, one after the other, away from the event loop.
protocol StoreWriting: Sendable {
    /// Writes a batch as one transaction. The next one may be given when this one is done.
    ///
    /// - Parameter completion: Called once, on any thread.
    func write(_ batch: StoreBatch, completion: @escaping @Sendable (StoreOutcome) -> Void)
}

/// What has become of a batch.
enum StoreOutcome: Sendable {
    /// It is where it was promised to be; with the answers to its requests, in their order.
    case written([StoredDeliveries])
    /// Nothing of it was written; the same batch may be tried again later.
    case failed(reason: String)
}

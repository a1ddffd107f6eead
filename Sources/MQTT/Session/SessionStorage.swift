/// What a session has in the store, beside what it has in memory.
///
/// The messages of a session that lasts are all in the store. Those in front are in memory as well; where there are many,
/// the rest is only in the store, and is read when those in front have been sent:
///
/// ```
///   position   1 … … …        … … … … …        … … … … … … …
///              in flight      queued           only in the store
///              in memory and in the store      `beyond`
/// ```
struct SessionStorage {
    /// The number of the session in the store; 0 where it does not outlive the broker.
    var number: UInt64 = 0
    /// The position that was given to a message last.
    var lastPosition: UInt64 = 0
    /// The position of the last message that was sent.
    var lastSent: UInt64 = 0
    /// Messages up to this position may have been sent, as the store knows.
    var sentThrough: UInt64 = 0
    /// The messages that are only in the store.
    var beyond = StoredQueueSummary()
    /// What lies behind this position is only in the store, where anything is.
    var loadedThrough: UInt64 = 0
    /// What an earlier run of the broker has left: up to where there were messages, and up to where they may have been
    /// sent.
    var recoveredThrough: UInt64 = 0
    var recoveredSentThrough: UInt64 = 0
    /// The batch of the last change that an answer to the Client has promised, or that a repeated one would.
    var promisedBy: UInt64 = 0
    /// Whether messages have been asked for.
    var isLoading = false
    /// Whether the next ones cannot be read: they are asked for again when the Client connects again.
    var isUnreadable = false

    /// How many positions may be used before the store is told again how far messages have been sent.
    static let sentReserve: UInt64 = 256

    /// Whether the session outlives the broker.
    var isStored: Bool { number > 0 }

    /// Whether messages are only in the store, or on their way from there.
    var hasMore: Bool { beyond.messageCount > 0 || isLoading }

    /// What an earlier run of the broker has left.
    mutating func recover(_ session: StoredSession, _ queue: StoredQueueSummary) {
        number = session.number
        beyond = queue
        sentThrough = session.sentThrough
        lastSent = session.sentThrough
        recoveredThrough = queue.lastPosition
        recoveredSentThrough = session.sentThrough
        // A position that may have been sent is not given again: the store would take its message for sent.
        lastPosition = max(queue.lastPosition, session.sentThrough)
    }

    /// Whether a message from the store may have been sent by an earlier run of the broker.
    func wasSent(_ delivery: StoredDelivery) -> Bool {
        guard delivery.position <= recoveredThrough, delivery.qos != .atMostOnce else { return false }
        return delivery.stage != .owed || delivery.position <= recoveredSentThrough
    }

    /// Whether a message from the store is not to be sent: one of QoS 0 that may have been sent before.
    func isOver(_ delivery: StoredDelivery) -> Bool {
        delivery.qos == .atMostOnce && delivery.position <= min(recoveredThrough, recoveredSentThrough)
    }

    /// A message goes only to the store.
    mutating func noteBeyond(_ position: UInt64, size: Int, qos: QoS) {
        if !hasMore { loadedThrough = position - 1 }
        beyond.messageCount += 1
        beyond.byteCount += size
        if qos == .atMostOnce { beyond.qos0Count += 1 }
    }

    /// Messages came from the store.
    mutating func noteLoaded(_ answer: StoredDeliveries) {
        let deliveries = answer.deliveries
        isLoading = false
        isUnreadable = answer.problem != nil
        guard let last = deliveries.last else {
            // The store has no more, whatever was counted.
            if !isUnreadable { beyond = StoredQueueSummary() }
            return
        }
        loadedThrough = last.position
        beyond.messageCount -= deliveries.count
        for delivery in deliveries {
            beyond.byteCount -= delivery.message?.size ?? 0
            if delivery.qos == .atMostOnce { beyond.qos0Count -= 1 }
        }
        if beyond.messageCount <= 0 { beyond = StoredQueueSummary() }
    }
}

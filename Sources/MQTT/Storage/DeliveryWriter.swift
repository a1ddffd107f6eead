/// Writes what a batch says of deliveries.
final class DeliveryWriter {
    /// Up to which size the content of a message that only one session is owed lies in the row of its delivery, in
    /// bytes. Larger ones would make the rows of a page few, and the way through a queue long.
    static let inlineSizeLimit = 512

    private let messages: SharedMessageWriter
    private let insertWithContent: Statement
    private let insertDelivery: Statement
    private let findMessage: Statement
    private let release: Statement
    private let end: Statement
    /// For each message of a batch, how many deliveries are stored that refer to it, and the number that it has got; 0
    /// for none yet. Kept from batch to batch for their memory only.
    private var uses: [UInt32] = []
    private var numbers: [Int64] = []

    init(_ database: Database, _ messages: SharedMessageWriter) throws(StoreError) {
        self.messages = messages
        insertWithContent = try database.prepare(
            """
            INSERT INTO delivery (session, position, stage, qos, retain, size, subscription_identifiers,
                message_qos, message_retain, expires_at, topic, properties, payload)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            """,
            to: "write a delivery"
        )
        insertDelivery = try database.prepare(
            """
            INSERT INTO delivery (session, position, stage, qos, retain, size, subscription_identifiers, message)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """,
            to: "write a delivery"
        )
        findMessage = try database.prepare(
            "SELECT message FROM delivery WHERE session = ?1 AND position = ?2",
            to: "find a delivery"
        )
        release = try database.prepare(
            """
            UPDATE delivery SET stage = ?3, size = 0, message = NULL, message_qos = NULL, message_retain = NULL,
                expires_at = NULL, topic = NULL, properties = NULL, payload = NULL
            WHERE session = ?1 AND position = ?2
            """,
            to: "release a delivery"
        )
        end = try database.prepare(
            "DELETE FROM delivery WHERE session = ?1 AND position BETWEEN ?2 AND ?3 RETURNING message",
            to: "end a delivery"
        )
    }

    /// - Parameter endedSessions: Those that the batch ends.
    func write(_ batch: StoreBatch, _ endedSessions: Set<UInt64>, _ moment: StoreMoment) throws(StoreError) {
        messages.begin()
        countUses(batch, endedSessions)
        for index in batch.deliveries.indices {
            let delivery = batch.deliveries[index]
            if delivery.isOver || endedSessions.contains(delivery.session) { continue }
            try insert(delivery, batch.messages[Int(delivery.message)].content, moment)
        }
        for key in batch.released {
            try release(key)
        }
        try end(batch.ended)
        try messages.finish()
    }

    // MARK: New deliveries

    /// The batch counts what it refers to without the sessions that it ends, and with what it released at once.
    private func countUses(_ batch: StoreBatch, _ endedSessions: Set<UInt64>) {
        uses.removeAll(keepingCapacity: true)
        uses.append(contentsOf: repeatElement(0, count: batch.messages.count))
        numbers.removeAll(keepingCapacity: true)
        numbers.append(contentsOf: repeatElement(0, count: batch.messages.count))
        for index in batch.deliveries.indices {
            let delivery = batch.deliveries[index]
            if delivery.isOver || delivery.stage == .released || endedSessions.contains(delivery.session) { continue }
            uses[Int(delivery.message)] += 1
        }
    }

    private func insert(
        _ delivery: StoreBatch.Delivery,
        _ message: StoredMessage,
        _ moment: StoreMoment
    ) throws(StoreError) {
        let place = Int(delivery.message)
        let needsContent = delivery.stage != .released
        if needsContent, uses[place] == 1, message.size <= Self.inlineSizeLimit {
            bind(delivery, size: message.size, to: insertWithContent)
            return try insertWithContent.withBound(message, at: 8, moment, insertWithContent.run)
        }
        if needsContent, numbers[place] == 0 {
            numbers[place] = try messages.insert(message, referenceCount: Int64(uses[place]), moment)
        }
        bind(delivery, size: needsContent ? message.size : 0, to: insertDelivery)
        insertDelivery.bind(optional: needsContent ? numbers[place] : nil, at: 8)
        try insertDelivery.run()
    }

    private func bind(_ delivery: StoreBatch.Delivery, size: Int, to statement: Statement) {
        statement.bind(delivery.session, at: 1)
        statement.bind(delivery.position, at: 2)
        statement.bind(Int64(delivery.stage.rawValue), at: 3)
        statement.bind(Int64(delivery.qos.rawValue), at: 4)
        statement.bind(delivery.retain, at: 5)
        statement.bind(Int64(size), at: 6)
        statement.bind(delivery.subscriptionIdentifiers, at: 7)
    }

    // MARK: Deliveries of earlier batches

    private func release(_ key: StoreBatch.DeliveryKey) throws(StoreError) {
        findMessage.bind(key.session, at: 1)
        findMessage.bind(key.position, at: 2)
        // Of a session that has ended meanwhile nothing may be left.
        let isThere = try findMessage.step()
        let message = isThere ? findMessage.optionalInteger(at: 0) : nil
        findMessage.reset()
        guard isThere else { return }
        if let message { messages.noteLostReference(to: message) }
        release.bind(key.session, at: 1)
        release.bind(key.position, at: 2)
        release.bind(Int64(StoredDelivery.Stage.released.rawValue), at: 3)
        try release.run()
    }

    /// Ends deliveries, those with positions in a row by one statement: most queues are worked off in their order.
    private func end(_ keys: [StoreBatch.DeliveryKey]) throws(StoreError) {
        let keys = keys.sorted { ($0.session, $0.position) < ($1.session, $1.position) }
        var start = 0
        while start < keys.count {
            let first = keys[start]
            var count = 1
            // One that is named twice belongs to the row too.
            while start + count < keys.count, keys[start + count].session == first.session,
                keys[start + count].position <= keys[start + count - 1].position + 1
            {
                count += 1
            }
            end.bind(first.session, at: 1)
            end.bind(first.position, at: 2)
            end.bind(keys[start + count - 1].position, at: 3)
            _ = try messages.removeDeliveries(end)
            start += count
        }
    }
}

/// Writes what a batch says of deliveries, and keeps count of the contents that they share.
final class DeliveryWriter {
    /// Up to which size the content of a message that only one session is owed lies in the row of its delivery, in
    /// bytes. Larger ones would make the rows of a page few, and the way through a queue long.
    static let inlineSizeLimit = 512

    private let insertMessage: Statement
    private let insertReference: Statement
    private let insertWithContent: Statement
    private let insertDelivery: Statement
    private let findMessage: Statement
    private let release: Statement
    private let end: Statement
    private let countDown: Statement
    private let removeMessage: [Statement]
    private let findEndedSession: Statement
    private let clear: Statement
    private let forgetEndedSession: Statement

    /// The number that the next message gets.
    private var nextMessage: Int64
    /// For each message of a batch, how many deliveries are stored that refer to it, and the number that it has got; 0
    /// for none yet. Kept from batch to batch for their memory only.
    private var uses: [UInt32] = []
    private var numbers: [Int64] = []
    /// How many references to messages have gone, by their numbers.
    private var lost: [Int64: Int64] = [:]

    init(_ database: Database) throws(StoreError) {
        insertMessage = try database.prepare(
            """
            INSERT INTO message (number, message_qos, message_retain, expires_at, topic, properties, payload)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """,
            to: "write a message"
        )
        insertReference = try database.prepare(
            "INSERT INTO message_reference (message, reference_count) VALUES (?1, ?2)",
            to: "count the references to a message"
        )
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
        countDown = try database.prepare(
            """
            UPDATE message_reference SET reference_count = reference_count - ?2 WHERE message = ?1
            RETURNING reference_count
            """,
            to: "count the references to a message"
        )
        removeMessage = [
            try database.prepare("DELETE FROM message WHERE number = ?1", to: "remove a message"),
            try database.prepare("DELETE FROM message_reference WHERE message = ?1", to: "remove a message"),
        ]
        findEndedSession = try database.prepare(
            "SELECT number FROM ended_session LIMIT 1",
            to: "find what is left of ended sessions"
        )
        clear = try database.prepare(
            """
            DELETE FROM delivery WHERE session = ?1 AND position <=
                (SELECT max(position) FROM
                    (SELECT position FROM delivery WHERE session = ?1 ORDER BY position LIMIT ?2))
            RETURNING message
            """,
            to: "remove the deliveries of an ended session"
        )
        forgetEndedSession = try database.prepare(
            "DELETE FROM ended_session WHERE number = ?1",
            to: "forget an ended session"
        )
        let highest = try database.integer("SELECT max(number) FROM message", to: "find the last message")
        nextMessage = (highest ?? 0) + 1
    }

    /// - Parameter endedSessions: Those that the batch ends.
    func write(_ batch: StoreBatch, _ endedSessions: Set<UInt64>, _ moment: StoreMoment) throws(StoreError) {
        lost.removeAll(keepingCapacity: true)
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
        try dropReferences()
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
            numbers[place] = try insert(message, referenceCount: Int64(uses[place]), moment)
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

    /// Writes a content that several deliveries share, and returns its number.
    private func insert(
        _ message: StoredMessage,
        referenceCount: Int64,
        _ moment: StoreMoment
    ) throws(StoreError) -> Int64 {
        let number = nextMessage
        nextMessage += 1
        insertMessage.bind(number, at: 1)
        try insertMessage.withBound(message, at: 2, moment, insertMessage.run)
        insertReference.bind(number, at: 1)
        insertReference.bind(referenceCount, at: 2)
        try insertReference.run()
        return number
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
        if let message { lost[message, default: 0] += 1 }
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
            _ = try removeRows(end)
            start += count
        }
    }

    /// Runs a statement that deletes deliveries and returns their messages; returns how many it has deleted.
    private func removeRows(_ statement: Statement) throws(StoreError) -> Int {
        var count = 0
        while try statement.step() {
            count += 1
            if let message = statement.optionalInteger(at: 0) { lost[message, default: 0] += 1 }
        }
        statement.reset()
        return count
    }

    /// Counts down what has been lost, and removes the messages that nobody refers to any more.
    private func dropReferences() throws(StoreError) {
        for number in lost.keys.sorted() {
            countDown.bind(number, at: 1)
            countDown.bind(lost[number, default: 0], at: 2)
            let isLast = try countDown.step() && countDown.integer(at: 0) <= 0
            countDown.reset()
            guard isLast else { continue }
            for statement in removeMessage {
                statement.bind(number, at: 1)
                try statement.run()
            }
        }
    }

    // MARK: Ended sessions

    /// Removes deliveries of sessions that have ended, up to a number of them.
    ///
    /// - Returns: Whether more may be left.
    func clearEndedSessions(limit: Int) throws(StoreError) -> Bool {
        lost.removeAll(keepingCapacity: true)
        guard try findEndedSession.step() else {
            findEndedSession.reset()
            return false
        }
        let session = findEndedSession.integer(at: 0)
        findEndedSession.reset()
        clear.bind(session, at: 1)
        clear.bind(Int64(limit), at: 2)
        if try removeRows(clear) < limit {
            forgetEndedSession.bind(session, at: 1)
            try forgetEndedSession.run()
        }
        try dropReferences()
        return true
    }
}

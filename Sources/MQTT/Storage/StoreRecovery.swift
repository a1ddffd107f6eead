import NIOCore

/// One of the values that a store hands over when a broker starts.
enum RecoveredValue: Sendable {
    case session(RecoveredSession)
    case retained(StoredRetainedMessage)
}

/// How much a store has handed over.
struct StoreRecovery: Sendable, Equatable {
    var sessionCount = 0
    var subscriptionCount = 0
    /// The messages that all sessions together are owed, and their bytes.
    var queuedMessageCount = 0
    var queuedByteCount = 0
    var retainedCount = 0
    /// How many retained messages were left out, because they have expired.
    var expiredRetainedCount = 0
    /// The highest number of a session that is known; numbers above it are free.
    var highestSession: UInt64 = 0
}

/// Reads all that a store holds, in one pass over each table: four tables are in the order of their sessions, and are
/// walked side by side.
final class StoreReader {
    /// After how many sessions or retained messages progress is reported.
    static let progressInterval = 10_000

    private let database: Database
    private let moment: StoreMoment
    private let sessions: Statement
    private let subscriptions: SessionRows
    private let unreleased: SessionRows
    private let queues: SessionRows
    private let retained: Statement
    private var recovery = StoreRecovery()

    init(_ database: Database, _ moment: StoreMoment) throws(StoreError) {
        self.database = database
        self.moment = moment
        sessions = try database.prepare(
            """
            SELECT number, client_identifier, user_name, listener, mount_point, expiry_interval, is_connected,
                expires_at, sent_through, will_due_at, will_topic, will_payload, will_qos, will_retain, will_properties
            FROM session ORDER BY number
            """,
            to: "read a session"
        )
        subscriptions = try SessionRows(
            database.prepare(
                "SELECT session, share_name, topic_filter, options, identifier FROM subscription ORDER BY session",
                to: "read a subscription"
            )
        )
        unreleased = try SessionRows(
            database.prepare(
                "SELECT session, packet_identifier FROM unreleased ORDER BY session, packet_identifier",
                to: "read a packet identifier"
            )
        )
        queues = try SessionRows(
            database.prepare(
                """
                SELECT session, count(*), sum(size), sum(qos = 0), max(position) FROM delivery
                GROUP BY session ORDER BY session
                """,
                to: "sum up a queue"
            )
        )
        retained = try database.prepare(
            """
            SELECT kept_until, source_client_identifier, source_user_name, source_listener,
                message_qos, message_retain, expires_at, topic, properties, payload
            FROM retained
            """,
            to: "read a retained message"
        )
    }

    /// See ``SQLiteStore/recover(progress:_:)``.
    func recover(
        progress: (StoreRecovery) -> Void,
        _ body: (RecoveredValue) -> Void
    ) throws(StoreError) -> StoreRecovery {
        recovery.highestSession = UInt64(bitPattern: try highestSession())
        while try sessions.step() {
            body(.session(try session()))
            recovery.sessionCount += 1
            if recovery.sessionCount % Self.progressInterval == 0 { progress(recovery) }
        }
        while try retained.step() {
            guard let message = try retainedMessage() else {
                recovery.expiredRetainedCount += 1
                continue
            }
            body(.retained(message))
            recovery.retainedCount += 1
            if recovery.retainedCount % Self.progressInterval == 0 { progress(recovery) }
        }
        sessions.reset()
        retained.reset()
        if recovery.expiredRetainedCount > 0 { try removeExpired() }
        return recovery
    }

    /// What belongs to a session that has ended counts too, as long as it is there.
    private func highestSession() throws(StoreError) -> Int64 {
        try database.integer(
            """
            SELECT max(coalesce((SELECT max(number) FROM session), 0), coalesce((SELECT max(session) FROM delivery), 0),
                coalesce((SELECT max(session) FROM subscription), 0),
                coalesce((SELECT max(session) FROM unreleased), 0),
                coalesce((SELECT max(number) FROM ended_session), 0))
            """,
            to: "find the last session"
        ) ?? 0
    }

    // MARK: Sessions

    private func session() throws(StoreError) -> RecoveredSession {
        let number: UInt64 = try sessions.number(at: 0, "number of a session")
        var session = StoredSession(
            number: number,
            clientIdentifier: try sessions.utf8String(at: 1, "client identifier")
        )
        session.userName = try sessions.optionalUTF8String(at: 2, "user name")
        session.listener = try sessions.number(at: 3, "listener")
        session.mountPoint = sessions.bytes(at: 4)
        session.expiryInterval = try sessions.number(at: 5, "session expiry interval")
        session.isConnected = sessions.flag(at: 6)
        session.expiry = sessions.optionalInteger(at: 7).map(moment.deadline)
        session.sentThrough = try sessions.number(at: 8, "last position")
        session.willDeadline = sessions.optionalInteger(at: 9).map(moment.deadline)
        session.will = try will()
        var recovered = RecoveredSession(session: session)
        try subscriptions.forEach(of: number) { row throws(StoreError) in
            recovered.subscriptions.append(try Self.subscription(row))
        }
        try unreleased.forEach(of: number) { row throws(StoreError) in
            recovered.unreleasedIdentifiers.append(try row.number(at: 1, "packet identifier"))
        }
        try queues.forEach(of: number) { row throws(StoreError) in
            recovered.queue = StoredQueueSummary(
                messageCount: try row.number(at: 1, "number of messages"),
                byteCount: try row.number(at: 2, "size of a queue"),
                qos0Count: try row.number(at: 3, "number of messages"),
                lastPosition: try row.number(at: 4, "position")
            )
        }
        recovery.subscriptionCount += recovered.subscriptions.count
        recovery.queuedMessageCount += recovered.queue.messageCount
        recovery.queuedByteCount += recovered.queue.byteCount
        return recovered
    }

    private func will() throws(StoreError) -> Connect.Will? {
        guard !sessions.isNull(at: 10) else { return nil }
        do throws(MalformedPacket) {
            let properties = try Properties(stored: sessions.bytes(at: 14))
            return Connect.Will(
                topic: UTF8String(unchecked: sessions.bytes(at: 10)),
                payload: sessions.bytes(at: 11),
                qos: QoS(rawValue: UInt8(clamping: sessions.integer(at: 12))) ?? .atMostOnce,
                retain: sessions.flag(at: 13),
                properties: properties
            )
        } catch {
            throw sessions.damaged("properties of a will", "malformed: \(error)")
        }
    }

    private static func subscription(_ row: Statement) throws(StoreError) -> StoredSubscription {
        let shareName = try row.utf8String(at: 1, "share name")
        let filter = TopicFilter(
            shareName: shareName.isEmpty ? nil : shareName,
            filter: try row.utf8String(at: 2, "topic filter")
        )
        let byte: UInt8 = try row.number(at: 3, "options of a subscription")
        let options: SubscriptionOptions
        do throws(MalformedPacket) {
            options = try SubscriptionOptions(byte: byte, version: .v5_0)
        } catch {
            throw row.damaged("options of a subscription", "\(byte)")
        }
        return StoredSubscription(
            filter: filter,
            options: options,
            identifier: try row.number(at: 4, "subscription identifier")
        )
    }

    // MARK: Retained messages

    /// The retained message in the row that the statement is at; `nil` where it has expired.
    private func retainedMessage() throws(StoreError) -> StoredRetainedMessage? {
        let message = try retained.message(at: 4, moment)
        let expiry = retained.optionalInteger(at: 0).map(moment.deadline)
        guard min(message.expiry ?? .distantFuture, expiry ?? .distantFuture) > moment.process else { return nil }
        return StoredRetainedMessage(
            message: message,
            expiry: expiry,
            sourceClientIdentifier: try retained.optionalUTF8String(at: 1, "client identifier"),
            sourceUserName: try retained.optionalUTF8String(at: 2, "user name"),
            sourceListener: try retained.number(at: 3, "listener")
        )
    }

    /// Where there is no room to do it, a later start does it.
    private func removeExpired() throws(StoreError) {
        do throws(StoreError) {
            try database.transaction { () throws(StoreError) in
                try database.execute(
                    "DELETE FROM retained WHERE expires_at <= \(moment.wall) OR kept_until <= \(moment.wall)",
                    to: "remove expired messages"
                )
            }
        } catch  where error.kind == .full || error.kind == .busy {
            return
        }
    }
}

/// The rows of a statement that begin with the number of a session and come in the order of these numbers; each session
/// takes its own.
private final class SessionRows {
    private let statement: Statement
    /// Whether the statement is at a row that nobody has taken yet.
    private var isAtRow: Bool

    init(_ statement: Statement) throws(StoreError) {
        self.statement = statement
        isAtRow = try statement.step()
    }

    /// Calls `body` at each row of a session. To be asked in ascending order; rows of sessions that nobody asks for, as
    /// those that have ended, are passed over.
    func forEach(of session: UInt64, _ body: (Statement) throws(StoreError) -> Void) throws(StoreError) {
        while isAtRow {
            let owner = UInt64(bitPattern: statement.integer(at: 0))
            guard owner <= session else { return }
            if owner == session { try body(statement) }
            isAtRow = try statement.step()
        }
    }
}

import NIOCore

/// Writes what a batch says of sessions, their subscriptions and their unreleased Packet Identifiers.
struct SessionWriter {
    private let keep: Statement
    private let end: [Statement]
    private let subscribe: Statement
    private let unsubscribe: Statement
    private let receive: Statement
    private let release: Statement

    init(_ database: Database) throws(StoreError) {
        keep = try database.prepare(
            """
            INSERT INTO session (number, client_identifier, user_name, listener, mount_point, expiry_interval,
                is_connected, expires_at, sent_through, will_due_at, will_topic, will_payload, will_qos, will_retain,
                will_properties)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            ON CONFLICT (number) DO UPDATE SET client_identifier = ?2, user_name = ?3, listener = ?4, mount_point = ?5,
                expiry_interval = ?6, is_connected = ?7, expires_at = ?8, sent_through = ?9, will_due_at = ?10,
                will_topic = ?11, will_payload = ?12, will_qos = ?13, will_retain = ?14, will_properties = ?15
            """,
            to: "write a session"
        )
        var end: [Statement] = []
        for sql in Self.ending {
            end.append(try database.prepare(sql, to: "end a session"))
        }
        self.end = end
        subscribe = try database.prepare(
            """
            INSERT OR REPLACE INTO subscription (session, share_name, topic_filter, options, identifier)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """,
            to: "write a subscription"
        )
        unsubscribe = try database.prepare(
            "DELETE FROM subscription WHERE session = ?1 AND share_name = ?2 AND topic_filter = ?3",
            to: "end a subscription"
        )
        receive = try database.prepare(
            "INSERT OR IGNORE INTO unreleased (session, packet_identifier) VALUES (?1, ?2)",
            to: "write a packet identifier"
        )
        release = try database.prepare(
            "DELETE FROM unreleased WHERE session = ?1 AND packet_identifier = ?2",
            to: "release a packet identifier"
        )
    }

    /// What ends a session. Its deliveries may be many, and go later, in slices.
    private static let ending = [
        "DELETE FROM session WHERE number = ?1",
        "DELETE FROM subscription WHERE session = ?1",
        "DELETE FROM unreleased WHERE session = ?1",
        """
        INSERT OR IGNORE INTO ended_session (number)
        SELECT ?1 WHERE EXISTS (SELECT 1 FROM delivery WHERE session = ?1)
        """,
    ]

    /// - Parameter endedSessions: Those that the batch ends.
    func write(_ batch: StoreBatch, _ endedSessions: Set<UInt64>, _ moment: StoreMoment) throws(StoreError) {
        // First the ends: a Client Identifier may have a new session in the same batch.
        for number in endedSessions.sorted() {
            for statement in end {
                statement.bind(number, at: 1)
                try statement.run()
            }
        }
        for number in batch.sessions.keys.sorted() {
            guard case .kept(let session)? = batch.sessions[number] else { continue }
            try write(session, moment)
        }
        for change in batch.subscriptions where !endedSessions.contains(change.session) {
            try write(change)
        }
        for change in batch.unreleased where !endedSessions.contains(change.session) {
            let statement = change.isUnreleased ? receive : release
            statement.bind(change.session, at: 1)
            statement.bind(Int64(change.packetIdentifier), at: 2)
            try statement.run()
        }
    }

    private func write(_ session: StoredSession, _ moment: StoreMoment) throws(StoreError) {
        keep.bind(session.number, at: 1)
        keep.bind(session.clientIdentifier.bytes, as: .text, at: 2)
        keep.bind(session.userName?.bytes, as: .text, at: 3)
        keep.bind(Int64(session.listener), at: 4)
        keep.bind(session.mountPoint, as: .blob, at: 5)
        keep.bind(Int64(session.expiryInterval), at: 6)
        keep.bind(session.isConnected, at: 7)
        keep.bind(optional: session.expiry.map(moment.wall), at: 8)
        keep.bind(session.sentThrough, at: 9)
        keep.bind(optional: session.willDeadline.map(moment.wall), at: 10)
        keep.bind(session.will?.topic.bytes, as: .text, at: 11)
        keep.bind(session.will?.payload, as: .blob, at: 12)
        keep.bind(optional: session.will.map { Int64($0.qos.rawValue) }, at: 13)
        keep.bind(optional: session.will.map { $0.retain ? 1 : 0 }, at: 14)
        keep.bind(session.will?.properties.storedBytes, as: .blob, at: 15)
        try keep.run()
    }

    private func write(_ change: StoreBatch.SubscriptionChange) throws(StoreError) {
        let statement = change.subscription == nil ? unsubscribe : subscribe
        statement.bind(change.session, at: 1)
        statement.bind(change.filter.shareName?.bytes ?? [], as: .text, at: 2)
        statement.bind(change.filter.filter.bytes, as: .text, at: 3)
        if let subscription = change.subscription {
            statement.bind(Int64(subscription.options.byte(version: .v5_0)), at: 4)
            statement.bind(Int64(subscription.identifier), at: 5)
        }
        try statement.run()
    }
}

extension Properties {
    /// What is stored of the properties of a Will Message: what would stand in a packet.
    fileprivate var storedBytes: [UInt8] {
        var buffer = ByteBuffer()
        write(to: &buffer)
        return [UInt8](copying: buffer.readableBytesUInt8Span)
    }

    /// Reads what was stored of the properties of a Will Message.
    init(stored bytes: [UInt8]) throws(MalformedPacket) {
        var reader = PacketReader(bytes.span)
        try self.init(from: &reader, in: .will)
        try reader.expectEnd()
    }
}

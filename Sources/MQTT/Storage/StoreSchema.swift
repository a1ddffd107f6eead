/// The tables of a store, and how one of an older version becomes one of this version.
///
/// All tables are STRICT. Moments are milliseconds since 1970, UTC. Numbers of sessions are those of
/// ``StoredSession/number``; nothing refers to another table by a key that SQLite would check, as deliveries of a session
/// that has ended may stay for a while.
///
/// | table             | a row is                                       | key                          |
/// |-------------------|------------------------------------------------|------------------------------|
/// | session           | a session that lasts                           | number                       |
/// | subscription      | one of its subscriptions                       | session, share, filter       |
/// | unreleased        | a received message of QoS 2, not released yet  | session, packet identifier   |
/// | delivery          | a message that a session is owed               | session, position            |
/// | message           | a content that several deliveries share        | number                       |
/// | message_reference | how many deliveries refer to it                | message                      |
/// | retained          | the retained message of a topic                | topic                        |
/// | ended_session     | a session whose deliveries are to be deleted   | number                       |
///
/// A content that only one delivery has, and that is small, lies in the row of the delivery. Others are stored once, in
/// `message`. Their counts have a table of their own: to count down must not rewrite the payload.
enum StoreSchema {
    /// What marks a database as ours, `tMQT`.
    static let applicationIdentifier: Int32 = 0x744D_5154
    /// The version that this program writes.
    static var version: Int32 { Int32(steps.count) }

    /// What leads from each version to the next, from that of an empty database on. A step that has been released is
    /// never changed; a new version adds one.
    static let steps: [String] = [version1]

    private static let version1 = """
        CREATE TABLE session (
            number INTEGER PRIMARY KEY,
            client_identifier TEXT NOT NULL UNIQUE,
            user_name TEXT,                     -- of the last connection
            listener INTEGER NOT NULL,          -- its place in the configuration
            mount_point BLOB NOT NULL,
            expiry_interval INTEGER NOT NULL,   -- in seconds
            is_connected INTEGER NOT NULL,
            expires_at INTEGER,
            sent_through INTEGER NOT NULL,      -- a position
            will_due_at INTEGER,
            will_topic TEXT,                    -- NULL where there is no Will Message
            will_payload BLOB,
            will_qos INTEGER,
            will_retain INTEGER,
            will_properties BLOB                -- as in a packet, with their length before them
        ) STRICT;
        CREATE TABLE subscription (
            session INTEGER NOT NULL,
            share_name TEXT NOT NULL,           -- empty where it is not shared
            topic_filter TEXT NOT NULL,         -- with the mount point, without the share
            options INTEGER NOT NULL,           -- as in a SUBSCRIBE of version 5.0
            identifier INTEGER NOT NULL,        -- 0 for none
            PRIMARY KEY (session, share_name, topic_filter)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE unreleased (
            session INTEGER NOT NULL,
            packet_identifier INTEGER NOT NULL,
            PRIMARY KEY (session, packet_identifier)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE delivery (
            session INTEGER NOT NULL,
            position INTEGER NOT NULL,
            stage INTEGER NOT NULL,             -- 0 owed, 1 sent, 2 released
            qos INTEGER NOT NULL,
            retain INTEGER NOT NULL,
            size INTEGER NOT NULL,              -- of its content in bytes; 0 once it is released
            subscription_identifiers BLOB,      -- four bytes each, the highest first
            message INTEGER,                    -- NULL where the content follows, or it is released
            message_qos INTEGER,                -- with which it was published
            message_retain INTEGER,
            expires_at INTEGER,
            topic TEXT,
            properties BLOB,                    -- those that are forwarded, as in a packet
            payload BLOB,
            PRIMARY KEY (session, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE message (
            number INTEGER PRIMARY KEY,
            message_qos INTEGER NOT NULL,
            message_retain INTEGER NOT NULL,
            expires_at INTEGER,
            topic TEXT NOT NULL,
            properties BLOB,
            payload BLOB NOT NULL
        ) STRICT;
        CREATE TABLE message_reference (
            message INTEGER PRIMARY KEY,
            reference_count INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE retained (
            topic TEXT NOT NULL PRIMARY KEY,
            message_qos INTEGER NOT NULL,
            message_retain INTEGER NOT NULL,
            expires_at INTEGER,                 -- of the message itself
            kept_until INTEGER,                 -- of what is retained, beside that
            source_client_identifier TEXT,
            source_user_name TEXT,
            source_listener INTEGER NOT NULL,
            properties BLOB,
            payload BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE ended_session (
            number INTEGER PRIMARY KEY
        ) STRICT;
        """

    /// Brings a database to this version, each step in a transaction of its own.
    static func migrate(_ database: Database) throws(StoreError) {
        let former = Int(try version(of: database))
        // The header of the file may not know it yet: it is in the log where the newer program was killed.
        if former > steps.count,
            let error = StoreFile.problem(
                applicationIdentifier: applicationIdentifier,
                version: Int32(former),
                database.path
            )
        {
            throw error
        }
        for number in steps.indices where number >= former {
            try database.transaction { () throws(StoreError) in
                try database.execute(steps[number], to: "bring the store to the next version")
                try database.execute(
                    "PRAGMA application_id = \(applicationIdentifier); PRAGMA user_version = \(number + 1)",
                    to: "bring the store to the next version"
                )
            }
        }
    }

    /// The version of a database; 0 of an empty one.
    static func version(of database: Database) throws(StoreError) -> Int32 {
        Int32(clamping: try database.integer("PRAGMA user_version", to: "read the version of the store") ?? 0)
    }
}

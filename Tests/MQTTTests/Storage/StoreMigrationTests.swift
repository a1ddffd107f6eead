import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// Stores of every version that there has been are read.
@Suite("Store: versions")
struct StoreMigrationTests {
    /// A store as version 1 made it. It is never changed: it stands for the files that are out there.
    private static let version1 = """
        CREATE TABLE session (number INTEGER PRIMARY KEY, client_identifier TEXT NOT NULL UNIQUE, user_name TEXT,
            listener INTEGER NOT NULL, mount_point BLOB NOT NULL, expiry_interval INTEGER NOT NULL,
            is_connected INTEGER NOT NULL, expires_at INTEGER, sent_through INTEGER NOT NULL, will_due_at INTEGER,
            will_topic TEXT, will_payload BLOB, will_qos INTEGER, will_retain INTEGER, will_properties BLOB) STRICT;
        CREATE TABLE subscription (session INTEGER NOT NULL, share_name TEXT NOT NULL, topic_filter TEXT NOT NULL,
            options INTEGER NOT NULL, identifier INTEGER NOT NULL, PRIMARY KEY (session, share_name, topic_filter)
            ) STRICT, WITHOUT ROWID;
        CREATE TABLE unreleased (session INTEGER NOT NULL, packet_identifier INTEGER NOT NULL,
            PRIMARY KEY (session, packet_identifier)) STRICT, WITHOUT ROWID;
        CREATE TABLE delivery (session INTEGER NOT NULL, position INTEGER NOT NULL, stage INTEGER NOT NULL,
            qos INTEGER NOT NULL, retain INTEGER NOT NULL, size INTEGER NOT NULL, subscription_identifiers BLOB,
            message INTEGER, message_qos INTEGER, message_retain INTEGER, expires_at INTEGER, topic TEXT,
            properties BLOB, payload BLOB, PRIMARY KEY (session, position)) STRICT, WITHOUT ROWID;
        CREATE TABLE message (number INTEGER PRIMARY KEY, message_qos INTEGER NOT NULL, message_retain INTEGER NOT NULL,
            expires_at INTEGER, topic TEXT NOT NULL, properties BLOB, payload BLOB NOT NULL) STRICT;
        CREATE TABLE message_reference (message INTEGER PRIMARY KEY, reference_count INTEGER NOT NULL) STRICT;
        CREATE TABLE retained (topic TEXT NOT NULL PRIMARY KEY, message_qos INTEGER NOT NULL,
            message_retain INTEGER NOT NULL, expires_at INTEGER, kept_until INTEGER, source_client_identifier TEXT,
            source_user_name TEXT, source_listener INTEGER NOT NULL, properties BLOB, payload BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;
        CREATE TABLE ended_session (number INTEGER PRIMARY KEY) STRICT;
        INSERT INTO session VALUES (3, 'lamp', 'ann', 1, x'6D2F', 60, 0, 1700000001123, 12, 1700000002123,
            'lamp/off', x'00', 1, 1, x'051800000005');
        INSERT INTO subscription VALUES (3, 'g', 'a/+', 41, 7);
        INSERT INTO unreleased VALUES (3, 65535);
        INSERT INTO delivery VALUES (3, 11, 2, 2, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        INSERT INTO delivery VALUES (3, 12, 1, 1, 1, 3, x'00000007', NULL, 2, 0, NULL, 'a/b', NULL, x'');
        INSERT INTO delivery VALUES (3, 13, 0, 0, 0, 4, NULL, 5, NULL, NULL, NULL, NULL, NULL, NULL);
        INSERT INTO message VALUES (5, 0, 1, NULL, 'a', x'0101', x'00');
        INSERT INTO message_reference VALUES (5, 1);
        INSERT INTO retained VALUES ('a', 1, 1, NULL, 1700000000124, 'lamp', 'ann', 1, NULL, x'01');
        PRAGMA application_id = 1951224148;
        PRAGMA user_version = 1;
        """

    @Test("a store of version 1 has all that it had")
    func version1() async throws {
        let harness = try StoreHarness()
        try harness.execute(Self.version1)
        let now = StoreHarness.moment.process
        let contents = try await harness.contents()
        let recovered = try #require(contents.sessions[3])
        #expect(recovered.session.clientIdentifier == .text("lamp"))
        #expect(recovered.session.userName == .text("ann"))
        #expect(recovered.session.mountPoint == Array("m/".utf8))
        #expect(recovered.session.expiry == now + .seconds(1))
        #expect(recovered.session.willDeadline == now + .seconds(2))
        #expect(recovered.session.will?.topic == .text("lamp/off"))
        #expect(recovered.session.will?.properties[integer: .willDelayInterval] == 5)
        let options = SubscriptionOptions(maximumQoS: .atLeastOnce, retainAsPublished: true, retainHandling: .never)
        let filter = TopicFilter(shareName: .text("g"), filter: .text("a/+"))
        #expect(recovered.subscriptions == [StoredSubscription(filter: filter, options: options, identifier: 7)])
        #expect(recovered.unreleasedIdentifiers == [65_535])
        #expect(
            recovered.queue == StoredQueueSummary(messageCount: 3, byteCount: 7, qos0Count: 1, lastPosition: 13)
        )
        #expect(contents.retained[.text("a")]?.expiry == now + .milliseconds(1))
        let store = try harness.open()
        let queue = try await store.queue(of: 3, number: 1)
        #expect(queue.map(\.stage) == [.released, .sent, .owed])
        #expect(queue.map { $0.message.map(ContentValue.init)?.payload } == [nil, [], [0]])
        #expect(queue[1].subscriptionIdentifiers == [7])
        await store.finish()
        #expect(try StoreCheck(path: harness.path).problems == [])
        #expect(try harness.number("PRAGMA user_version") == Int64(StoreSchema.version))
    }

    @Test("an empty file becomes a store")
    func version0() async throws {
        let harness = try StoreHarness()
        try harness.folder.write("", to: "store.db")
        #expect(try await harness.contents().summary == StoreRecovery())
        #expect(try StoreCheck(path: harness.path).problems == [])
    }

    @Test("a step to a new version that fails leaves the old one")
    func failedStep() throws {
        let harness = try StoreHarness()
        let database = try Database(StoreFile(harness.path))
        try database.execute("CREATE TABLE retained (a)", to: "prepare a test")
        // The schema's tables before this one have been made when it fails.
        #expect(throws: StoreError.self) { try StoreSchema.migrate(database) }
        #expect(try StoreSchema.version(of: database) == 0)
        #expect(try database.integer("SELECT count(*) FROM sqlite_schema", to: "look") == 1)
    }
}

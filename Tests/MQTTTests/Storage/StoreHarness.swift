import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// A store in a folder of a test's own, with what tests ask of it.
final class StoreHarness: Sendable {
    /// What a store gives back when it is opened again.
    struct Contents {
        var sessions: [UInt64: RecoveredSession] = [:]
        /// By topic.
        var retained: [UTF8String: StoredRetainedMessage] = [:]
        var summary = StoreRecovery()
    }

    /// A moment at which both clocks show something odd enough to tell a wrong translation.
    static let moment = StoreMoment(process: .uptimeNanoseconds(5_000_000_000_000), wall: 1_700_000_000_123)

    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("store.db")
    }

    /// Opens the store.
    func open(
        at moment: StoreMoment = StoreHarness.moment,
        maximumPageCount: Int? = nil
    ) throws(StoreError) -> SQLiteStore {
        try SQLiteStore.open(
            path: path,
            synchronization: .off,
            clock: StoreClock { moment },
            maximumPageCount: maximumPageCount
        )
    }

    /// Opens the store, does something with it, and closes it.
    @discardableResult
    func use<Result>(
        at moment: StoreMoment = StoreHarness.moment,
        _ body: (SQLiteStore) async throws -> Result
    ) async throws -> Result {
        let store = try open(at: moment)
        let result = try await body(store)
        await store.finish()
        return result
    }

    /// What the store holds.
    func contents(at moment: StoreMoment = StoreHarness.moment) async throws -> Contents {
        try await use(at: moment) { try $0.contents() }
    }

    /// Asks the database itself, by a connection of its own.
    func number(_ sql: String) throws -> Int64? {
        try Database(reading: path).integer(sql, to: "ask")
    }

    /// Runs statements on the database, by a connection of its own; nobody else may have it open.
    func execute(_ sql: String) throws {
        try Database(StoreFile(path)).execute(sql, to: "prepare a test")
    }
}

extension SQLiteStore {
    /// What a completion has not told in time.
    struct Timeout: Error {}

    /// Writes a batch and waits for what becomes of it.
    func write(_ batch: StoreBatch) async throws -> StoreOutcome {
        let outcome = Monitor<StoreOutcome?>(nil)
        write(batch) { result in outcome.update { $0 = result } }
        guard await outcome.wait(within: ChildProcess.patience, until: { $0 != nil }), let result = outcome.value else {
            throw Timeout()
        }
        return result
    }

    /// Writes a batch, which must succeed, and returns the answers to its requests.
    @discardableResult
    func writeSuccessfully(_ batch: StoreBatch) async throws -> [StoredDeliveries] {
        switch try await write(batch) {
        case .written(let answers): return answers
        case .failed(let reason): throw StoreError(.other, path, reason)
        }
    }

    /// Waits until the batches before have been tidied up after, one slice of ended sessions among it: that is begun
    /// before this one, and done before what comes after it.
    func settle() async throws {
        try await writeSuccessfully(StoreBatch(number: 0))
    }

    /// Closes the store and waits until the file is free.
    func finish() async {
        let isClosed = Monitor(false)
        close { isClosed.update { $0 = true } }
        #expect(await isClosed.wait(within: ChildProcess.patience) { $0 }, "the store does not close")
    }

    /// All that it hands over.
    func contents() throws -> StoreHarness.Contents {
        var contents = StoreHarness.Contents()
        contents.summary = try recover { value in
            switch value {
            case .session(let session): contents.sessions[session.session.number] = session
            case .retained(let retained): contents.retained[retained.topic] = retained
            }
        }
        return contents
    }

    /// All messages that a session is owed, as a broker asks for them: some at a time.
    func queue(of session: UInt64, number: UInt64, limit: Int = 1_000_000) async throws -> [StoredDelivery] {
        var deliveries: [StoredDelivery] = []
        while true {
            var batch = StoreBatch(number: number)
            batch.request(
                StoredDeliveryRequest(
                    session: session,
                    after: deliveries.last?.position ?? 0,
                    messageLimit: limit,
                    byteLimit: .max
                )
            )
            guard let next = try await writeSuccessfully(batch).first, !next.deliveries.isEmpty else {
                return deliveries
            }
            deliveries += next.deliveries
        }
    }
}

extension StoredRetainedMessage {
    /// Its topic.
    var topic: UTF8String { UTF8String(unchecked: [UInt8](copying: message.topic)) }
}

/// A content as tests compare it: all that a ``StoredMessage`` tells.
struct ContentValue: Equatable {
    var topic: [UInt8]
    var properties: [UInt8]
    var payload: [UInt8]
    var qos: QoS
    var retain: Bool
    var expiry: NIODeadline?

    init(_ message: StoredMessage) {
        topic = [UInt8](copying: message.topic)
        properties = [UInt8](copying: message.forwardedProperties)
        payload = [UInt8](copying: message.payload)
        qos = message.qos
        retain = message.retain
        expiry = message.expiry
    }
}

/// A delivery as tests compare it.
struct DeliveryValue: Equatable {
    var position: UInt64
    var stage: StoredDelivery.Stage
    var content: ContentValue?
    var qos: QoS
    var retain: Bool
    var subscriptionIdentifiers: [UInt32]

    init(_ delivery: StoredDelivery) {
        self.init(
            position: delivery.position,
            stage: delivery.stage,
            content: delivery.message.map(ContentValue.init),
            qos: delivery.qos,
            retain: delivery.retain,
            subscriptionIdentifiers: delivery.subscriptionIdentifiers
        )
    }

    init(
        position: UInt64,
        stage: StoredDelivery.Stage,
        content: ContentValue?,
        qos: QoS,
        retain: Bool = false,
        subscriptionIdentifiers: [UInt32] = []
    ) {
        self.position = position
        self.stage = stage
        self.content = content
        self.qos = qos
        self.retain = retain
        self.subscriptionIdentifiers = subscriptionIdentifiers
    }
}

/// A retained message as tests compare it.
struct RetainedValue: Equatable {
    var content: ContentValue
    var expiry: NIODeadline?
    var sourceClientIdentifier: UTF8String?
    var sourceUserName: UTF8String?
    var sourceListener: Int

    init(_ retained: StoredRetainedMessage) {
        content = ContentValue(retained.message)
        expiry = retained.expiry
        sourceClientIdentifier = retained.sourceClientIdentifier
        sourceUserName = retained.sourceUserName
        sourceListener = retained.sourceListener
    }
}

extension StoredMessage {
    /// A message for tests.
    static func test(
        _ topic: String = "t",
        payload: [UInt8] = [1, 0, 2],
        properties: [UInt8] = [],
        qos: QoS = .atLeastOnce,
        retain: Bool = false,
        expiry: NIODeadline? = nil
    ) -> StoredMessage {
        StoredMessage(
            topic: Array(topic.utf8).span,
            properties: properties.span,
            payload: payload.span,
            qos: qos,
            retain: retain,
            expiry: expiry
        )
    }
}

extension StoreBatch {
    /// A batch that changes something, and nothing else.
    init(_ number: UInt64, _ body: (inout StoreBatch) -> Void) {
        self.init(number: number)
        body(&self)
    }

    /// A session of a Client of this name, with nothing special.
    mutating func keep(_ number: UInt64, _ clientIdentifier: String) {
        keep(StoredSession(number: number, clientIdentifier: .text(clientIdentifier)))
    }

    /// Delivers a message to a session.
    @discardableResult
    mutating func deliver(
        _ message: StoredMessage,
        to session: UInt64,
        at position: UInt64,
        qos: QoS = .atLeastOnce
    ) -> Place {
        let place = add(message)
        return deliver(
            place,
            to: session,
            at: position,
            qos: qos,
            retain: false,
            isSent: false,
            subscriptionIdentifiers: []
        )
    }
}

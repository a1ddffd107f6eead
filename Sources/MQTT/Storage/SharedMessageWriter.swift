/// Writes the contents that several deliveries share, and keeps count of those deliveries. What is counted down is
/// collected, and written once for each content, when a batch is complete.
final class SharedMessageWriter {
    private let insertMessage: Statement
    private let insertReference: Statement
    private let countDown: Statement
    private let removeMessage: Statement
    private let removeReference: Statement

    /// The number that the next message gets. What a failed batch has used stays unused.
    private var nextNumber: Int64
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
        countDown = try database.prepare(
            """
            UPDATE message_reference SET reference_count = reference_count - ?2 WHERE message = ?1
            RETURNING reference_count
            """,
            to: "count the references to a message"
        )
        removeMessage = try database.prepare("DELETE FROM message WHERE number = ?1", to: "remove a message")
        removeReference = try database.prepare(
            "DELETE FROM message_reference WHERE message = ?1",
            to: "remove a message"
        )
        let highest = try database.integer("SELECT max(number) FROM message", to: "find the last message")
        nextNumber = (highest ?? 0) + 1
    }

    /// Begins a transaction: what one that failed has counted is forgotten.
    func begin() {
        lost.removeAll(keepingCapacity: true)
    }

    /// Writes a content, and returns its number.
    func insert(
        _ message: StoredMessage,
        referenceCount: Int64,
        _ moment: StoreMoment
    ) throws(StoreError) -> Int64 {
        let number = nextNumber
        nextNumber += 1
        insertMessage.bind(number, at: 1)
        try insertMessage.withBound(message, at: 2, moment, insertMessage.run)
        insertReference.bind(number, at: 1)
        insertReference.bind(referenceCount, at: 2)
        try insertReference.run()
        return number
    }

    /// A delivery does not refer to a content any more.
    func noteLostReference(to number: Int64) {
        lost[number, default: 0] += 1
    }

    /// Runs a statement that deletes deliveries and returns the numbers of their contents.
    ///
    /// - Returns: How many it has deleted.
    func removeDeliveries(_ statement: Statement) throws(StoreError) -> Int {
        var count = 0
        while try statement.step() {
            count += 1
            if let number = statement.optionalInteger(at: 0) { noteLostReference(to: number) }
        }
        statement.reset()
        return count
    }

    /// Counts down what has been lost, and removes the contents that nobody refers to any more.
    func finish() throws(StoreError) {
        for (number, count) in lost.sorted(by: { $0.key < $1.key }) {
            countDown.bind(number, at: 1)
            countDown.bind(count, at: 2)
            let isLast = try countDown.step() && countDown.integer(at: 0) <= 0
            countDown.reset()
            guard isLast else { continue }
            removeMessage.bind(number, at: 1)
            try removeMessage.run()
            removeReference.bind(number, at: 1)
            try removeReference.run()
        }
    }
}

/// Removes the deliveries that ended sessions have left, some at a time.
struct EndedSessionCleaner {
    /// How many deliveries are removed in one go: a batch that comes meanwhile waits for no more.
    static let sliceSize = 10_000

    private let messages: SharedMessageWriter
    private let find: Statement
    private let clear: Statement
    private let forget: Statement

    init(_ database: Database, _ messages: SharedMessageWriter) throws(StoreError) {
        self.messages = messages
        find = try database.prepare(
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
        forget = try database.prepare("DELETE FROM ended_session WHERE number = ?1", to: "forget an ended session")
    }

    /// Removes a slice, in a transaction that the caller has begun.
    ///
    /// - Returns: Whether more may be left.
    func clean() throws(StoreError) -> Bool {
        let isSessionLeft = try find.step()
        let session = isSessionLeft ? find.integer(at: 0) : 0
        find.reset()
        guard isSessionLeft else { return false }
        messages.begin()
        clear.bind(session, at: 1)
        clear.bind(Int64(Self.sliceSize), at: 2)
        if try messages.removeDeliveries(clear) < Self.sliceSize {
            forget.bind(session, at: 1)
            try forget.run()
        }
        try messages.finish()
        return true
    }
}

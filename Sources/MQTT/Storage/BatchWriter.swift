/// Writes batches to the database, each as one transaction.
struct BatchWriter {
    private let database: Database
    private let sessions: SessionWriter
    private let deliveries: DeliveryWriter
    private let retained: RetainedWriter
    private let cleaner: EndedSessionCleaner

    init(_ database: Database) throws(StoreError) {
        self.database = database
        sessions = try SessionWriter(database)
        let messages = try SharedMessageWriter(database)
        deliveries = try DeliveryWriter(database, messages)
        cleaner = try EndedSessionCleaner(database, messages)
        retained = try RetainedWriter(database)
    }

    /// Writes all that the batch changes, in the order that ``StoreBatch`` describes, or nothing where it throws.
    func write(_ batch: StoreBatch, _ moment: StoreMoment) throws(StoreError) {
        let endedSessions = batch.endedSessions
        try database.transaction { () throws(StoreError) in
            try sessions.write(batch, endedSessions, moment)
            try deliveries.write(batch, endedSessions, moment)
            try retained.write(batch, moment)
        }
    }

    /// Removes some of what ended sessions have left.
    ///
    /// - Returns: Whether more may be left.
    func clearEndedSessions() throws(StoreError) -> Bool {
        var isMoreLeft = false
        try database.transaction { () throws(StoreError) in
            isMoreLeft = try cleaner.clean()
        }
        return isMoreLeft
    }
}

extension StoreBatch {
    /// The sessions that it ends.
    var endedSessions: Set<UInt64> {
        Set(sessions.lazy.filter { $0.value == .ended }.map(\.key))
    }
}

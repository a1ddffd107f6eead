/// Writes what a batch says of retained messages.
struct RetainedWriter {
    private let store: Statement
    private let remove: Statement

    init(_ database: Database) throws(StoreError) {
        store = try database.prepare(
            """
            INSERT OR REPLACE INTO retained (kept_until, source_client_identifier, source_user_name, source_listener,
                message_qos, message_retain, expires_at, topic, properties, payload)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            to: "write a retained message"
        )
        remove = try database.prepare("DELETE FROM retained WHERE topic = ?1", to: "remove a retained message")
    }

    func write(_ batch: StoreBatch, _ moment: StoreMoment) throws(StoreError) {
        for (topic, retained) in batch.retained {
            guard let retained else {
                try remove.withBound(topic.bytes.span, as: .text, at: 1, remove.run)
                continue
            }
            store.bind(optional: retained.expiry.map(moment.wall), at: 1)
            store.bind(retained.sourceClientIdentifier?.bytes, as: .text, at: 2)
            store.bind(retained.sourceUserName?.bytes, as: .text, at: 3)
            store.bind(Int64(retained.sourceListener), at: 4)
            try store.withBound(retained.message, at: 5, moment, store.run)
        }
    }
}

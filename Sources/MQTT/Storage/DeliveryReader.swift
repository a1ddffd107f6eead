/// Reads what sessions are owed, for those whose memory holds only the beginning of it.
struct DeliveryReader {
    private let deliveries: Statement
    private let message: Statement
    private let path: String

    init(_ database: Database) throws(StoreError) {
        path = database.path
        deliveries = try database.prepare(
            """
            SELECT position, stage, qos, retain, subscription_identifiers, size, message,
                message_qos, message_retain, expires_at, topic, properties, payload
            FROM delivery WHERE session = ?1 AND position > ?2 ORDER BY position LIMIT ?3
            """,
            to: "read a queue"
        )
        message = try database.prepare(
            """
            SELECT message_qos, message_retain, expires_at, topic, properties, payload FROM message WHERE number = ?1
            """,
            to: "read a message"
        )
    }

    /// Answers requests, in their order. Deliveries that share a content share it in memory too.
    func answers(
        to requests: [StoredDeliveryRequest],
        _ moment: StoreMoment
    ) throws(StoreError) -> [StoredDeliveries] {
        var contents: [Int64: StoredMessage] = [:]
        var answers: [StoredDeliveries] = []
        answers.reserveCapacity(requests.count)
        for request in requests {
            answers.append(try answer(to: request, moment, &contents))
        }
        return answers
    }

    private func answer(
        to request: StoredDeliveryRequest,
        _ moment: StoreMoment,
        _ contents: inout [Int64: StoredMessage]
    ) throws(StoreError) -> StoredDeliveries {
        deliveries.bind(request.session, at: 1)
        deliveries.bind(request.after, at: 2)
        deliveries.bind(Int64(max(request.messageLimit, 0)), at: 3)
        // The error of a row leaves the statement in the middle of the table.
        defer { deliveries.reset() }
        var found: [StoredDelivery] = []
        var byteCount = 0
        do throws(StoreError) {
            while try deliveries.step() {
                let size: Int = try deliveries.number(at: 5, "size")
                guard found.isEmpty || byteCount + size <= request.byteLimit else { break }
                byteCount += size
                found.append(try delivery(moment, &contents))
            }
        } catch  where error.kind == .corrupt {
            // It is the trouble of one Client, and the store goes on for all others.
            return StoredDeliveries(session: request.session, deliveries: found, problem: "\(error)")
        }
        return StoredDeliveries(session: request.session, deliveries: found)
    }

    /// The delivery in the row that the statement is at.
    private func delivery(
        _ moment: StoreMoment,
        _ contents: inout [Int64: StoredMessage]
    ) throws(StoreError) -> StoredDelivery {
        guard let stage = StoredDelivery.Stage(rawValue: try deliveries.number(at: 1, "stage")) else {
            throw deliveries.damaged("stage", "\(deliveries.integer(at: 1))")
        }
        var content: StoredMessage?
        if let number = deliveries.optionalInteger(at: 6) {
            if contents[number] == nil { contents[number] = try shared(number, moment) }
            content = contents[number]
        } else if stage != .released {
            content = try deliveries.message(at: 7, moment)
        }
        return StoredDelivery(
            position: try deliveries.number(at: 0, "position"),
            stage: stage,
            message: content,
            qos: try deliveries.qos(at: 2),
            retain: deliveries.flag(at: 3),
            subscriptionIdentifiers: deliveries.subscriptionIdentifiers(at: 4)
        )
    }

    private func shared(_ number: Int64, _ moment: StoreMoment) throws(StoreError) -> StoredMessage {
        message.bind(number, at: 1)
        defer { message.reset() }
        guard try message.step() else {
            throw .damaged(path, "cannot read a message: a delivery refers to message \(number), which is not there")
        }
        return try message.message(at: 0, moment)
    }
}

import NIOCore

@testable import MQTT

/// A store as simple as can be: what a `StoreBatch` means, in dictionaries.
struct ModelStore {
    /// What is stored of a session.
    struct Session {
        var record: StoredSession
        var subscriptions: [TopicFilter: StoredSubscription] = [:]
        var unreleased: Set<UInt16> = []
        var deliveries: [UInt64: StoredDelivery] = [:]
    }

    private(set) var sessions: [UInt64: Session] = [:]
    private(set) var retained: [UTF8String: StoredRetainedMessage] = [:]
    /// The sessions whose messages cannot be read.
    var damagedSessions: Set<UInt64> = []
    /// The batch that was written last.
    private(set) var lastBatch: UInt64 = 0

    /// Does what a batch says, and answers its requests.
    mutating func write(_ batch: StoreBatch) -> [StoredDeliveries] {
        lastBatch = batch.number
        for (number, change) in batch.sessions {
            switch change {
            case .kept(let record): sessions[number, default: Session(record: record)].record = record
            case .ended: sessions[number] = nil
            }
        }
        for change in batch.subscriptions {
            sessions[change.session]?.subscriptions[change.filter] = change.subscription
        }
        for change in batch.unreleased {
            if change.isUnreleased {
                sessions[change.session]?.unreleased.insert(change.packetIdentifier)
            } else {
                sessions[change.session]?.unreleased.remove(change.packetIdentifier)
            }
        }
        for delivery in batch.deliveries where !delivery.isOver {
            sessions[delivery.session]?.deliveries[delivery.position] = StoredDelivery(
                position: delivery.position,
                stage: delivery.stage,
                message: delivery.stage == .released ? nil : batch.messages[Int(delivery.message)].content,
                qos: delivery.qos,
                retain: delivery.retain,
                subscriptionIdentifiers: delivery.subscriptionIdentifiers
            )
        }
        for key in batch.released {
            sessions[key.session]?.deliveries[key.position]?.stage = .released
            sessions[key.session]?.deliveries[key.position]?.message = nil
        }
        for key in batch.ended {
            sessions[key.session]?.deliveries[key.position] = nil
        }
        for (topic, message) in batch.retained {
            retained[topic] = message
        }
        return batch.requests.map(answer)
    }

    private func answer(_ request: StoredDeliveryRequest) -> StoredDeliveries {
        guard !damagedSessions.contains(request.session) else {
            return StoredDeliveries(session: request.session, deliveries: [], problem: "a page is damaged")
        }
        let deliveries = sessions[request.session]?.deliveries ?? [:]
        var answer: [StoredDelivery] = []
        var byteCount = 0
        for position in deliveries.keys.sorted() where position > request.after {
            guard let delivery = deliveries[position], answer.count < request.messageLimit else { break }
            byteCount += delivery.message?.size ?? 0
            guard answer.isEmpty || byteCount <= request.byteLimit else { break }
            answer.append(delivery)
        }
        return StoredDeliveries(session: request.session, deliveries: answer)
    }

    /// What topics keep, in their order.
    var recoveredRetained: [StoredRetainedMessage] {
        retained.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }.map(\.value)
    }

    /// What a broker that starts finds.
    var recovered: [RecoveredSession] {
        sessions.keys.sorted().compactMap { number in
            guard let session = sessions[number] else { return nil }
            let deliveries = session.deliveries.values
            return RecoveredSession(
                session: session.record,
                subscriptions: session.subscriptions.values.sorted {
                    "\($0.filter)" < "\($1.filter)"
                },
                unreleasedIdentifiers: session.unreleased.sorted(),
                queue: StoredQueueSummary(
                    messageCount: deliveries.count,
                    byteCount: deliveries.reduce(0) { $0 + ($1.message?.size ?? 0) },
                    qos0Count: deliveries.count { $0.qos == .atMostOnce },
                    lastPosition: session.deliveries.keys.max() ?? 0
                )
            )
        }
    }
}

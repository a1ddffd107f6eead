import NIOCore

/// What an operator sees of a Client.
struct ClientDescription: Sendable, Equatable {
    var clientIdentifier: UTF8String
    var userName: UTF8String?
    /// The connection, where the Client has one.
    var connection: ConnectionIndex?
    var version: ProtocolVersion?
    var subscriptionCount = 0
    /// The messages that wait for it, and those that it has not acknowledged.
    var queuedMessageCount = 0
    var inFlightMessageCount = 0
    /// For how many seconds its session outlives its connection.
    var sessionExpiryInterval: UInt32 = 0
}

/// What an operator sees of a subscription.
struct SubscriptionDescription: Sendable, Equatable {
    var clientIdentifier: UTF8String
    var topicFilter: UTF8String
    var maximumQoS: QoS
}

/// What an operator sees of a retained message.
struct RetainedDescription: Sendable, Equatable {
    var topic: UTF8String
    var payloadByteCount: Int
    var qos: QoS
}

/// Questions of an operator. Each answer has a bound, and is sorted as people look for things.
extension Broker {
    /// The Clients that have a session, up to `limit` of them.
    func clients(limit: Int) -> [ClientDescription] {
        var clients: [ClientDescription] = []
        for index in sessions.indices.prefix(limit) {
            let session = sessions[index]
            clients.append(
                ClientDescription(
                    clientIdentifier: session.clientIdentifier,
                    userName: session.userName,
                    connection: session.connection,
                    version: session.connection.map { connections[$0.value].version },
                    subscriptionCount: subscriptions.count(of: index),
                    queuedMessageCount: session.queue.count + session.storage.beyond.messageCount,
                    inFlightMessageCount: session.outgoing.inFlightCount,
                    sessionExpiryInterval: session.expiryInterval
                )
            )
        }
        return clients.sorted { $0.clientIdentifier.bytes.lexicographicallyPrecedes($1.clientIdentifier.bytes) }
    }

    /// The subscriptions of one Client, or of all, up to `limit` of them.
    func subscriptions(of clientIdentifier: UTF8String?, limit: Int) -> [SubscriptionDescription] {
        var descriptions: [SubscriptionDescription] = []
        let chosen = clientIdentifier.map { [sessionsByClient[$0]].compactMap { $0 } } ?? sessions.indices
        for index in chosen {
            for (filter, subscriber) in subscriptions.filters(of: index) {
                guard descriptions.count < limit else { break }
                descriptions.append(
                    SubscriptionDescription(
                        clientIdentifier: sessions[index].clientIdentifier,
                        topicFilter: filter,
                        maximumQoS: subscriber.options.maximumQoS
                    )
                )
            }
        }
        return descriptions.sorted {
            let left = $0.topicFilter.bytes
            let right = $1.topicFilter.bytes
            guard left == right else { return left.lexicographicallyPrecedes(right) }
            return $0.clientIdentifier.bytes.lexicographicallyPrecedes($1.clientIdentifier.bytes)
        }
    }

    /// The retained messages whose topics match `filter`, up to `limit` of them.
    mutating func retainedMessages(
        matching filter: UTF8String,
        limit: Int,
        now: NIODeadline,
        into effects: inout Effects
    ) -> [RetainedDescription] {
        var expired: [StoredMessage] = []
        let entries = retained.messages(matching: filter.bytes.span, now: now) { expired.append($0) }
        storeRemoval(of: expired, into: &effects)
        return entries.prefix(limit).map { entry in
            RetainedDescription(
                topic: UTF8String(unchecked: [UInt8](copying: entry.message.topic)),
                payloadByteCount: entry.message.payload.count,
                qos: entry.message.qos
            )
        }
        .sorted { $0.topic.bytes.lexicographicallyPrecedes($1.topic.bytes) }
    }
}

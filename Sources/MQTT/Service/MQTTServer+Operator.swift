import NIOCore

// What an operator sees and does while the server runs. Every answer has a bound; names that Clients gave themselves
// come with control characters written as numbers.
extension MQTTServer {
    /// How many things an answer lists at most, unless it is asked for fewer.
    public static let longestList = 10_000

    /// A Client that has a session.
    public struct ClientSummary: Sendable, Hashable {
        /// Its Client Identifier.
        public let clientIdentifier: String
        /// Its User Name, where it gave one or its certificate has one.
        public let userName: String?
        /// Where it is connected from; `nil` while it is away.
        public let address: String?
        /// The version that it speaks; `nil` while it is away.
        public let version: ProtocolVersion?
        /// How many subscriptions it has.
        public let subscriptionCount: Int
        /// How many messages wait for it.
        public let queuedMessageCount: Int
        /// How many messages it has been sent and has not acknowledged.
        public let inFlightMessageCount: Int
    }

    /// A subscription of a Client.
    public struct SubscriptionSummary: Sendable, Hashable {
        /// The Client Identifier.
        public let clientIdentifier: String
        /// The Topic Filter.
        public let topicFilter: String
        /// The highest QoS with which messages are delivered.
        public let maximumQoS: QoS
    }

    /// A retained message.
    public struct RetainedSummary: Sendable, Hashable {
        /// The Topic Name.
        public let topic: String
        /// The size of the payload in bytes.
        public let payloadByteCount: Int
        /// The QoS with which it was published.
        public let qos: QoS
    }

    /// A topic below `$SYS` and its value.
    public struct SystemTopic: Sendable, Hashable {
        /// The Topic Name.
        public let topic: String
        /// The value that was published last.
        public let value: String
    }

    /// The Clients that have a session, by their identifiers.
    public func clients(limit: Int = longestList) async -> [ClientSummary] {
        let lists = await onEachLoop { loop in
            let clients = loop.operate { broker, _ in broker.clients(limit: limit) }
            return clients.map { client in
                ClientSummary(
                    clientIdentifier: client.clientIdentifier.printable,
                    userName: client.userName?.printable,
                    address: client.connection.map(loop.peerAddress),
                    version: client.version,
                    subscriptionCount: client.subscriptionCount,
                    queuedMessageCount: client.queuedMessageCount,
                    inFlightMessageCount: client.inFlightMessageCount
                )
            }
        }
        return Self.merge(lists, limit: limit) { [$0.clientIdentifier] }
    }

    /// The subscriptions of one Client, or of all, by their filters.
    public func subscriptions(
        of clientIdentifier: String? = nil,
        limit: Int = longestList
    ) async -> [SubscriptionSummary] {
        let lists = await onEachLoop { loop in
            let identifier = clientIdentifier.map { UTF8String(unchecked: Array($0.utf8)) }
            return loop.operate { broker, _ in broker.subscriptions(of: identifier, limit: limit) }.map {
                SubscriptionSummary(
                    clientIdentifier: $0.clientIdentifier.printable,
                    topicFilter: $0.topicFilter.printable,
                    maximumQoS: $0.maximumQoS
                )
            }
        }
        return Self.merge(lists, limit: limit) { [$0.topicFilter, $0.clientIdentifier] }
    }

    /// The retained messages whose topics match a Topic Filter, by their topics; none where it is no Topic Filter.
    public func retainedMessages(matching filter: String = "#", limit: Int = longestList) async -> [RetainedSummary] {
        guard let filter = UTF8String(filter), filter.bytes.span.isValidTopicFilter else { return [] }
        return await onLoop { loop in
            loop.operate { broker, effects in
                broker.retainedMessages(matching: filter, limit: limit, now: .now(), into: &effects)
            }.map {
                RetainedSummary(topic: $0.topic.printable, payloadByteCount: $0.payloadByteCount, qos: $0.qos)
            }
        } ?? []
    }

    /// The topics below `$SYS`, as they were published last.
    public func systemTopics() async -> [SystemTopic] {
        await onLoop { loop in loop.systemTopics.map { SystemTopic(topic: $0.topic, value: $0.value) } } ?? []
    }

    /// Ends the connection of a Client, with the reason "administrative action".
    ///
    /// - Returns: Whether the Client was connected.
    public func kick(_ clientIdentifier: String) async -> Bool {
        guard let identifier = UTF8String(clientIdentifier) else { return false }
        return await onEachLoop { loop in
            loop.operate { broker, effects in broker.kick(identifier, now: .now(), into: &effects) }
        }.contains(true)
    }

    /// Whether every packet is logged, at the level `debug`.
    public func tracePackets(_ isTracing: Bool) async {
        await onEachLoop { loop in loop.operate { broker, _ in broker.configuration.tracesPackets = isTracing } }
    }

    /// Publishes something that the server itself has to say, without waiting for it. Topics below `$SYS` are meant:
    /// nobody else may publish there.
    ///
    /// - Parameters:
    ///   - topic: A Topic Name; the message is dropped where it is none.
    ///   - text: The payload.
    public func publish(_ topic: String, _ text: String) {
        guard let name = UTF8String(topic), name.bytes.span.isValidTopicName else { return }
        performOnLoop { $0.publish(topic, text) }
    }

    /// Returns when each event loop has had a turn: the server is not stuck. Returns at once when the server was stopped.
    public func waitForTurn() async {
        await onEachLoop { _ in }
    }

    /// Puts the sorted answers of all loops together. What is told twice, as it moves from one loop to another meanwhile,
    /// stands there once.
    ///
    /// - Parameter key: What answers are sorted by, and what tells one from the others.
    private static func merge<Answer>(
        _ lists: [[Answer]],
        limit: Int,
        by key: (Answer) -> [String]
    ) -> [Answer] {
        guard lists.count > 1 else { return lists.first ?? [] }
        let sorted = lists.joined().map { (key: key($0), answer: $0) }.sorted { left, right in
            left.key.lexicographicallyPrecedes(right.key) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        var merged: [(key: [String], answer: Answer)] = []
        for answer in sorted where merged.count < limit && merged.last?.key != answer.key {
            merged.append(answer)
        }
        return merged.map(\.answer)
    }
}

extension BrokerLoop {
    /// Publishes something that the server itself has to say; `topic` is a Topic Name.
    func publish(_ topic: String, _ text: String) {
        operate { broker, effects in
            broker.publishOwn(topic, Array(text.utf8), retain: false, now: .now(), into: &effects)
        }
    }
}

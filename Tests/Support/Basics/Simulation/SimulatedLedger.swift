import NIOCore

@testable import MQTT

/// What the broker of a simulated world would have to do: a second, simple account of the protocol that sees every
/// packet that reaches the broker, and against which every packet that reaches a client is held.
///
/// It knows no trees, queues or flows: filters are compared one by one, and what a session is owed is a list.
struct SimulatedLedger {
    /// A subscription as a SUBSCRIBE made it.
    struct Subscription {
        let filter: TopicFilter
        let options: SubscriptionOptions
        let identifier: UInt32
    }

    /// What a session is to get for one message, once.
    struct Debt {
        let qos: QoS
        /// Ascending.
        let subscriptionIdentifiers: [UInt32]
        let isReplay: Bool
        /// Whether the message came to the broker for the first time; a repetition says nothing about order.
        let isFirstRouting: Bool
        /// Whether it is allowed not to arrive.
        let mayBeLost: Bool
        var deliveredCount = 0
    }

    /// Where order holds: between messages that have all of this in common.
    struct Sequence: Hashable {
        let publisher: Int
        let topic: UTF8String
        let publishedQoS: QoS
        let deliveredQoS: QoS
    }

    /// A session from its beginning to its end. Ended ones are kept: what was sent before may still arrive.
    struct Session {
        let client: Int
        /// The link whose connection uses the session.
        var link: Int?
        var version = ProtocolVersion.v5_0
        var expiryInterval: UInt32 = 0
        var expiry: NIODeadline?
        /// The message to publish if the connection is lost, and how long after.
        var will: (message: Int, delay: UInt32)?
        var delayedWill: (message: Int, deadline: NIODeadline)?
        var subscriptions: [UTF8String: Subscription] = [:]
        /// Packet Identifiers of QoS 2 between PUBLISH and PUBREL.
        var unreleased: Set<UInt16> = []
        var keepAlive: UInt16 = 0
        var lastReceived: NIODeadline
        var debts: [Int: [Debt]] = [:]
        var lastDelivered: [Sequence: Int] = [:]
    }

    /// What groups of shared subscriptions are to get for one message: one session of each group gets it.
    struct SharedDebt {
        /// How many groups it matched when it came to the broker for the first time.
        var groupCount = 0
        /// Which sessions may get it, and how.
        var candidates: [Int: [Debt]] = [:]
        var mayBeLost = false
        /// The sessions that got it.
        var receivers: Set<Int> = []
    }

    let queuesQoS0Messages: Bool
    let maximumSessionExpiryInterval: UInt32
    /// How many brokers are one. Of several, each gives messages to its own members of a group, and their order among
    /// brokers is not promised [MQTT-4.6.0-6]; a will that follows a takeover may cross a new subscription on its way.
    let brokerCount: Int

    var messages: [SimulatedMessage] = []
    var sessions: [Session] = []
    /// The session that each client has at the broker now.
    var currentSession: [Int: Int] = [:]
    var sessionOfLink: [Int: Int] = [:]
    /// What the CONNACK on a link is to say.
    var sessionPresent: [Int: Bool] = [:]
    var sharedDebts: [Int: SharedDebt] = [:]
    /// The last retained message of each topic.
    var retained: [UTF8String: Int] = [:]
    /// The topics whose retained message somebody removed at some time.
    var clearedTopics: Set<UTF8String> = []
    /// How many deliveries have been checked; a world in which nothing arrives proves nothing.
    var checkedCount = 0

    init(_ configuration: BrokerConfiguration, brokerCount: Int = 1) {
        self.brokerCount = brokerCount
        queuesQoS0Messages = configuration.queuesQoS0Messages
        maximumSessionExpiryInterval = configuration.maximumSessionExpiryInterval ?? .max
    }

    /// Notes a message that is about to be published, and returns its number.
    mutating func newMessage(
        publisher: Int,
        topic: UTF8String,
        qos: QoS,
        retain: Bool,
        expiryInterval: UInt32?,
        paddingLength: Int
    ) -> Int {
        let message = SimulatedMessage(
            number: messages.count,
            publisher: publisher,
            topic: topic,
            qos: qos,
            retain: retain,
            expiryInterval: expiryInterval,
            paddingLength: paddingLength
        )
        messages.append(message)
        return message.number
    }

    /// A publisher was told that the broker has its message.
    mutating func acknowledged(_ number: Int) throws(SimulatedViolation) {
        messages[number].isAcknowledged = true
        guard messages[number].routedCount > 0 else {
            throw SimulatedViolation(.acknowledged, "message \(number) never reached the broker")
        }
    }

    /// How many subscriptions all sessions have.
    var subscriptionCount: Int {
        var count = 0
        for session in currentSession.values {
            count += sessions[session].subscriptions.count
        }
        return count
    }

    // MARK: What reaches the broker

    /// The broker receives a packet; called just before it does.
    mutating func brokerReceived(
        _ packet: ControlPacket,
        client: Int,
        link: Int,
        now: NIODeadline
    ) throws(SimulatedViolation) {
        if case .connect(let connect) = packet {
            return try connectReceived(connect, client: client, link: link, now: now)
        }
        guard let session = currentSession[client], sessions[session].link == link else { return }
        sessions[session].lastReceived = now
        switch packet {
        case .publish(let publish):
            try publishReceived(publish, session: session)
        case .pubrel(let pubrel):
            sessions[session].unreleased.remove(pubrel.packetIdentifier)
        case .subscribe(let subscribe):
            subscribeReceived(subscribe, session: session)
        case .unsubscribe(let unsubscribe):
            for filter in unsubscribe.topicFilters {
                sessions[session].subscriptions[filter] = nil
            }
        case .disconnect(let disconnect):
            if let interval = disconnect.properties[integer: .sessionExpiryInterval] {
                sessions[session].expiryInterval = min(interval, maximumSessionExpiryInterval)
            }
            try connectionEnded(link, publishesWill: disconnect.reasonCode != .success, now: now)
        case .puback, .pubrec, .pubcomp, .pingreq:
            break
        case .connect, .connack, .suback, .unsuback, .pingresp, .auth:
            throw SimulatedViolation(.understanding, "a client sent \(packet.type)")
        }
    }

    private mutating func connectReceived(
        _ connect: Connect,
        client: Int,
        link: Int,
        now: NIODeadline
    ) throws(SimulatedViolation) {
        if let former = currentSession[client], let formerLink = sessions[former].link {
            try connectionEnded(formerLink, publishesWill: true, now: now)
        }
        if connect.cleanStart, currentSession[client] != nil {
            try endSession(of: client)
        }
        sessionPresent[link] = currentSession[client] != nil
        let session: Int
        if let former = currentSession[client] {
            session = former
            sessions[session].expiry = nil
            sessions[session].delayedWill = nil
        } else {
            session = sessions.count
            sessions.append(Session(client: client, lastReceived: now))
            currentSession[client] = session
        }
        sessionOfLink[link] = session
        sessions[session].link = link
        sessions[session].version = connect.version
        sessions[session].keepAlive = connect.keepAlive
        sessions[session].lastReceived = now
        sessions[session].expiryInterval =
            connect.version.hasProperties
            ? min(connect.properties[integer: .sessionExpiryInterval] ?? 0, maximumSessionExpiryInterval)
            : connect.cleanStart ? 0 : maximumSessionExpiryInterval
        sessions[session].will = nil
        if let will = connect.will, let number = SimulatedMessage.number(in: will.payload.span) {
            sessions[session].will = (number, will.properties[integer: .willDelayInterval] ?? 0)
        }
    }

    private mutating func publishReceived(_ publish: Publish, session: Int) throws(SimulatedViolation) {
        if publish.payload.isEmpty {
            // Only clears a retained message; nobody is told of whom it is.
            let topic = UTF8String(unchecked: [UInt8](copying: publish.topic))
            retained[topic] = nil
            clearedTopics.insert(topic)
            if publish.qos == .exactlyOnce { sessions[session].unreleased.insert(publish.packetIdentifier) }
            return
        }
        guard let number = SimulatedMessage.number(in: publish.payload), number < messages.count else {
            throw SimulatedViolation(.content, "the broker received a payload that nobody sent")
        }
        let isRepetition =
            publish.qos == .exactlyOnce
            ? !sessions[session].unreleased.insert(publish.packetIdentifier).inserted
            : messages[number].routedCount > 0
        guard !isRepetition || publish.duplicate else {
            // [MQTT-3.3.1-1]
            throw SimulatedViolation(.duplicate, "the broker got message \(number) again without DUP")
        }
        if isRepetition, publish.qos == .exactlyOnce { return }
        try route(number, from: sessions[session].client)
    }

    private mutating func subscribeReceived(_ subscribe: Subscribe, session: Int) {
        let identifier = subscribe.properties[integer: .subscriptionIdentifier] ?? 0
        for requested in subscribe.subscriptions {
            guard let filter = TopicFilter(requested.topicFilter) else { continue }
            let former = sessions[session].subscriptions.updateValue(
                Subscription(filter: filter, options: requested.options, identifier: identifier),
                forKey: requested.topicFilter
            )
            let fetchesRetained =
                switch requested.options.retainHandling {
                case .always: true
                case .onlyIfNew: former == nil
                case .never: false
                }
            guard fetchesRetained, filter.shareName == nil else { continue }
            for (topic, number) in retained where topicMatches(name: topic.bytes.span, filter: filter.filter.bytes.span)
            {
                let qos = min(messages[number].qos, requested.options.maximumQoS)
                let debt = Debt(
                    qos: qos,
                    subscriptionIdentifiers: identifier == 0 ? [] : [identifier],
                    isReplay: true,
                    isFirstRouting: true,
                    mayBeLost: qos == .atMostOnce
                )
                sessions[session].debts[number, default: []].append(debt)
            }
        }
    }
}

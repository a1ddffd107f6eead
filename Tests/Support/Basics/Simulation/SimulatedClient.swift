import NIOCore

@testable import MQTT

/// A client of a simulated world: small, correct, and slow to acknowledge.
///
/// It keeps the session state that section 4.1 asks of a client over connections and restarts. What it wants to send is
/// in `output`, where the world fetches it.
struct SimulatedClient {
    /// What a client is for as long as its world exists.
    struct Traits {
        let number: Int
        let version: ProtocolVersion
        /// Whether it asks for a session that outlives the connection.
        let isLasting: Bool
        /// What a client of version 5.0 asks for, in seconds.
        let sessionExpiryInterval: UInt32
        let receiveMaximum: UInt16
        let keepAlive: UInt16
        let topicAliasMaximum: UInt16
        let hasWill: Bool
        var fault: SimulatedFault?

        var clientIdentifier: UTF8String { UTF8String(unchecked: Array("client-\(number)".utf8)) }
        var willTopic: UTF8String { UTF8String(unchecked: Array("will/\(number)".utf8)) }
    }

    /// How far its connection is.
    enum Phase {
        case offline
        case connecting
        case online
    }

    /// What an exchange with a Packet Identifier is about.
    enum Exchange {
        case message(Int)
        case request
    }

    let traits: Traits
    var phase = Phase.offline
    /// The link that it uses.
    var link: Int?
    var output = ByteBuffer()
    private var decoder: PacketDecoder
    private(set) var lastSent: NIODeadline

    // The session, which outlives the connection.
    private(set) var outgoing = OutgoingFlow<Exchange>(receiveMaximum: 1)
    private var incoming = IncomingFlow(receiveMaximum: 1)
    /// Messages that have not been sent for the first time.
    private(set) var unsent: [Int] = []
    /// What has arrived and is to be acknowledged, in its order.
    private(set) var unacknowledged: [(identifier: UInt16, qos: QoS)] = []
    private(set) var filters: [UTF8String] = []

    /// Which of the sessions that it had this is.
    private var session: Int?
    /// Whether it has forgotten a session that the broker may still have, and is to say so when it comes back.
    private var mustStartClean = false

    // The connection.
    private var sessionLasts = false
    private var incomingAliases = IncomingTopicAliases(maximum: 0)
    private var outgoingAliases = OutgoingTopicAliases(maximum: 0)
    /// What the broker takes at once from clients that are not told.
    private let brokerReceiveMaximum: UInt16

    init(_ traits: Traits, broker: BrokerConfiguration, now: NIODeadline) {
        self.traits = traits
        brokerReceiveMaximum = broker.limits.receiveMaximum
        decoder = PacketDecoder(version: traits.version, maximumPacketSize: .max)
        lastSent = now
    }

    /// Whether it has nothing left to send, and nothing to wait for.
    var isSettled: Bool { outgoing.isEmpty && unsent.isEmpty && unacknowledged.isEmpty }

    // MARK: Sending

    mutating func send(_ packet: ControlPacket, now: NIODeadline) {
        packet.encode(into: &output, version: traits.version)
        lastSent = now
    }

    /// Begins a connection on `link`.
    mutating func connect(on link: Int, cleanStart wished: Bool, will: Connect.Will?, now: NIODeadline) {
        let cleanStart = wished || mustStartClean
        mustStartClean = cleanStart
        self.link = link
        phase = .connecting
        decoder = PacketDecoder(version: traits.version, maximumPacketSize: .max)
        output.clear()
        incomingAliases = IncomingTopicAliases(maximum: traits.topicAliasMaximum)
        // Before version 5.0 a clean session is one that ends with the connection.
        sessionLasts = traits.isLasting && (traits.version.hasProperties || !cleanStart)
        if cleanStart { forgetSession() }
        var connect = Connect(
            version: traits.version,
            cleanStart: cleanStart,
            keepAlive: traits.keepAlive,
            clientIdentifier: traits.clientIdentifier
        )
        if traits.version.hasProperties {
            if traits.isLasting { connect.properties[integer: .sessionExpiryInterval] = traits.sessionExpiryInterval }
            connect.properties[integer: .receiveMaximum] = UInt32(traits.receiveMaximum)
            if traits.topicAliasMaximum > 0 {
                connect.properties[integer: .topicAliasMaximum] = UInt32(traits.topicAliasMaximum)
            }
        }
        connect.will = will
        send(.connect(connect), now: now)
    }

    /// The connection is gone, or the client crashed; it comes back with what it had stored.
    mutating func connectionLost() {
        phase = .offline
        link = nil
        output.clear()
        // What was not acknowledged comes again, and only then it can be: an acknowledgement on another connection than
        // the message's would let the broker send one more while the repetition is on its way.
        for (identifier, qos) in unacknowledged where qos == .atLeastOnce {
            _ = incoming.pubackSent(identifier)
        }
        unacknowledged = []
        if !sessionLasts { forgetSession() }
    }

    private mutating func forgetSession() {
        _ = outgoing.removeAll()
        outgoing = OutgoingFlow(receiveMaximum: 1)
        incoming = IncomingFlow(receiveMaximum: 1)
        unacknowledged = []
        filters = []
    }

    mutating func publish(_ message: Int) {
        unsent.append(message)
    }

    /// Removes the retained message of a topic, by a message without payload.
    mutating func clearRetained(_ topic: UTF8String, now: NIODeadline) {
        let nothing: [UInt8] = []
        let publish = Publish(topic: topic.bytes.span, properties: nothing.span, payload: nothing.span, retain: true)
        send(.publish(publish), now: now)
    }

    mutating func subscribe(_ subscriptions: [Subscribe.Subscription], identifier: UInt32, now: NIODeadline) {
        guard let packetIdentifier = outgoing.beginRequest(.request) else { return }
        var subscribe = Subscribe(packetIdentifier: packetIdentifier, subscriptions: subscriptions)
        if traits.version.hasProperties, identifier != 0 {
            subscribe.properties[integer: .subscriptionIdentifier] = identifier
        }
        for subscription in subscriptions where !filters.contains(subscription.topicFilter) {
            filters.append(subscription.topicFilter)
        }
        send(.subscribe(subscribe), now: now)
    }

    mutating func unsubscribe(_ filter: UTF8String, now: NIODeadline) {
        guard let packetIdentifier = outgoing.beginRequest(.request) else { return }
        filters.removeAll { $0 == filter }
        send(.unsubscribe(Unsubscribe(packetIdentifier: packetIdentifier, topicFilters: [filter])), now: now)
    }

    /// Acknowledges the oldest messages, in the order in which they arrived [MQTT-4.6.0-2], [MQTT-4.6.0-3].
    mutating func acknowledge(_ count: Int, now: NIODeadline) {
        for (identifier, qos) in unacknowledged.prefix(count) {
            switch qos {
            case .atMostOnce: continue
            case .atLeastOnce:
                _ = incoming.pubackSent(identifier)
                send(.puback(Acknowledgement(packetIdentifier: identifier)), now: now)
            case .exactlyOnce:
                _ = incoming.pubrecSent(identifier, isFailure: false)
                send(.pubrec(Acknowledgement(packetIdentifier: identifier)), now: now)
            }
        }
        unacknowledged.removeFirst(min(count, unacknowledged.count))
    }

    /// Sends what waits, as far as the broker takes it.
    mutating func sendWaiting(_ ledger: inout SimulatedLedger, now: NIODeadline) {
        guard phase == .online else { return }
        while let (identifier, stage, exchange) = outgoing.nextToResend() {
            guard case .message(let number) = exchange else { continue }
            if stage == .awaitingPubcomp {
                send(.pubrel(Acknowledgement(packetIdentifier: identifier)), now: now)
            } else {
                let isNew = traits.fault == .repeatsAsNew && ledger.messages[number].qos == .exactlyOnce
                let shift: UInt16 = isNew ? 1_000 : 0
                send(number, identifier + shift, isRepetition: true, &ledger, now: now)
            }
        }
        while let number = traits.fault == .sendsYoungestFirst ? unsent.last : unsent.first {
            let qos = ledger.messages[number].qos
            var identifier: UInt16 = 0
            if qos != .atMostOnce {
                guard outgoing.canBegin else { return }
                identifier = outgoing.begin(.message(number), qos: qos)
                if traits.fault == .believesSending { ledger.messages[number].isAcknowledged = true }
            }
            unsent.removeAll { $0 == number }
            send(number, identifier, isRepetition: false, &ledger, now: now)
        }
    }

    private mutating func send(
        _ number: Int,
        _ identifier: UInt16,
        isRepetition: Bool,
        _ ledger: inout SimulatedLedger,
        now: NIODeadline
    ) {
        var publish = ledger.messages[number].publish
        publish.packetIdentifier = identifier
        publish.duplicate = isRepetition && traits.fault != .hidesRepetition
        if outgoingAliases.isUsed {
            switch outgoingAliases.form(of: publish.topic) {
            case .topic: break
            case .topicAndAlias(let alias): publish.topicAlias = alias
            case .alias(let alias):
                let nothing: [UInt8] = []
                publish = publish.replacingTopic(with: nothing.span)
                publish.topicAlias = alias
            }
        }
        send(.publish(publish), now: now)
    }

    /// Leaves properly.
    mutating func disconnect(_ disconnect: Disconnect, now: NIODeadline) {
        send(.disconnect(disconnect), now: now)
        guard disconnect.properties[integer: .sessionExpiryInterval] == 0 else { return }
        sessionLasts = false
        mustStartClean = true
    }

    // MARK: Receiving

    /// The packets that are complete with bytes that arrived on its link.
    mutating func decode(_ bytes: ByteBuffer) throws(SimulatedViolation) -> [ControlPacket] {
        decoder.append(bytes)
        var packets: [ControlPacket] = []
        do {
            while let packet = try decoder.next() {
                packets.append(packet)
            }
        } catch {
            throw SimulatedViolation(.understanding, "client \(traits.number) cannot read: \(error)")
        }
        decoder.settle()
        return packets
    }

    mutating func received(
        _ packet: ControlPacket,
        _ ledger: inout SimulatedLedger,
        now: NIODeadline
    ) throws(SimulatedViolation) {
        switch packet {
        case .connack(let connack): try connackReceived(connack, ledger, now: now)
        case .publish(let publish): try publishReceived(publish, &ledger, now: now)
        case .puback(let puback): try finish(outgoing.pubackReceived(puback.packetIdentifier), &ledger)
        case .pubrec(let pubrec): try pubrecReceived(pubrec, &ledger, now: now)
        case .pubcomp(let pubcomp): try finish(outgoing.pubcompReceived(pubcomp.packetIdentifier), &ledger)
        case .pubrel(let pubrel):
            _ = incoming.pubrelReceived(pubrel.packetIdentifier)
            send(.pubcomp(Acknowledgement(packetIdentifier: pubrel.packetIdentifier)), now: now)
        case .suback(let acknowledgement), .unsuback(let acknowledgement):
            guard !acknowledgement.reasonCodes.contains(where: { $0.isFailure && $0 != .noSubscriptionExisted }) else {
                throw SimulatedViolation(.understanding, "a filter of client \(traits.number) was refused")
            }
            _ = outgoing.responseReceived(acknowledgement.packetIdentifier)
        case .pingresp, .disconnect:
            break
        case .connect, .subscribe, .unsubscribe, .pingreq, .auth:
            throw SimulatedViolation(.understanding, "the broker sent \(packet.type)")
        }
        sendWaiting(&ledger, now: now)
    }

    private mutating func connackReceived(
        _ connack: Connack,
        _ ledger: SimulatedLedger,
        now: NIODeadline
    ) throws(SimulatedViolation) {
        guard phase == .connecting, connack.reasonCode == .success, let link else {
            throw SimulatedViolation(.understanding, "client \(traits.number) got \(connack)")
        }
        guard connack.sessionPresent == ledger.sessionPresent[link] else {
            throw SimulatedViolation(
                .session,
                "client \(traits.number) was told session present \(connack.sessionPresent)"
            )
        }
        phase = .online
        mustStartClean = false
        // A session may have ended and another begun on a connection whose CONNACK was lost. The protocol gives a client
        // no way to see that; the world does, lest its state be taken for that of the new session.
        let isFormer = connack.sessionPresent && session == ledger.sessionOfLink[link]
        session = ledger.sessionOfLink[link]
        if !isFormer { forgetSession() }
        if traits.fault == .forgetsReceivedMessages { incoming = IncomingFlow(receiveMaximum: 1) }
        outgoingAliases = OutgoingTopicAliases(maximum: UInt16(connack.properties[integer: .topicAliasMaximum] ?? 0))
        let receiveMaximum = connack.properties[integer: .receiveMaximum].map { UInt16($0) } ?? brokerReceiveMaximum
        _ = outgoing.resume(
            receiveMaximum: traits.fault == .ignoresReceiveMaximum ? .max : receiveMaximum
        )
        incoming.resume(receiveMaximum: traits.receiveMaximum)
    }

    private mutating func publishReceived(
        _ received: Publish,
        _ ledger: inout SimulatedLedger,
        now: NIODeadline
    ) throws(SimulatedViolation) {
        var publish = received
        do {
            try incomingAliases.resolve(&publish)
        } catch {
            throw SimulatedViolation(.understanding, "client \(traits.number) cannot read an alias: \(error)")
        }
        guard phase == .online, let link else {
            throw SimulatedViolation(.understanding, "client \(traits.number) got a message before CONNACK")
        }
        guard publish.qos != .atMostOnce else { return try ledger.delivered(publish, on: link) }
        switch incoming.publishReceived(publish.packetIdentifier, qos: publish.qos) {
        case .new:
            unacknowledged.append((publish.packetIdentifier, publish.qos))
            if traits.fault == .acknowledgesUnread, publish.qos == .atLeastOnce, publish.packetIdentifier % 4 == 0 {
                return
            }
            try ledger.delivered(publish, on: link)
        case .unacknowledged:
            try checkRepetition(publish)
            unacknowledged.append((publish.packetIdentifier, publish.qos))
        case .alreadyReceived:
            try checkRepetition(publish)
            send(.pubrec(Acknowledgement(packetIdentifier: publish.packetIdentifier)), now: now)
        case .receiveMaximumExceeded:
            throw SimulatedViolation(.receiveMaximum, "client \(traits.number) takes \(traits.receiveMaximum) at once")
        }
    }

    private func checkRepetition(_ publish: Publish) throws(SimulatedViolation) {
        let identifier = publish.packetIdentifier
        guard publish.duplicate, !unacknowledged.contains(where: { $0.identifier == identifier }) else {
            throw SimulatedViolation(.duplicate, "client \(traits.number) got packet \(identifier) again")
        }
    }

    private mutating func pubrecReceived(
        _ pubrec: Acknowledgement,
        _ ledger: inout SimulatedLedger,
        now: NIODeadline
    ) throws(SimulatedViolation) {
        switch outgoing.pubrecReceived(pubrec.packetIdentifier, isFailure: pubrec.reasonCode.isFailure) {
        case .sendPubrel, .unexpected:
            send(.pubrel(Acknowledgement(packetIdentifier: pubrec.packetIdentifier)), now: now)
        case .finished(let exchange):
            throw SimulatedViolation(.understanding, "\(exchange) of client \(traits.number) was refused: \(pubrec)")
        }
    }

    private mutating func finish(
        _ answer: OutgoingFlow<Exchange>.Answer,
        _ ledger: inout SimulatedLedger
    ) throws(SimulatedViolation) {
        guard case .finished(.message(let number)) = answer else { return }
        try ledger.acknowledged(number)
    }
}

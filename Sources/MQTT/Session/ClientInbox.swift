import DequeModule
import NIOCore

/// What a Client has received and not settled: the receiving flow, what the application has still to consume, and the
/// topic aliases of the connection.
///
/// A message of QoS 1 or 2 is acknowledged when the application has consumed it, in the order of arrival
/// [MQTT-4.6.0-2], [MQTT-4.6.0-3]. The application may consume it after the connection ended, or before a new connection
/// has repeated it. So every message that is unacknowledged at the end of a connection waits for its repetition on the
/// next one, and is acknowledged when both have happened; it is never handed out a second time. Should the Server use the
/// Packet Identifier for another message, it has given up the old one, and tells so by a PUBLISH without DUP.
struct ClientInbox {
    /// What to do with a PUBLISH.
    enum Arrival: Equatable {
        /// It is a new message for the application.
        case deliver
        /// It was handed out before, and is acknowledged once the application has consumed it.
        case wait
        /// It was consumed before, and is to be acknowledged now.
        case acknowledge
    }

    private struct Delivery {
        /// 0 where there is nothing to acknowledge any more.
        var packetIdentifier: UInt16
        var qos: QoS
        var isConsumed: Bool
    }

    private let receiveMaximum: UInt16
    private var flow: IncomingFlow
    /// Messages of QoS 1 and 2 that were handed out, up to the first that is not consumed.
    private var deliveries = Deque<Delivery>()
    /// Packet Identifiers from earlier connections that the Server has to repeat.
    private var awaitingRepetition: Set<UInt16> = []
    /// Those of them that the application has consumed already.
    private var consumedBeforeRepetition: Set<UInt16> = []
    private var topicAliases: IncomingTopicAliases

    init(receiveMaximum: UInt16, topicAliasMaximum: UInt16) {
        self.receiveMaximum = receiveMaximum
        topicAliases = IncomingTopicAliases(maximum: topicAliasMaximum)
        flow = IncomingFlow(receiveMaximum: receiveMaximum)
    }

    /// Takes note of a PUBLISH, and gives it its Topic Name where only the alias was sent.
    ///
    /// - Parameter isConsumed: Whether the application never sees it, so that it is settled by its arrival.
    mutating func received(
        _ publish: inout Publish,
        isConsumed: (borrowing Publish) -> Bool
    ) throws(MalformedPacket) -> Arrival {
        try topicAliases.resolve(&publish)
        guard publish.qos != .atMostOnce else { return .deliver }
        let identifier = publish.packetIdentifier
        if awaitingRepetition.remove(identifier) != nil {
            let wasConsumed = consumedBeforeRepetition.remove(identifier) != nil
            if publish.duplicate { return wasConsumed ? .acknowledge : .wait }
            forget(identifier)
        }
        switch flow.publishReceived(identifier, qos: publish.qos) {
        case .new:
            let delivery = Delivery(packetIdentifier: identifier, qos: publish.qos, isConsumed: isConsumed(publish))
            deliveries.append(delivery)
            return .deliver
        case .unacknowledged:
            // Version 3.1 repeats also within a connection. Without DUP it is another message [MQTT-2.2.1-4].
            guard publish.duplicate else { throw .protocolError("packet identifier is in use") }
            return .wait
        case .alreadyReceived:
            return .acknowledge
        case .receiveMaximumExceeded:
            throw MalformedPacket("more messages than the receive maximum", reasonCode: .receiveMaximumExceeded)
        }
    }

    private mutating func forget(_ identifier: UInt16) {
        _ = flow.pubackSent(identifier)
        if let index = deliveries.firstIndex(where: { $0.packetIdentifier == identifier }) {
            deliveries[index].packetIdentifier = 0
        }
    }

    /// The application has consumed the oldest `count` of the messages of QoS 1 and 2 that it was given.
    mutating func consumed(_ count: Int, version: ProtocolVersion, into output: inout ByteBuffer) {
        for _ in 0..<count {
            guard let delivery = deliveries.popFirst() else {
                preconditionFailure("more messages were consumed than handed out")
            }
            acknowledge(delivery, version: version, into: &output)
            settle(version: version, into: &output)
        }
    }

    /// Acknowledges what stands in front and is consumed.
    mutating func settle(version: ProtocolVersion, into output: inout ByteBuffer) {
        while let first = deliveries.first, first.isConsumed {
            deliveries.removeFirst()
            acknowledge(first, version: version, into: &output)
        }
    }

    private mutating func acknowledge(
        _ delivery: Delivery,
        version: ProtocolVersion,
        into output: inout ByteBuffer
    ) {
        let identifier = delivery.packetIdentifier
        guard identifier != 0 else { return }
        guard !awaitingRepetition.contains(identifier) else {
            consumedBeforeRepetition.insert(identifier)
            return
        }
        acknowledge(identifier, qos: delivery.qos, version: version, into: &output)
    }

    /// Sends the first acknowledgement of a message, or the same one again.
    mutating func acknowledge(
        _ identifier: UInt16,
        qos: QoS,
        version: ProtocolVersion,
        into output: inout ByteBuffer
    ) {
        let type: ControlPacketType
        if qos == .exactlyOnce {
            _ = flow.pubrecSent(identifier, isFailure: false)
            type = .pubrec
        } else {
            _ = flow.pubackSent(identifier)
            type = .puback
        }
        Acknowledgement.encode(type, packetIdentifier: identifier, into: &output, version: version)
    }

    /// PUBREL was received, which PUBCOMP answers [MQTT-4.3.3-11].
    mutating func pubrelReceived(_ identifier: UInt16, version: ProtocolVersion, into output: inout ByteBuffer) {
        let isKnown = flow.pubrelReceived(identifier)
        Acknowledgement.encode(
            .pubcomp,
            packetIdentifier: identifier,
            reasonCode: isKnown ? .success : .packetIdentifierNotFound,
            into: &output,
            version: version
        )
    }

    // MARK: The connection ends and another begins

    /// The network connection is gone; whatever was not acknowledged has to be repeated.
    mutating func connectionClosed() {
        topicAliases = IncomingTopicAliases(maximum: topicAliases.maximum)
        for delivery in deliveries where delivery.packetIdentifier != 0 {
            awaitingRepetition.insert(delivery.packetIdentifier)
        }
    }

    /// The session is gone: the application still gets what arrived, and nothing of it is acknowledged.
    mutating func sessionLost() {
        flow = IncomingFlow(receiveMaximum: receiveMaximum)
        awaitingRepetition.removeAll()
        consumedBeforeRepetition.removeAll()
        for index in deliveries.indices {
            deliveries[index].packetIdentifier = 0
        }
    }
}

import Logging

/// What the log says of the broker's events.
extension BrokerEvent {
    /// What the sources of log lines are called that are neither more nor less important than others, but of a kind of
    /// their own; a log that is asked for some kinds only knows them by these.
    enum Source {
        static let subscribe = "subscribe"
        static let unsubscribe = "unsubscribe"
        static let connections = "connections"
        static let packets = "packets"
    }

    /// The connection that the event is about.
    var connection: ConnectionIndex? {
        switch self {
        case .clientConnected(let connection, _, _, _, _, _), .clientRefused(let connection, _, _, _),
            .clientDisconnected(let connection, _, _), .connectionRefused(let connection, _):
            connection
        case .denied(let denial): denial.connection
        case .subscribed, .unsubscribed, .droppingMessages, .payloadTooLarge, .retainedMessagesFull, .packet,
            .queueUnreadable:
            nil
        }
    }

    func log(to logger: Logger, peer: String) {
        switch self {
        case .clientConnected(_, let client, let version, let cleanStart, let keepAlive, let userName):
            let user = userName.map { ", user \($0.printable)" } ?? ""
            logger.info(
                """
                \(client.printable) connected from \(peer) (MQTT \(version), clean start \(cleanStart), \
                keep alive \(keepAlive) s\(user))
                """,
                source: Source.connections
            )
        case .clientRefused(_, let client, let userName, let reason):
            let user = userName.map { ", user \($0.printable)" } ?? ""
            logger.notice("connection from \(peer) refused: \(reason) (client \(client.printable)\(user))")
        case .clientDisconnected(_, let client, let reason):
            logger.info("\(client.printable) disconnected: \(reason)", source: Source.connections)
        case .connectionRefused(_, let error):
            logger.notice("connection from \(peer) refused: \(error)")
        case .denied(let denial):
            logger.notice("\(denial.text(peer: peer))")
        case .subscribed(let client, let filter, let qos):
            logger.debug(
                "\(client.printable) subscribed to \(filter.printable) with QoS \(qos.rawValue)",
                source: Source.subscribe
            )
        case .unsubscribed(let client, let filter):
            logger.debug(
                "\(client.printable) unsubscribed from \(filter.printable)",
                source: Source.unsubscribe
            )
        case .queueUnreadable(let client, let problem):
            logger.error("\(client.printable) gets no more of its messages until it connects again: \(problem)")
        case .droppingMessages(let client, let reason):
            logger.notice("dropping messages for \(client.printable): \(reason)")
        case .payloadTooLarge(let client, let byteCount):
            logger.notice("dropped a message of \(client.printable): its \(byteCount) bytes are above the limit")
        case .retainedMessagesFull:
            logger.warning("there are as many retained messages as there may be: new topics are not retained")
        case .packet(.received, let client, let summary):
            logger.debug("from \(client.printable): \(summary)", source: Source.packets)
        case .packet(.sent, let client, let summary):
            logger.debug("to \(client.printable): \(summary)", source: Source.packets)
        }
    }
}

extension AccessDenial {
    /// The denial on one line.
    fileprivate func text(peer: String) -> String {
        let what =
            switch action {
            case .publish: "publish to"
            case .publishWill: "publish its will to"
            case .subscribe: "subscribe to"
            }
        let user = userName.map { ", user \($0.printable)" } ?? ""
        let address = peer.isEmpty ? "" : ", from \(peer)"
        return "denied: \(clientIdentifier.printable) may not \(what) \(topic.printable): \(rule)\(user)\(address)"
    }
}

extension DisconnectionReason: CustomStringConvertible {
    var description: String {
        switch self {
        case .disconnected(let code): code == .success ? "by itself" : "by itself, \(code)"
        case .connectionLost: "connection lost"
        case .malformedPacket(let error): "\(error)"
        case .endedByServer(let code): "\(code)"
        }
    }
}

extension DropReason: CustomStringConvertible {
    var description: String {
        switch self {
        case .receiverTooSlow: "it reads more slowly than messages of QoS 0 come"
        case .queueFull: "its queue is full"
        }
    }
}

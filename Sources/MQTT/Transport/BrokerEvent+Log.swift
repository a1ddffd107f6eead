import Logging

/// What the log says of the broker's events.
extension BrokerEvent {
    /// The connection that the event is about.
    var connection: ConnectionIndex? {
        switch self {
        case .clientConnected(let connection, _, _, _, _, _), .clientRefused(let connection, _, _),
            .clientDisconnected(let connection, _, _), .connectionRefused(let connection, _):
            connection
        case .subscribed, .unsubscribed, .droppingMessages: nil
        }
    }

    func log(to logger: Logger, peer: String) {
        switch self {
        case .clientConnected(_, let client, let version, let cleanStart, let keepAlive, let userName):
            let user = userName.map { ", user \($0)" } ?? ""
            logger.info(
                "\(client) connected from \(peer) (MQTT \(version), clean start \(cleanStart), keep alive \(keepAlive) s\(user))"
            )
        case .clientRefused(_, let client, let reason):
            logger.notice("\(client) refused from \(peer): \(reason)")
        case .clientDisconnected(_, let client, let reason):
            logger.info("\(client) disconnected: \(reason)")
        case .connectionRefused(_, let error):
            logger.notice("connection from \(peer) refused: \(error)")
        case .subscribed(let client, let filter, let qos):
            logger.debug("\(client) subscribed to \(filter) with QoS \(qos.rawValue)")
        case .unsubscribed(let client, let filter):
            logger.debug("\(client) unsubscribed from \(filter)")
        case .droppingMessages(let client, let reason):
            logger.notice("dropping messages for \(client): \(reason)")
        }
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

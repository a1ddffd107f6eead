@testable import MQTT

extension InMemoryBroker {
    /// What the broker keeps, counted: all zero when every session has ended.
    struct Remains: Equatable {
        var connections = 0
        var sessions = 0
        var sessionsByClient = 0
        var subscriptions = 0
        var queuedBytes = 0
        var outboxBytes = 0
        /// 1 where there are any.
        var deadlines = 0
        /// What peers want, sessions on their way, and names in the directory.
        var betweenBrokers = 0
    }

    var remains: Remains {
        var remains = Remains()
        for node in nodes {
            let broker = node.broker
            remains.connections += broker.connections.count
            remains.sessions += broker.sessions.count
            remains.sessionsByClient += broker.sessionsByClient.count
            remains.subscriptions += broker.subscriptions.count
            remains.queuedBytes += broker.queuedByteCount
            remains.outboxBytes += node.effects.outbox.byteCount
            if broker.deadlines.next != nil { remains.deadlines = 1 }
            remains.betweenBrokers +=
                broker.moves.count + broker.arrivals.count + broker.departures.count + node.mailbox.count
            for peer in 0..<broker.peerCount {
                remains.betweenBrokers += broker.subscriptions.count(of: peer)
            }
        }
        // Whoever has a session is in the directory, where there are several brokers.
        if nodes.count > 1 { remains.betweenBrokers += abs(directory.count - remains.sessionsByClient) }
        return remains
    }

    /// Whether no session is on its way, and the directory knows of just those that there are.
    var isSettled: Bool {
        let sessionCount = nodes.reduce(0) { $0 + $1.broker.sessions.count }
        return directory.count == sessionCount
            && nodes.allSatisfy {
                $0.broker.moves.isEmpty && $0.broker.arrivals.isEmpty && $0.broker.departures.isEmpty
            }
    }

    /// How much all brokers hold together.
    var load: BrokerLoad {
        var load = nodes[0].broker.load(nodes[0].effects)
        for node in nodes.dropFirst() {
            load.add(node.broker.load(node.effects))
        }
        return load
    }

    /// The session of a Client, where it has one.
    func session(_ clientIdentifier: String) -> ServerSession? {
        for node in nodes {
            if let index = node.broker.sessionsByClient[.text(clientIdentifier)] { return node.broker.sessions[index] }
        }
        return nil
    }

    /// The bytes that wait for a peer.
    func waitingByteCount(for peer: ScriptedPeer) -> Int {
        nodes[peer.place.node].effects.outbox.byteCount(for: peer.connection)
    }
}

import NIOCore

@testable import MQTT

/// What the clients of a world do.
extension SimulatedWorld {
    func letSomeClientAct() throws(SimulatedViolation) {
        let client = random.number(in: 0...clients.count - 1)
        note(client)
        switch clients[client].phase {
        case .offline:
            if random.chance(50) {
                // Now and then a client wants to hear nothing of its former session.
                try connect(client, cleanStart: !clients[client].traits.isLasting || random.chance(5))
            } else {
                publishSomething(client)
            }
        case .connecting:
            // It loses patience; what it has sent may still reach the broker.
            if random.chance(3) { abandon(client) }
        case .online:
            actOnline(client)
        }
        flush(client)
    }

    private func actOnline(_ client: Int) {
        switch random.number(in: 0...99) {
        case 0..<40:
            publishSomething(client)
        case 40..<58:
            subscribeToSomething(client)
        case 58..<62:
            guard !clients[client].filters.isEmpty else { return }
            clients[client].unsubscribe(random.element(of: clients[client].filters), now: now)
        case 62..<92:
            clients[client].acknowledge(random.number(in: 1...3), now: now)
        case 92..<94:
            clients[client].send(.pingreq, now: now)
        case 94..<95:
            clients[client].clearRetained(random.element(of: plan.topics), now: now)
        case 95..<97:
            disconnect(client)
        default:
            abandon(client)
        }
        clients[client].sendWaiting(&ledger, now: now)
    }

    private func publishSomething(_ client: Int) {
        guard clients[client].unsent.count < 20 else { return }
        let retain = random.chance(15)
        let canExpire = clients[client].traits.version.hasProperties && !retain && random.chance(10)
        let number = ledger.newMessage(
            publisher: client,
            topic: random.element(of: plan.topics),
            qos: random.element(of: QoS.allCases),
            retain: retain,
            expiryInterval: canExpire ? UInt32(random.number(in: 1...20)) : nil,
            paddingLength: random.element(of: [0, 5, 30, 30, 200, 1_500])
        )
        clients[client].publish(number)
    }

    private func subscribeToSomething(_ client: Int) {
        let isLatest = clients[client].traits.version.hasProperties
        var subscriptions: [Subscribe.Subscription] = []
        for _ in 0..<random.number(in: 1...3) {
            let isShared = !plan.sharedFilters.isEmpty && random.chance(25)
            let filter =
                isShared ? plan.sharedFilters[client % plan.sharedFilters.count] : random.element(of: plan.filters)
            var options = SubscriptionOptions(maximumQoS: random.element(of: QoS.allCases))
            if isLatest {
                // Whether a will is its client's own message is a matter of opinion.
                options.noLocal = !isShared && !clients[client].traits.hasWill && random.chance(20)
                options.retainHandling = random.element(of: [.always, .onlyIfNew, .never])
            }
            subscriptions.append(Subscribe.Subscription(topicFilter: filter, options: options))
        }
        let identifier = isLatest && random.chance(50) ? UInt32(random.number(in: 1...300)) : 0
        clients[client].subscribe(subscriptions, identifier: identifier, now: now)
    }

    /// Opens a link and sends CONNECT on it.
    func connect(_ client: Int, cleanStart: Bool) throws(SimulatedViolation) {
        let node = nodes.count == 1 ? nodes[0] : random.element(of: nodes)
        try prepareInput(node)
        guard let connection = node.broker.opened(now: now) else {
            throw SimulatedViolation(.accounts, "the broker takes no more connections")
        }
        // A CONNECT that came after a later one would undo that one, and no client could know.
        for index in links.indices where links[index].client == client {
            if ledger.sessionOfLink[links[index].number] == nil { links[index].loseAll() }
        }
        links.append(
            SimulatedLink(
                number: nextLinkNumber,
                client: client,
                node: node.number,
                connection: connection,
                decoder: node.broker.makeDecoder()
            )
        )
        clients[client].connect(on: nextLinkNumber, cleanStart: cleanStart, will: newWill(of: client), now: now)
        nextLinkNumber += 1
        flush(client)
    }

    private func newWill(of client: Int) -> Connect.Will? {
        let traits = clients[client].traits
        guard traits.hasWill else { return nil }
        let number = ledger.newMessage(
            publisher: SimulatedMessage.publisherOfWills(of: client),
            topic: traits.willTopic,
            qos: random.element(of: QoS.allCases),
            retain: random.chance(30),
            expiryInterval: nil,
            paddingLength: 3
        )
        let message = ledger.messages[number]
        var will = Connect.Will(
            topic: message.topic,
            payload: message.payload,
            qos: message.qos,
            retain: message.retain
        )
        if traits.version.hasProperties, random.chance(50) {
            will.properties[integer: .willDelayInterval] = UInt32(random.number(in: 0...10))
        }
        return will
    }

    private func disconnect(_ client: Int) {
        var disconnect = Disconnect()
        if clients[client].traits.version.hasProperties {
            if random.chance(30) { disconnect.reasonCode = .disconnectWithWillMessage }
            if clients[client].traits.isLasting, random.chance(20) {
                disconnect.properties[integer: .sessionExpiryInterval] = random.chance(50) ? 0 : 60
            }
        }
        clients[client].disconnect(disconnect, now: now)
        flush(client)
        abandon(client)
    }

    /// The client is gone without a word, as after a crash; a lasting session is stored and comes back with it.
    func abandon(_ client: Int) {
        if let number = clients[client].link, let index = index(ofLink: number) {
            links[index].closeClientEnd()
        }
        clients[client].connectionLost()
    }

    /// After the faults: whoever has a session comes back, and acknowledges all it got.
    func letClientsFinish() throws(SimulatedViolation) {
        for client in clients.indices {
            switch clients[client].phase {
            case .offline:
                if ledger.currentSession[client] != nil {
                    try connect(client, cleanStart: !clients[client].traits.isLasting)
                }
            case .connecting:
                continue
            case .online:
                guard !clients[client].unacknowledged.isEmpty || !clients[client].unsent.isEmpty else { continue }
                clients[client].acknowledge(.max, now: now)
                clients[client].sendWaiting(&ledger, now: now)
                flush(client)
            }
        }
    }
}

import NIOCore

@testable import MQTT

/// The transport: what `BrokerLoop` and its channel handlers do, between links and broker.
extension SimulatedWorld {
    func index(ofLink number: Int) -> Int? {
        links.firstIndex { $0.number == number }
    }

    func index(of connection: ConnectionIndex, at node: SimulatedNode) -> Int? {
        links.firstIndex { $0.brokerIsOpen && $0.connection == connection && $0.node == node.number }
    }

    /// Some bytes of some stream arrive, or its end does.
    func letSomeBytesArrive() throws(SimulatedViolation) {
        var works: [(link: Int, isAtBroker: Bool)] = []
        for index in links.indices {
            if links[index].hasWorkAtBroker { works.append((index, true)) }
            if links[index].hasWorkAtClient { works.append((index, false)) }
        }
        guard !works.isEmpty else { return try endTurns() }
        let work = random.element(of: works)
        note(work.link)
        if work.isAtBroker { try arriveAtBroker(work.link) } else { try arriveAtClient(work.link) }
        links.removeAll { $0.isOver }
    }

    // MARK: At the broker

    private func arriveAtBroker(_ index: Int) throws(SimulatedViolation) {
        let node = nodes[links[index].node]
        try prepareInput(node)
        guard links[index].toBroker.readableBytes > 0 else { return try closeBrokerEnd(index) }
        let bytes = SimulatedLink.take(&links[index].toBroker, &random)
        note(bytes.readableBytes)
        guard !links[index].brokerIsClosing else { return }
        try readAlong(bytes, index)
        links[index].decoder.append(bytes)
        let connection = links[index].connection
        _ = node.broker.received(&links[index].decoder, from: connection, now: now, into: &node.effects)
        try takeEvents(node)
        node.isTurnOpen = true
        try consultDirectory(node)
        // A turn may take in what several connections have sent.
        if random.chance(70) { try endTurn(node) }
    }

    /// Shows the ledger the packets that the broker is about to see.
    private func readAlong(_ bytes: ByteBuffer, _ index: Int) throws(SimulatedViolation) {
        let link = links[index]
        links[index].tap.append(bytes)
        do {
            while let packet = try links[index].tap.next() {
                record("client \(link.client) ─▶ broker, link \(link.number): \(packet.summary)")
                if case .connect(let connect) = packet {
                    links[index].tap.version = connect.version
                    guard nodes.count == 1 else {
                        // It counts from the moment when it is accepted.
                        links[index].connect = connect
                        continue
                    }
                }
                try ledger.brokerReceived(packet, client: link.client, link: link.number, now: now)
            }
        } catch let violation as SimulatedViolation {
            throw violation
        } catch {
            throw SimulatedViolation(.understanding, "client \(link.client) sent what cannot be read: \(error)")
        }
        links[index].tap.settle()
    }

    private func closeBrokerEnd(_ index: Int) throws(SimulatedViolation) {
        let node = nodes[links[index].node]
        links[index].brokerIsOpen = false
        store?.closing.removeAll { $0 == links[index].connection }
        record("link \(links[index].number) ended at the broker")
        links[index].endsAtClient = true
        try ledger.connectionEnded(links[index].number, publishesWill: true, now: now)
        node.broker.closed(links[index].connection, now: now, into: &node.effects)
        try takeEvents(node)
        try endTurn(node)
    }

    /// Looks at what the broker would log: it finds no fault with clients that make none.
    func takeEvents(_ node: SimulatedNode) throws(SimulatedViolation) {
        let events = node.effects.events
        node.effects.events.removeAll(keepingCapacity: true)
        for event in events {
            switch event {
            case .clientConnected(let connection, _, _, _, _, _):
                try clientConnected(connection, at: node)
            case .subscribed, .unsubscribed, .droppingMessages(_, .receiverTooSlow), .packet:
                continue
            case .clientDisconnected(let connection, _, let reason):
                try clientDisconnected(connection, reason, at: node)
            case .connectionRefused(_, let error) where error == .protocolError("no CONNECT in time"):
                continue
            case .clientRefused, .connectionRefused, .droppingMessages(_, .queueFull), .denied, .payloadTooLarge,
                .retainedMessagesFull, .queueUnreadable:
                throw SimulatedViolation(.understanding, "\(event)")
            }
        }
    }

    private func clientDisconnected(
        _ connection: ConnectionIndex,
        _ reason: DisconnectionReason,
        at node: SimulatedNode
    ) throws(SimulatedViolation) {
        switch reason {
        case .disconnected, .connectionLost:
            return
        case .endedByServer(.sessionTakenOver):
            takeoverCount += 1
            // Where there are several brokers, the CONNECT for which it was ended is yet to be accepted.
            guard nodes.count > 1, let index = index(of: connection, at: node) else { return }
            try ledger.connectionEnded(links[index].number, publishesWill: true, now: now)
        case .endedByServer(.keepAliveTimeout):
            guard let index = index(of: connection, at: node) else { return }
            try ledger.keepAliveEnded(links[index].number, now: now)
        case .malformedPacket, .endedByServer:
            throw SimulatedViolation(.understanding, "the broker ended a connection: \(reason)")
        }
    }

    // MARK: Turns

    /// Carries out what the broker wants done.
    func endTurn(_ node: SimulatedNode) throws(SimulatedViolation) {
        node.isTurnOpen = false
        repeat {
            try consultDirectory(node)
            postMail(node)
            node.effects.outbox.takePending(into: &pending)
            // The order is that of dictionaries, which is another in every process.
            for connection in pending.sorted(by: { $0.value < $1.value }) {
                send(to: connection, of: node)
            }
            pending.removeAll(keepingCapacity: true)
            for connection in node.effects.closing {
                guard let index = index(of: connection, at: node) else { continue }
                guard !node.effects.outbox.isHeld(connection) else {
                    store?.closing.append(connection)
                    continue
                }
                links[index].brokerIsClosing = true
                let last = node.effects.outbox.take(connection)
                links[index].sendToClient(last)
                links[index].endsAtClient = true
                // With nothing to tell, the channel is closed at once.
                if last.readableBytes == 0 { links[index].endsAtBroker = true }
            }
            node.effects.closing.removeAll(keepingCapacity: true)
        } while node.effects.outbox.hasPending || !node.effects.closing.isEmpty
        writeChanges()
    }

    private func send(to connection: ConnectionIndex, of node: SimulatedNode) {
        guard let index = index(of: connection, at: node), links[index].isWritable, !links[index].brokerIsClosing else {
            return
        }
        let buffer = node.effects.outbox.take(connection)
        links[index].sendToClient(buffer)
        if links[index].toClient.readableBytes > plan.highWaterMark { links[index].isWritable = false }
        node.effects.outbox.recycle(buffer)
        if node.broker.awaitsDrain(connection), fault != .neverDrains {
            node.broker.drained(connection, now: now, into: &node.effects)
        }
    }

    // MARK: At the client

    private func arriveAtClient(_ index: Int) throws(SimulatedViolation) {
        let number = links[index].client
        guard links[index].toClient.readableBytes > 0 else {
            links[index].closeClientEnd()
            if clients[number].link == links[index].number { clients[number].connectionLost() }
            return
        }
        let bytes = SimulatedLink.take(&links[index].toClient, &random)
        note(bytes.readableBytes)
        if !links[index].isWritable, links[index].toClient.readableBytes < plan.lowWaterMark {
            links[index].isWritable = true
            if links[index].brokerIsOpen {
                let node = nodes[links[index].node]
                send(to: links[index].connection, of: node)
                node.isTurnOpen = true
            }
        }
        guard clients[number].link == links[index].number else { return }
        let packets = try clients[number].decode(bytes)
        for packet in packets {
            record("broker ─▶ client \(number), link \(links[index].number): \(packet.summary)")
            try clients[number].received(packet, &ledger, now: now)
        }
        flush(number)
    }

    /// Puts what a client has written on its link.
    func flush(_ client: Int) {
        guard let number = clients[client].link, let index = index(ofLink: number) else { return }
        links[index].sendToBroker(clients[client].output)
        clients[client].output.clear()
    }
}

extension ControlPacket {
    /// The packet in a few words, for the history of a world.
    fileprivate var summary: String {
        switch self {
        case .publish(let publish):
            let number = SimulatedMessage.number(in: publish.payload).map { "\($0)" } ?? "none"
            return "PUBLISH \(publish.packetIdentifier), message \(number), QoS \(publish.qos.rawValue)"
                + (publish.duplicate ? ", DUP" : "") + (publish.retain ? ", RETAIN" : "")
        case .puback(let packet), .pubrec(let packet), .pubrel(let packet), .pubcomp(let packet):
            return "\(type) \(packet.packetIdentifier)"
        case .connect(let connect):
            return "connect \(connect.version), clean start \(connect.cleanStart), will \(connect.will != nil)"
        case .subscribe(let subscribe):
            return "subscribe \(subscribe.subscriptions.map { "\($0.topicFilter) \($0.options)" })"
        case .connack, .suback, .unsubscribe, .unsuback, .pingreq, .pingresp, .disconnect, .auth:
            return "\(self)"
        }
    }
}

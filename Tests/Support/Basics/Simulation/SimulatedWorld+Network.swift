import NIOCore

@testable import MQTT

/// The transport: what `BrokerLoop` and its channel handlers do, between links and broker.
extension SimulatedWorld {
    func index(ofLink number: Int) -> Int? {
        links.firstIndex { $0.number == number }
    }

    private func index(of connection: ConnectionIndex) -> Int? {
        links.firstIndex { $0.brokerIsOpen && $0.connection == connection }
    }

    /// Some bytes of some stream arrive, or its end does.
    func letSomeBytesArrive() throws(SimulatedViolation) {
        var works: [(link: Int, isAtBroker: Bool)] = []
        for index in links.indices {
            if links[index].hasWorkAtBroker { works.append((index, true)) }
            if links[index].hasWorkAtClient { works.append((index, false)) }
        }
        guard !works.isEmpty else { return try endTurn() }
        let work = random.element(of: works)
        note(work.link)
        if work.isAtBroker { try arriveAtBroker(work.link) } else { try arriveAtClient(work.link) }
        links.removeAll { $0.isOver }
    }

    // MARK: At the broker

    private func arriveAtBroker(_ index: Int) throws(SimulatedViolation) {
        guard links[index].toBroker.readableBytes > 0 else { return try closeBrokerEnd(index) }
        let bytes = SimulatedLink.take(&links[index].toBroker, &random)
        note(bytes.readableBytes)
        guard !links[index].brokerIsClosing else { return }
        try readAlong(bytes, index)
        links[index].decoder.append(bytes)
        let connection = links[index].connection
        _ = broker.received(&links[index].decoder, from: connection, now: now, into: &effects)
        try takeEvents()
        isTurnOpen = true
        // A turn may take in what several connections have sent.
        if random.chance(70) { try endTurn() }
    }

    /// Shows the ledger the packets that the broker is about to see.
    private func readAlong(_ bytes: ByteBuffer, _ index: Int) throws(SimulatedViolation) {
        let link = links[index]
        links[index].tap.append(bytes)
        do {
            while let packet = try links[index].tap.next() {
                record("client \(link.client) ─▶ broker, link \(link.number): \(packet.summary)")
                if case .connect(let connect) = packet { links[index].tap.version = connect.version }
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
        links[index].brokerIsOpen = false
        store?.closing.removeAll { $0 == links[index].connection }
        record("link \(links[index].number) ended at the broker")
        links[index].endsAtClient = true
        try ledger.connectionEnded(links[index].number, publishesWill: true, now: now)
        broker.closed(links[index].connection, now: now, into: &effects)
        try takeEvents()
        try endTurn()
    }

    /// Looks at what the broker would log: it finds no fault with clients that make none.
    func takeEvents() throws(SimulatedViolation) {
        let events = effects.events
        effects.events.removeAll(keepingCapacity: true)
        for event in events {
            switch event {
            case .clientConnected, .subscribed, .unsubscribed, .droppingMessages(_, .receiverTooSlow), .packet:
                continue
            case .clientDisconnected(let connection, _, let reason):
                try clientDisconnected(connection, reason)
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
        _ reason: DisconnectionReason
    ) throws(SimulatedViolation) {
        switch reason {
        case .disconnected, .connectionLost:
            return
        case .endedByServer(.sessionTakenOver):
            takeoverCount += 1
        case .endedByServer(.keepAliveTimeout):
            guard let index = index(of: connection) else { return }
            try ledger.keepAliveEnded(links[index].number, now: now)
        case .malformedPacket, .endedByServer:
            throw SimulatedViolation(.understanding, "the broker ended a connection: \(reason)")
        }
    }

    // MARK: Turns

    /// Carries out what the broker wants done.
    func endTurn() throws(SimulatedViolation) {
        isTurnOpen = false
        repeat {
            effects.outbox.takePending(into: &pending)
            // The order is that of dictionaries, which is another in every process.
            for connection in pending.sorted(by: { $0.value < $1.value }) {
                send(to: connection)
            }
            pending.removeAll(keepingCapacity: true)
            for connection in effects.closing {
                guard let index = index(of: connection) else { continue }
                guard !effects.outbox.isHeld(connection) else {
                    store?.closing.append(connection)
                    continue
                }
                links[index].brokerIsClosing = true
                let last = effects.outbox.take(connection)
                links[index].sendToClient(last)
                links[index].endsAtClient = true
                // With nothing to tell, the channel is closed at once.
                if last.readableBytes == 0 { links[index].endsAtBroker = true }
            }
            effects.closing.removeAll(keepingCapacity: true)
        } while effects.outbox.hasPending || !effects.closing.isEmpty
        writeChanges()
    }

    private func send(to connection: ConnectionIndex) {
        guard let index = index(of: connection), links[index].isWritable, !links[index].brokerIsClosing else { return }
        let buffer = effects.outbox.take(connection)
        links[index].sendToClient(buffer)
        if links[index].toClient.readableBytes > plan.highWaterMark { links[index].isWritable = false }
        effects.outbox.recycle(buffer)
        if broker.awaitsDrain(connection), fault != .neverDrains {
            broker.drained(connection, now: now, into: &effects)
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
                send(to: links[index].connection)
                isTurnOpen = true
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

import NIOCore

/// A client that publishes numbered messages, as fast as a window of ten allows, and keeps the state of its session as
/// section 4.1 asks clients to.
final class CrashPublisher: CrashClient {
    /// What a publisher does.
    struct Plan {
        let name: String
        var version = CrashPacket.Version.five
        let qos: UInt8
        /// Whether its session outlives its connections. Where it does not, what was not acknowledged is given up.
        let isLasting: Bool
        var retain = false
    }

    /// A message that is under way.
    private struct Outgoing {
        let key: CrashAccount.Key
        let message: CrashPacket.Message
        /// Whether PUBREC has come: PUBREL is what is sent again.
        var isReceived = false
    }

    /// How many messages may be under way.
    static let window = 10
    /// To how many topics a publisher sends, in turn.
    static let topicCount = 2

    let plan: Plan
    let link: CrashLink
    private let number: Int
    private let crowd: CrashCrowd
    private var outgoing: [Outgoing] = []
    private var lastIdentifier: UInt16 = 0
    /// How many messages it is still to publish.
    private(set) var remaining = 0

    init(_ plan: Plan, number: Int, link: CrashLink, crowd: CrashCrowd) {
        self.plan = plan
        self.number = number
        self.link = link
        self.crowd = crowd
        link.client = self
    }

    /// Whether all that it was to publish has been acknowledged in full, or given up.
    var isDone: Bool { remaining == 0 && outgoing.isEmpty }

    /// Publishes so many messages more.
    func publish(_ count: Int) {
        remaining += count
        fillWindow()
        link.flush()
    }

    /// Publishes nothing new.
    func stop() {
        remaining = 0
    }

    private func fillWindow() {
        while link.isConnected, remaining > 0, outgoing.count < Self.window {
            remaining -= 1
            let topic = "crash/\(number)/\(crowd.account.sentCount(of: number) % Self.topicCount)"
            let key = crowd.account.publish(by: number, to: topic, qos: plan.qos, retain: plan.retain)
            let message = CrashPacket.Message(
                topic: topic,
                payload: CrashAccount.payload(key),
                qos: plan.qos,
                retain: plan.retain,
                identifier: makeIdentifier()
            )
            outgoing.append(Outgoing(key: key, message: message))
            link.send(CrashPacket.publish(message, plan.version))
        }
    }

    private func makeIdentifier() -> UInt16 {
        repeat {
            lastIdentifier = lastIdentifier == .max ? 1 : lastIdentifier + 1
        } while outgoing.contains { $0.message.identifier == lastIdentifier }
        return lastIdentifier
    }

    func connected(sessionPresent: Bool) {
        if sessionPresent {
            resend()
        } else {
            outgoing.removeAll()
        }
        fillWindow()
    }

    /// What has not been acknowledged is sent again, in its order [MQTT-4.4.0-1], [MQTT-4.6.0-1].
    private func resend() {
        for entry in outgoing {
            if entry.isReceived {
                link.send(CrashPacket.answer(.pubrel, identifier: entry.message.identifier))
                continue
            }
            var message = entry.message
            message.duplicate = true
            crowd.account.sendAgain(entry.key)
            link.send(CrashPacket.publish(message, plan.version))
        }
    }

    func received(_ packet: CrashPacket) {
        guard case .answer(let answer, let identifier, let reason) = packet else {
            return crowd.account.report("\(plan.name) was sent \(packet), and has no subscription")
        }
        guard let place = outgoing.firstIndex(where: { $0.message.identifier == identifier }) else {
            return crowd.account.report("\(plan.name) was sent \(answer) for \(identifier), which is not in use")
        }
        switch answer {
        case .puback where plan.qos == 1, .pubrec where plan.qos == 2:
            guard reason < 0x80 else {
                crowd.account.report("\(plan.name) was refused \(outgoing[place].key) with \(reason)")
                outgoing.remove(at: place)
                return
            }
            crowd.account.acknowledge(outgoing[place].key)
            guard answer == .pubrec else {
                outgoing.remove(at: place)
                return
            }
            outgoing[place].isReceived = true
            link.send(CrashPacket.answer(.pubrel, identifier: identifier))
        case .pubcomp where outgoing[place].isReceived:
            outgoing.remove(at: place)
        case .puback, .pubrec, .pubrel, .pubcomp:
            crowd.account.report("\(plan.name) was sent \(answer) for \(outgoing[place].key), which is not due")
        }
    }

    func receivedAll() {
        fillWindow()
    }

    func disconnected() {}
}

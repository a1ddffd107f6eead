import NIOCore

/// The clients of a crash trial with their account; all of it belongs to one event loop.
final class CrashCrowd {
    var account: CrashAccount
    var random: SeededGenerator
    private var publishers: [CrashPublisher] = []
    private var receivers: [CrashReceiver] = []

    /// The one publisher that speaks when all others have finished.
    private static let marker = CrashPublisher.Plan(name: "marker", qos: 1, isLasting: true)

    private static let publisherPlans = [
        CrashPublisher.Plan(name: "publisher 1 lasting", qos: 1, isLasting: true),
        CrashPublisher.Plan(name: "publisher 2 lasting", qos: 2, isLasting: true),
        CrashPublisher.Plan(name: "publisher 1 clean", qos: 1, isLasting: false),
        CrashPublisher.Plan(name: "publisher 2 clean", version: .three, qos: 2, isLasting: false),
        CrashPublisher.Plan(name: "publisher 1 retained", version: .three, qos: 1, isLasting: true, retain: true),
        CrashPublisher.Plan(name: "publisher 2 retained", qos: 2, isLasting: true, retain: true),
        marker,
    ]

    private static let sharedFilter = "$share/crew/crash/#"

    private static let receiverPlans = [
        CrashReceiver.Plan(name: "receiver 1", qos: 1, receiver: 0),
        CrashReceiver.Plan(name: "receiver 2", qos: 2, receiver: 1),
        CrashReceiver.Plan(name: "receiver 2 old", version: .three, qos: 2, receiver: 2),
        CrashReceiver.Plan(name: "member 1", qos: 2, receiver: 3, topicFilter: sharedFilter),
        CrashReceiver.Plan(name: "member 2", qos: 2, receiver: 4, topicFilter: sharedFilter),
        CrashReceiver.Plan(name: "absentee", qos: 1, receiver: 5, isMostlyAway: true),
        CrashReceiver.Plan(name: "passer-by", qos: 1),
    ]

    init(port: Int, seed: UInt64, eventLoop: any EventLoop) {
        random = SeededGenerator(seed: seed)
        account = CrashAccount(
            publisherCount: Self.publisherPlans.count,
            receivers: Self.receiverPlans.compactMap { plan in
                guard plan.receiver != nil else { return nil }
                let isMember = plan.topicFilter == Self.sharedFilter
                return CrashAccount.Receiver(name: plan.name, qos: plan.qos, group: isMember ? 0 : nil)
            }
        )
        for (number, plan) in Self.publisherPlans.enumerated() {
            let link = makeLink(plan.name, plan.version, isLasting: plan.isLasting, port, eventLoop)
            publishers.append(CrashPublisher(plan, number: number, link: link, crowd: self))
        }
        for plan in Self.receiverPlans {
            let link = makeLink(plan.name, plan.version, isLasting: plan.receiver != nil, port, eventLoop)
            receivers.append(CrashReceiver(plan, link: link, crowd: self))
        }
    }

    private func makeLink(
        _ name: String,
        _ version: CrashPacket.Version,
        isLasting: Bool,
        _ port: Int,
        _ eventLoop: any EventLoop
    ) -> CrashLink {
        let plan = CrashLink.Plan(clientIdentifier: name, version: version, isLasting: isLasting)
        return CrashLink(plan, port: port, eventLoop: eventLoop) { [weak self] in self?.account.report($0) }
    }

    // MARK: Orders

    /// Has everybody connect, and connect again whenever a connection ends.
    func open() {
        publishers.forEach { $0.link.open() }
        receivers.forEach { $0.link.open() }
    }

    /// Has all publishers but the last publish until they are told to stop.
    func startPublishing() {
        publishers.dropLast().forEach { $0.publish(.max) }
    }

    func stopPublishing() {
        publishers.forEach { $0.stop() }
    }

    /// Has one last message published, which those who stand in a queue for it get after all others.
    func publishMarker() {
        publishers.last?.publish(1)
    }

    /// Whether the receiver that is mostly away is to be there.
    func setAbsentee(present: Bool) {
        for receiver in receivers where receiver.plan.isMostlyAway {
            if present { receiver.link.open() } else { receiver.link.close() }
        }
    }

    /// Has the receivers without a session connect anew, so that they read what is retained.
    func renewPassersBy() {
        receivers.filter { $0.plan.receiver == nil }.forEach { $0.link.drop() }
    }

    /// Has everybody leave for good.
    func dismiss() {
        publishers.forEach { $0.link.close() }
        receivers.forEach { $0.link.close() }
        // They refer to this object, and it to them.
        publishers.removeAll()
        receivers.removeAll()
    }

    // MARK: What they have come to

    /// Whether all receivers have the subscriptions that they never renew.
    var isReady: Bool { receivers.allSatisfy(\.isSubscribed) }

    /// Whether publishers wait for nothing.
    var isPublished: Bool { publishers.allSatisfy(\.isDone) }

    /// Whether all that was acknowledged has arrived.
    var isComplete: Bool { account.lostCount == 0 }

    /// Whether the receivers without a session have read a message of each topic that retains one.
    var hasReadRetained: Bool {
        receivers.filter { $0.plan.receiver == nil }
            .allSatisfy { $0.retainedTopics.isSuperset(of: account.lastRetained.keys) }
    }

    /// How many messages the receiver that is mostly away has been sent.
    var absenteePacketCount: Int {
        receivers.first { $0.plan.isMostlyAway }?.packetCount ?? 0
    }

    /// What changes as long as something goes on.
    var progress: Int {
        let figures = account.figures
        return figures.acknowledgedCount + figures.receivedCount + figures.redeliveredCount + figures.retainedReadCount
            + receivers.reduce(0) { $0 + $1.packetCount }
    }

    /// Draws the balance.
    func close() {
        for receiver in receivers where !receiver.stillOwed.isEmpty {
            let owed = receiver.stillOwed
            account.report(
                "\(receiver.plan.name) was never again sent \(owed.count) messages that it had not answered, "
                    + "among them \(owed.prefix(3).map(\.value))"
            )
        }
        if !hasReadRetained { account.report("not all topics that retained a message gave it back") }
        account.close()
    }
}

import NIOCore

/// A client that receives, answers in its own time, and keeps the state of its session as section 4.1 asks clients to.
final class CrashReceiver: CrashClient {
    /// What a receiver does.
    struct Plan {
        let name: String
        var version = CrashPacket.Version.five
        let qos: UInt8
        /// Whether its session outlives its connections, and its place in the account.
        var receiver: Int?
        var topicFilter = "crash/#"
        /// Whether it is connected only where the trial says so.
        var isMostlyAway = false
    }

    /// How long it may leave messages unanswered, in milliseconds.
    private static let slowness = 1...4

    let plan: Plan
    let link: CrashLink
    private let crowd: CrashCrowd
    /// Whether its subscription has been confirmed; a lasting one never subscribes again.
    private(set) var isSubscribed = false
    /// Messages of QoS 2 that have been received and not been released.
    private var unreleased: [UInt16: CrashAccount.Key] = [:]
    /// What has been received on this connection and not been answered, with the identifier that it came with.
    private var unanswered: [(answer: CrashPacket.Answer, identifier: UInt16, key: CrashAccount.Key?)] = []
    private var isAboutToAnswer = false
    /// Messages that it has never answered, and whose publishers knew them safe: the broker is to send them again.
    private var owedAgain: [UInt16: CrashAccount.Key] = [:]
    /// What had been acknowledged of each retained topic when this connection's subscription was sent.
    private var leastRetained: [String: Int] = [:]
    /// The topics of which this connection brought the retained message.
    private(set) var retainedTopics: Set<String> = []
    /// How many messages it has been sent.
    private(set) var packetCount = 0

    init(_ plan: Plan, link: CrashLink, crowd: CrashCrowd) {
        self.plan = plan
        self.link = link
        self.crowd = crowd
        link.client = self
    }

    /// What the broker should have sent again and has not.
    var stillOwed: [UInt16: CrashAccount.Key] { owedAgain }

    // MARK: Connections

    func connected(sessionPresent: Bool) {
        unanswered.removeAll()
        retainedTopics.removeAll()
        if !sessionPresent {
            unreleased.removeAll()
            owedAgain.removeAll()
            isSubscribed = false
        }
        guard !isSubscribed else { return }
        leastRetained = crowd.account.lastRetained
        link.send(CrashPacket.subscribe(plan.topicFilter, qos: plan.qos, plan.version))
    }

    func disconnected() {
        guard plan.receiver != nil else { return }
        for case (let answer, let identifier, let key?) in unanswered
        where answer != .pubcomp && crowd.account.isAcknowledged(key) {
            owedAgain[identifier] = key
        }
        unanswered.removeAll()
    }

    // MARK: Packets

    func received(_ packet: CrashPacket) {
        switch packet {
        case .suback(let reasons):
            guard reasons == [plan.qos] else {
                return crowd.account.report("\(plan.name) asked for QoS \(plan.qos) and was granted \(reasons)")
            }
            isSubscribed = true
        case .message(let message):
            packetCount += 1
            received(message)
        case .answer(.pubrel, let identifier, _):
            unreleased[identifier] = nil
            answerLater(.pubcomp, identifier, nil)
        case .answer, .connack, .disconnect:
            crowd.account.report("\(plan.name) was sent \(packet), which is not due")
        }
    }

    private func received(_ message: CrashPacket.Message) {
        guard let key = crowd.account.identify(message, by: plan.name) else { return link.drop() }
        if message.retain {
            retainedTopics.insert(message.topic)
            crowd.account.readRetained(key, least: leastRetained[message.topic], by: plan.name)
        }
        if message.qos > 0, unanswered.contains(where: { $0.identifier == message.identifier && $0.answer != .pubcomp })
        {
            crowd.account.report("\(plan.name) was sent \(key) with an identifier that is in use")
        }
        var isDelivered = true
        if message.qos == 2 {
            if let earlier = unreleased[message.identifier] {
                isDelivered = false
                if earlier != key {
                    crowd.account.report(
                        "\(plan.name) was sent \(key) with the identifier of \(earlier), not yet released"
                    )
                }
            }
            unreleased[message.identifier] = key
        }
        if let receiver = plan.receiver {
            crowd.account.receive(message, key, by: receiver, isDelivered: isDelivered)
            if owedAgain[message.identifier] == key {
                owedAgain[message.identifier] = nil
                if !message.duplicate { crowd.account.report("\(plan.name) was sent \(key) again without DUP") }
            }
        }
        if message.qos > 0 { answerLater(message.qos == 1 ? .puback : .pubrec, message.identifier, key) }
    }

    private func answerLater(_ answer: CrashPacket.Answer, _ identifier: UInt16, _ key: CrashAccount.Key?) {
        unanswered.append((answer, identifier, key))
    }

    /// Answers at once, or a little later with what comes until then: a broker that ends in between finds all sorts.
    func receivedAll() {
        guard !unanswered.isEmpty, !isAboutToAnswer else { return }
        if !plan.isMostlyAway, crowd.random.oneIn(2) { return answer() }
        isAboutToAnswer = true
        let delay = TimeAmount.milliseconds(Int64(Int.random(in: Self.slowness, using: &crowd.random)))
        link.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            self.isAboutToAnswer = false
            guard self.link.isConnected else { return }
            self.answer()
            self.link.flush()
        }
    }

    private func answer() {
        for (answer, identifier, _) in unanswered {
            link.send(CrashPacket.answer(answer, identifier: identifier))
        }
        unanswered.removeAll()
    }
}

import DequeModule

/// The sending side of QoS 1 and QoS 2 (sections 4.3.2 and 4.3.3): what has been sent and is not yet acknowledged.
///
/// Both ends of a connection use it: a Server for what it delivers, a Client for what it publishes. It belongs to the
/// session and not to the connection, so that a later connection goes on where an earlier one ended [MQTT-4.4.0-1].
///
/// ```
///              QoS 1                                   QoS 2
///   begin ──▶ awaitingPuback                 begin ──▶ awaitingPubrec ── PUBREC, failed ──▶ finished
///                  │ PUBACK                                 │ PUBREC
///                  ▼                                        ▼
///              finished                               awaitingPubcomp ── PUBCOMP ──▶ finished
/// ```
///
/// Packet Identifiers are given out in ascending order, from 1 to 65,535 and then from 1 again. The exchanges lie in a
/// queue in that order, so that an identifier is an index and needs no look-up; one that is finished before those in
/// front of it leaves a gap until they are. A Client's SUBSCRIBE and UNSUBSCRIBE draw from the same identifiers
/// [MQTT-2.2.1-3] and lie in the same queue.
struct OutgoingFlow<Message> {
    /// What an exchange waits for.
    enum Stage: UInt8, Sendable {
        case awaitingPuback
        case awaitingPubrec
        case awaitingPubcomp
        /// A SUBSCRIBE or UNSUBSCRIBE waits for its answer; it does not count against the Receive Maximum.
        case awaitingResponse
        case finished
    }

    /// How many exchanges can be open at once: one for each Packet Identifier.
    static var maximumCount: Int { 65_535 }

    /// The Receive Maximum of the other side: how many PUBLISH packets may be unacknowledged [MQTT-3.3.4-9].
    var receiveMaximum: UInt16

    /// What each exchange waits for. Apart from the messages, so that to look at it touches none of them.
    private var stages = Deque<Stage>()
    /// The message of each exchange, at the same place; `nil` where the exchange is finished.
    private var messages = Deque<Message?>()
    /// The Packet Identifier of the first exchange, or of the next one where there is none.
    private var firstIdentifier: UInt16 = 1
    /// How many exchanges from the front have been sent on this connection; the rest waits to be sent again.
    private var sentCount = 0
    /// How many of those are PUBLISH exchanges that are not finished.
    private(set) var inFlightCount = 0

    init(receiveMaximum: UInt16) {
        self.receiveMaximum = receiveMaximum
    }

    /// Whether nothing waits for anything.
    var isEmpty: Bool { stages.isEmpty }

    /// Whether a new message may be sent now: everything older has been sent on this connection, and neither the
    /// Receive Maximum [MQTT-4.9.0-1], [MQTT-4.9.0-2] nor the Packet Identifiers are used up.
    var canBegin: Bool {
        sentCount == stages.count && inFlightCount < Int(receiveMaximum) && stages.count < Self.maximumCount
    }

    /// Begins the exchange of a message that is sent now, and returns its Packet Identifier [MQTT-4.3.2-1],
    /// [MQTT-4.3.3-1]. Only where `canBegin` holds.
    @inline(__always)  // a call would borrow the message and copy it
    mutating func begin(_ message: consuming Message, qos: QoS) -> UInt16 {
        precondition(canBegin, "an exchange was begun beyond the receive maximum")
        precondition(qos != .atMostOnce, "a message of QoS 0 has no exchange")
        inFlightCount += 1
        return append(message, qos == .atLeastOnce ? .awaitingPuback : .awaitingPubrec)
    }

    /// Whether a message may be sent now under `identifier`, which leaves out those before it.
    func canBegin(_ identifier: UInt16) -> Bool {
        canBegin && mayRestore(identifier)
    }

    /// Begins the exchange of a message under `identifier`. Only where `canBegin` holds for it.
    mutating func begin(_ message: consuming Message, qos: QoS, identifier: UInt16) {
        precondition(canBegin(identifier), "an exchange was begun beyond the packet identifiers")
        sentCount += leaveOut(before: identifier)
        _ = begin(message, qos: qos)
    }

    /// Whether no exchange that is open has `identifier`, nor one of those that it leaves out.
    func mayRestore(_ identifier: UInt16) -> Bool {
        stages.isEmpty || stages.count + gap(before: identifier) < Self.maximumCount
    }

    /// Takes over an exchange that an earlier run of the program has begun under `identifier`, which must be free: it is
    /// to be sent again.
    mutating func restore(_ message: Message, stage: Stage, identifier: UInt16) {
        _ = leaveOut(before: identifier)
        stages.append(stage)
        messages.append(message)
    }

    /// How many identifiers lie between that of the last exchange and `identifier`.
    private func gap(before identifier: UInt16) -> Int {
        let next = Self.identifier(firstIdentifier, advancedBy: stages.count)
        let distance = Int(identifier) - Int(next)
        return distance < 0 ? distance + Self.maximumCount : distance
    }

    /// Gives out the identifiers before `identifier` to nothing, and returns how many places in the queue that took.
    private mutating func leaveOut(before identifier: UInt16) -> Int {
        guard !stages.isEmpty else {
            firstIdentifier = identifier
            return 0
        }
        let gap = gap(before: identifier)
        for _ in 0..<gap {
            stages.append(.finished)
            messages.append(nil)
        }
        return gap
    }

    /// Begins the exchange of a SUBSCRIBE or UNSUBSCRIBE; `nil` where all Packet Identifiers are in use.
    mutating func beginRequest(_ message: Message) -> UInt16? {
        guard sentCount == stages.count, stages.count < Self.maximumCount else { return nil }
        return append(message, .awaitingResponse)
    }

    @inline(__always)  // a call would borrow the message and copy it
    private mutating func append(_ message: consuming Message, _ stage: Stage) -> UInt16 {
        let identifier = Self.identifier(firstIdentifier, advancedBy: stages.count)
        stages.append(stage)
        // Put into its place and not appended, which would copy it and count its owners up and down.
        messages.append(nil)
        messages[messages.count - 1] = consume message
        sentCount += 1
        return identifier
    }

    // MARK: Answers

    /// What an answer means to the exchange that it names.
    enum Answer {
        /// The exchange is over, and this was its message.
        case finished(Message)
        /// PUBREC was received: PUBREL goes out next [MQTT-4.3.3-4].
        case sendPubrel
        /// No exchange waits for this answer.
        case unexpected
    }

    mutating func pubackReceived(_ identifier: UInt16) -> Answer {
        finish(identifier, from: .awaitingPuback)
    }

    mutating func pubrecReceived(_ identifier: UInt16, isFailure: Bool) -> Answer {
        guard let index = index(of: identifier) else { return .unexpected }
        switch stages[index] {
        case .awaitingPubrec:
            guard !isFailure else { return finish(identifier, from: .awaitingPubrec) }
            stages[index] = .awaitingPubcomp
            return .sendPubrel
        case .awaitingPubcomp:
            // A repeated PUBREC is answered again; the other side may not have seen the first PUBREL.
            return isFailure ? finish(identifier, from: .awaitingPubcomp) : .sendPubrel
        case .awaitingPuback, .awaitingResponse, .finished:
            return .unexpected
        }
    }

    /// - Parameter release: Lets go of what is only needed to send the message again, which will not happen any more
    ///   [MQTT-4.3.3-6].
    mutating func pubrecReceived(
        _ identifier: UInt16,
        isFailure: Bool,
        release: (inout Message) -> Void
    ) -> Answer {
        // Taken out and put back, so that it has one owner while it is changed.
        if !isFailure, let index = index(of: identifier), stages[index] == .awaitingPubrec,
            var message = messages[index].take()
        {
            release(&message)
            messages[index] = consume message
        }
        return pubrecReceived(identifier, isFailure: isFailure)
    }

    mutating func pubcompReceived(_ identifier: UInt16) -> Answer {
        finish(identifier, from: .awaitingPubcomp)
    }

    /// SUBACK or UNSUBACK was received.
    mutating func responseReceived(_ identifier: UInt16) -> Answer {
        finish(identifier, from: .awaitingResponse)
    }

    private mutating func finish(_ identifier: UInt16, from stage: Stage) -> Answer {
        guard let index = index(of: identifier), stages[index] == stage else { return .unexpected }
        guard index > 0 else { return finishFirst() }
        guard let message = messages[index].take() else { return .unexpected }
        finish(at: index)
        return .finished(message)
    }

    /// The same for the one in front, as nearly always: it leaves the queue, and nothing is written into its place.
    private mutating func finishFirst() -> Answer {
        if sentCount > 0, stages[0] != .awaitingResponse { inFlightCount -= 1 }
        let message = messages.removeFirst()
        stages.removeFirst()
        firstIdentifier = Self.identifier(firstIdentifier, advancedBy: 1)
        if sentCount > 0 { sentCount -= 1 }
        removeFinished()
        return message.map(Answer.finished) ?? .unexpected
    }

    private mutating func finish(at index: Int) {
        if index < sentCount, stages[index] != .awaitingResponse { inFlightCount -= 1 }
        stages[index] = .finished
        messages[index] = nil
        removeFinished()
    }

    /// Takes what is finished from the front of the queue.
    private mutating func removeFinished() {
        while stages.first == .finished {
            stages.removeFirst()
            messages.removeFirst()
            firstIdentifier = Self.identifier(firstIdentifier, advancedBy: 1)
            if sentCount > 0 { sentCount -= 1 }
        }
    }

    // MARK: A new connection

    /// Begins anew on a new connection that resumes the session: all that is unfinished is to be sent again, in the
    /// order in which it was sent first [MQTT-4.4.0-1], [MQTT-4.6.0-1]. Requests are not repeated; their messages are
    /// returned.
    mutating func resume(receiveMaximum: UInt16) -> [Message] {
        self.receiveMaximum = receiveMaximum
        sentCount = 0
        inFlightCount = 0
        var requests: [Message] = []
        for index in stages.indices where stages[index] == .awaitingResponse {
            if let message = messages[index].take() { requests.append(message) }
            stages[index] = .finished
        }
        removeFinished()
        return requests
    }

    /// The next exchange to send again, with what to send: PUBLISH with DUP [MQTT-3.3.1-1] where it awaits PUBACK or
    /// PUBREC, PUBREL where it awaits PUBCOMP, with the Packet Identifier it had. `nil` where all is sent or the Receive
    /// Maximum is reached; to be asked again after each answer.
    mutating func nextToResend() -> (identifier: UInt16, stage: Stage, message: Message)? {
        while sentCount < stages.count {
            let stage = stages[sentCount]
            guard stage != .finished, let message = messages[sentCount] else {
                sentCount += 1
                continue
            }
            guard inFlightCount < Int(receiveMaximum) else { return nil }
            let identifier = Self.identifier(firstIdentifier, advancedBy: sentCount)
            sentCount += 1
            inFlightCount += 1
            return (identifier, stage, message)
        }
        return nil
    }

    /// Ends an exchange as if the other side had acknowledged the message: it cannot be sent again.
    mutating func discard(_ identifier: UInt16) {
        guard let index = index(of: identifier), stages[index] != .finished else { return }
        finish(at: index)
    }

    /// The messages of all unfinished exchanges, in their order.
    var unfinishedMessages: [Message] { messages.compactMap(\.self) }

    /// Forgets everything, as the end of the session does; returns the messages of all unfinished exchanges.
    mutating func removeAll() -> [Message] {
        let unfinished = unfinishedMessages
        stages.removeAll()
        messages.removeAll()
        sentCount = 0
        inFlightCount = 0
        return unfinished
    }

    // MARK: Packet Identifiers

    private func index(of identifier: UInt16) -> Int? {
        guard identifier != 0 else { return nil }
        var index = Int(identifier) - Int(firstIdentifier)
        if index < 0 { index += Self.maximumCount }
        return index < stages.count ? index : nil
    }

    /// The identifier `distance` after this one, at most as many as there are; 0 is left out.
    private static func identifier(_ identifier: UInt16, advancedBy distance: Int) -> UInt16 {
        let sum = Int(identifier) + distance
        return UInt16(sum > maximumCount ? sum - maximumCount : sum)
    }
}

extension OutgoingFlow: Sendable where Message: Sendable {}

/// A promise of the protocol that a simulated world broke.
struct SimulatedViolation: Error, CustomStringConvertible {
    /// What was promised.
    enum Promise: String {
        case atMostOnce = "a message of QoS 0 arrives once at most"
        case atLeastOnce = "a message of QoS 1 arrives"
        case exactlyOnce = "a message of QoS 2 arrives exactly once"
        case acknowledged = "what is acknowledged was received"
        case order = "messages of one publisher on one topic arrive in order"
        case content = "what arrives is what was published"
        case invitation = "what arrives was subscribed to"
        case duplicate = "what is sent again says so"
        case receiveMaximum = "no more is in flight than the receive maximum"
        case retained = "a new subscriber gets the last retained message of each topic"
        case session = "a session lives as long as was agreed"
        case keepAlive = "a connection lives as long as its client speaks"
        case understanding = "well-behaved sides understand each other"
        case accounts = "what is counted is there"
        case rest = "a world without faults comes to rest"
        case nothingLeft = "nothing is left when all sessions are over"
    }

    let promise: Promise
    let detail: String

    init(_ promise: Promise, _ detail: String) {
        self.promise = promise
        self.detail = detail
    }

    var description: String { "not held: \(promise.rawValue); \(detail)" }
}

/// A habit that breaks the protocol, given to one side of a simulated world to see that the world notices.
enum SimulatedFault: CaseIterable, Sendable {
    /// Clients forget on a new connection which messages of QoS 2 they have received.
    case forgetsReceivedMessages
    /// Clients send an unacknowledged message of QoS 2 again as if it were a new one.
    case repeatsAsNew
    /// Clients take a message for acknowledged when it has been sent.
    case believesSending
    /// Clients acknowledge some messages of QoS 1 without taking them.
    case acknowledgesUnread
    /// Clients send the youngest waiting message first.
    case sendsYoungestFirst
    /// Clients send a message again without DUP.
    case hidesRepetition
    /// Clients send more messages at once than the broker takes.
    case ignoresReceiveMaximum
    /// The transport does not tell the broker that there is room again.
    case neverDrains
    /// The transport tells the broker nothing of the time.
    case stopsTheClock
    /// The transport does not wait for the store with what the broker promises.
    case promisesTooEarly
    /// Whoever carries mail between brokers puts what comes later on top.
    case reversesMail
}

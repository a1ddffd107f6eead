/// What brokers that are one to their Clients tell each other.
///
/// Each broker has a number below the count of brokers, and one mailbox. To whoever carries out the effects, a turn is
/// this: `receive` for what is in the mailbox; what connections and time bring; `consult` for what the directory is asked;
/// for the connections that continue, what they have sent behind their CONNECT; `finishTurn`; the mail; and only then
/// what is to be sent. It promises:
///
/// - The mail of a turn is posted before any answer of that turn leaves, and at once: no broker works on its part before
///   the others have theirs in their mailboxes.
/// - A mailbox is emptied in the order in which mail was posted to it, by `receive`, before anything else is given to its
///   broker but the answers of the ``ClientDirectory``.
///
/// So whoever does something because of an answer comes later, at each broker, than what the answer has told: a SUBACK
/// need not wait for the peers to know of the subscription.
enum Mail: Sendable {
    /// A message for the sessions of the receiver that subscribe to its topic.
    case message(StoredMessage)
    /// The same for a message that its topic keeps.
    case retained(RetainedChange)
    /// A message for one member of a group.
    case shared(SharedMail)
    /// What the sender's sessions want of a filter from now on.
    case interest(Interest)
    /// The sender's clock of retained messages; whether the receiver is to tell its own.
    case clock(UInt64, isQuestion: Bool)
    /// A session is asked for.
    case moveAsked(MoveRequest)
    /// A session that was asked for is about to leave.
    indirect case leaving(LeavingSession)
    /// The session is about to arrive at the sender, which gets its messages from now on; `from` is where it leaves.
    case redirect(MoveName, from: Int)
    /// What the sender posts behind this is for where the session arrives.
    case redirected(MoveName)
    /// What a session is still owed, as the last of it; `nil` where there was no session.
    indirect case moved(MoveName, MovedSession?)

    /// What a letter takes in memory beside a message that is in it, roughly, in bytes.
    private static let size = 64

    /// Roughly how many bytes it takes in memory, but for sessions that move: there is one of them for a CONNECT.
    var byteCount: Int {
        switch self {
        case .message(let message): Self.size + message.size
        case .retained(let change): Self.size + change.message.size
        case .shared(let shared): Self.size + shared.message.size
        case .interest(let interest): Self.size + interest.filter.filter.bytes.count
        case .clock, .moveAsked, .leaving, .redirect, .redirected, .moved: Self.size
        }
    }
}

/// A message for one member of a group of shared subscriptions.
struct SharedMail: Sendable {
    let message: StoredMessage
    /// With the Share Name.
    let filter: TopicFilter
    /// How often it has been passed on because there was no member any more; at most ``mostHops`` times.
    var hopCount = 0
    /// The brokers whose members may not have it.
    var refused = BrokerSet()

    /// How often a message may follow members that leave: they come and go far more slowly than mail.
    static let mostHops = 2 * BrokerSet.mostBrokers
}

/// Some of the brokers that are one to their Clients.
struct BrokerSet: Sendable, Equatable {
    /// How many brokers there may be.
    static let mostBrokers = 64

    private var bits: UInt64 = 0

    init() {}

    /// All brokers of so many.
    init(allOf count: Int) {
        precondition((1...Self.mostBrokers).contains(count), "there may be \(Self.mostBrokers) brokers")
        bits = UInt64.max >> UInt64(Self.mostBrokers - count)
    }

    var isEmpty: Bool { bits == 0 }

    func contains(_ broker: Int) -> Bool { bits & 1 << UInt64(broker) != 0 }

    mutating func insert(_ broker: Int) { bits |= 1 << UInt64(broker) }

    mutating func remove(_ broker: Int) { bits &= ~(1 << UInt64(broker)) }
}

/// The mail of a turn, for each broker in the order in which it is to be read.
struct OutgoingMail: Sendable {
    private var lists: [[Mail]] = []
    /// The brokers that there is mail for, in the order in which the first was posted to them.
    private var receivers: [Int] = []

    var isEmpty: Bool { receivers.isEmpty }

    mutating func post(_ mail: Mail, to broker: Int) {
        while lists.count <= broker {
            lists.append([])
        }
        if lists[broker].isEmpty { receivers.append(broker) }
        lists[broker].append(mail)
    }

    /// Takes all mail, to be posted.
    mutating func take() -> [(receiver: Int, mail: [Mail])] {
        guard !isEmpty else { return [] }
        let taken = receivers.map { (receiver: $0, mail: lists[$0]) }
        for receiver in receivers {
            lists[receiver] = []
        }
        receivers.removeAll(keepingCapacity: true)
        return taken
    }
}

/// A session on its way from one broker to another, as all of them call it.
struct MoveName: Sendable, Hashable {
    let clientIdentifier: UTF8String
    /// The tenure of the broker that gets the session.
    let tenure: UInt64
}

/// A broker asks for the session of a Client that connects to it.
struct MoveRequest: Sendable {
    let name: MoveName
    /// Who asks.
    let broker: Int
    /// The tenure that ends; where the session has ended on its own there is none with this number.
    let formerTenure: UInt64
    /// Whether the session is only to end.
    let cleanStart: Bool
}

/// What the next broker has to know of a session to take in its messages.
struct LeavingSession: Sendable {
    let name: MoveName
    let userName: UTF8String?
    let listener: Int
    let mountPoint: [UInt8]
    let subscriptions: [(filter: TopicFilter, subscriber: SubscriptionIndex.Subscriber)]
}

/// A session of this broker that leaves, or that arrives.
struct SessionMove {
    let name: MoveName
    /// The broker at the other end.
    let other: Int
    /// Whose messages are not for the session here: where it leaves, those who send them to where it arrives already;
    /// where it arrives, those who do not yet.
    var ignored: BrokerSet
    /// Whether the rest of the session has come.
    var isMoved = false
}

/// A session that this broker has asked for, with all that waits for it.
struct Arrival {
    /// How many CONNECTs of one Client wait for its session; further ones are refused.
    static let mostConnects = 100

    let name: MoveName
    /// The broker where it was.
    let other: Int
    /// The tenure of this broker, which is a later one than that of the move where the Client has connected again.
    var tenure: UInt64
    /// The CONNECTs that wait, in the order in which they came.
    var connects: [(connection: ConnectionIndex, ticket: UInt32)] = []
    /// Who asks for the session next.
    var next: MoveRequest?
}

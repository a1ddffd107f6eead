import NIOCore

/// What a participant of the chat is told before the start.
public struct ChatParticipantConfiguration: Sendable {
    /// The name; `nil` for one who only listens.
    public var user: ParticipantName?
    /// How often a sign of life is given.
    public var heartbeat = Duration.seconds(30)
    /// After which time without a sign of life somebody is gone, where no chat server tells.
    public var timeout = Duration.seconds(60)
    /// How surely everything arrives.
    public var qos = QoS.atMostOnce

    /// One run of the program.
    let identifier = ParticipantName.makeIdentifier()
    var messageRate = ChatServerConfiguration.messageRate(perSecond: ChatServerConfiguration.defaultMessagesPerSecond)

    /// A participant of this name; `nil` for one who only listens.
    public init(user: ParticipantName?) {
        self.user = user
    }

    /// How many messages of each user are shown each second in the long run; five times as many may come at once.
    public mutating func limit(messagesPerSecond: Int) {
        messageRate = ChatServerConfiguration.messageRate(perSecond: messagesPerSecond)
    }
}

/// Holds back what a user says so far that nobody drops it for coming too fast.
public struct ChatPace: Sendable {
    private var bucket: TokenBucket

    /// - Parameter messagesPerSecond: The limit that the others have.
    public init(messagesPerSecond: Int) {
        // Below the limit of the others: what the network holds up arrives at once.
        let rate = TokenBucket.Rate(perSecond: 0.9 * Double(messagesPerSecond), burst: 3 * Double(messagesPerSecond))
        bucket = TokenBucket(rate, now: .now())
    }

    /// Waits until the next message may go; ends early where the task is cancelled.
    public mutating func wait() async {
        while !Task.isCancelled, !bucket.take(now: .now()) {
            // A wait that is cancelled ends the loop.
            try? await Task.sleep(for: .nanoseconds(bucket.delay(now: .now()).nanoseconds))
        }
    }
}

import NIOCore

/// What a chat server is told before it starts.
public struct ChatServerConfiguration: Sendable {
    /// How many of the latest messages newcomers get, up to 10,000; 0 for none.
    public var historyCount = 50
    /// After which time without a sign of life a user is gone.
    public var timeout = Duration.seconds(60)
    /// How surely what the server says arrives, and how surely it listens.
    public var qos = QoS.atMostOnce

    /// How many messages and signs of life of each user count.
    var messageRate = ChatServerConfiguration.messageRate(perSecond: defaultMessagesPerSecond)
    /// How many questions of each user are answered.
    var requestRate = TokenBucket.Rate(perSecond: 1, burst: 10)
    /// How often the list of users is published at most, unless somebody asks for it.
    var listInterval = TimeAmount.milliseconds(500)
    /// How many users there are at most.
    var maximumUsers = ChatUserList.maximumNames

    /// How many messages of a user count each second in the long run.
    public static let defaultMessagesPerSecond = 20

    /// A server with the usual numbers.
    public init() {}

    /// How many messages of each user count each second in the long run; five times as many may come at once.
    public mutating func limit(messagesPerSecond: Int) {
        messageRate = Self.messageRate(perSecond: messagesPerSecond)
    }

    static func messageRate(perSecond: Int) -> TokenBucket.Rate {
        TokenBucket.Rate(perSecond: Double(perSecond), burst: Double(5 * perSecond))
    }
}

/// What a chat server counts from its start on.
struct ChatServerCounts: Equatable {
    var messages = 0
    /// Payloads that are not what their topic asks for.
    var malformed = 0
    /// Messages and questions of users who send too many.
    var rateLimited = 0
    /// Joins under a name that somebody else has, or when all places are taken.
    var refused = 0
    /// Users who were silent for too long.
    var timedOut = 0
}

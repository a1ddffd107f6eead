import NIOCore

/// What a room server is told before it starts.
public struct RoomServerConfiguration: Sendable {
    /// Where everything happens.
    public var topics: RoomTopics

    /// How much there may be of everything.
    var limits = RoomRegistry.Limits()
    /// How many commands are done.
    var commandRate = TokenBucket.Rate(perSecond: 2_000, burst: 10_000)
    /// How many joins and leaves are taken: all members of a large room come at once when a broker restarts.
    var announcementRate = TokenBucket.Rate(perSecond: 5_000, burst: 50_000)
    var complaintRate = TokenBucket.Rate(perSecond: 1, burst: 10)
    /// For how long no member may have answered before commands are done, and how long that may take in all.
    var settlingTime = TimeAmount.milliseconds(500)
    var maximumSettlingTime = TimeAmount.seconds(2)
    /// How long members have to come back to a broker that was gone; clients wait half a minute at most before they try.
    var returnTime = TimeAmount.seconds(60)
    /// How often the status is published at most.
    var statusInterval = TimeAmount.seconds(1)
    /// How many commands wait while members answer.
    var maximumWaitingCommands = 1_000
    /// Another one for each start.
    let identifier = ParticipantName.makeIdentifier().description

    /// A server of these topics.
    public init(topics: RoomTopics = RoomTopics()) {
        self.topics = topics
    }
}

/// What a room server counts from its start on.
struct RoomServerCounts {
    var joined = 0
    var left = 0
    /// Members that did not come back after the broker was gone.
    var dropped = 0
    var commands = 0
    /// Messages that were relayed.
    var messages = 0
    var refused = 0
    var malformed = 0
    var rateLimited = 0

    /// All of them by name.
    var all: [RoomStatus.Counter] {
        [
            ("joined", joined), ("left", left), ("dropped", dropped), ("commands", commands), ("messages", messages),
            ("refused", refused), ("malformed", malformed), ("rate_limited", rateLimited),
        ].map { RoomStatus.Counter(name: $0.0, count: $0.1) }
    }
}

/// The latest commands that were done, by their identifiers, with their answers.
struct RecentAnswers {
    /// How many are kept.
    static let maximumCount = 1_000
    /// For how long the same command is taken for one that has arrived twice.
    static let lifetime = TimeAmount.seconds(10)

    private struct Entry {
        var command: RoomCommand
        var answer: RoomAnswer
        var end: NIODeadline
    }

    private var entries: [ParticipantName: Entry] = [:]
    /// The identifiers in a ring, the oldest where the next one goes.
    private var ring: [ParticipantName] = []
    private var next = 0

    /// What this very command was answered a moment ago; an identifier alone may come again with something else.
    func answer(to command: RoomCommand, now: NIODeadline) -> RoomAnswer? {
        guard let identifier = command.identifier, let entry = entries[identifier], entry.command == command,
            now < entry.end
        else { return nil }
        return entry.answer
    }

    mutating func append(_ answer: RoomAnswer, to command: RoomCommand, now: NIODeadline) {
        // A status is old when it is asked for again, and may be long.
        guard let identifier = command.identifier, answer.status == nil else { return }
        let entry = Entry(command: command, answer: answer, end: now + Self.lifetime)
        guard entries.updateValue(entry, forKey: identifier) == nil else { return }
        if ring.count < Self.maximumCount {
            ring.append(identifier)
        } else {
            entries[ring[next]] = nil
            ring[next] = identifier
            next = (next + 1) % Self.maximumCount
        }
    }
}

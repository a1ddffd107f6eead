import DequeModule
import NIOCore

/// Log lines on their way to their topics: they wait until the event loop of the broker publishes them, all in one go.
struct LogTopics: Sendable {
    /// A line to publish.
    struct Message: Sendable, Equatable {
        let topic: String
        let payload: String
    }

    /// Where lines are published.
    struct Connection: Sendable {
        let eventLoop: any EventLoop
        let publish: @Sendable (_ topic: String, _ payload: String) -> Void
    }

    /// How many lines may wait; those that come then are lost, and counted.
    static let most = 1_000

    /// Where they are published; while there is nobody, the first ones wait.
    var connection: Connection?
    private var waiting: Deque<Message> = []
    private var lostCount = 0
    /// Whether the event loop has been asked to come for what waits.
    private var isScheduled = false
    /// Whether the event loop is publishing lines now.
    private var isPublishing = false

    /// Adds a line.
    ///
    /// - Returns: Whether the event loop is to be asked to come.
    mutating func add(_ line: LogLine) -> Bool {
        guard let topic = line.kind.topic else { return false }
        // What is logged because a line is published would be published, and logged, without end.
        if isPublishing, connection?.eventLoop.inEventLoop == true { return false }
        if waiting.count < Self.most {
            waiting.append(Message(topic: topic, payload: line.stamped))
        } else {
            lostCount += 1
        }
        return schedule()
    }

    /// Notes that the event loop is asked to come for what waits, where that is needed.
    mutating func schedule() -> Bool {
        guard connection != nil, !isScheduled, !waiting.isEmpty else { return false }
        isScheduled = true
        return true
    }

    /// Takes all that waits, to be published until ``finish()``.
    mutating func begin(stamp: String) -> [Message] {
        isScheduled = false
        guard connection != nil else { return [] }
        isPublishing = true
        if lostCount > 0, let topic = LogSettings.Kind.warning.topic {
            let text = "\(lostCount) lines of the log were not published: there were more than \(Self.most) at once"
            waiting.append(Message(topic: topic, payload: LogLine(.warning, text, stamp: stamp).stamped))
            lostCount = 0
        }
        defer { waiting.removeAll(keepingCapacity: false) }
        return Array(waiting)
    }

    /// What was taken has been published.
    mutating func finish() {
        isPublishing = false
    }
}

/// The topics of one room server and its clients.
public struct RoomTopics: Sendable, Hashable {
    /// How many bytes a prefix has at most.
    public static let maximumPrefixByteCount = 256

    /// Why a text is no prefix.
    public struct PrefixProblem: Error, Sendable, CustomStringConvertible {
        /// What is wrong, and what is allowed.
        public let description: String
    }

    /// What stands before every topic: empty, or levels with a slash at the end.
    private let prefix: String

    /// The topics without a prefix.
    public init() {
        prefix = ""
    }

    /// The topics of one of several room servers on a broker.
    ///
    /// - Parameter prefix: One or more levels, for example `site/a`; empty for none.
    public init(prefix: String) throws(PrefixProblem) {
        let levels = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        guard levels.utf8.count <= Self.maximumPrefixByteCount else {
            throw PrefixProblem(description: "the prefix is longer than \(Self.maximumPrefixByteCount) bytes")
        }
        let isWrong = levels.unicodeScalars.contains { $0 == "+" || $0 == "#" || !$0.isVisible }
        guard !isWrong, !levels.hasPrefix("$") else {
            throw PrefixProblem(
                description: "the prefix \(prefix) has a wildcard, a control character or begins with $"
            )
        }
        self.prefix = levels.isEmpty ? "" : levels + "/"
    }

    /// Where operators send their commands.
    var commands: String { "\(prefix)server/commands" }
    /// Where the server asks who is there.
    var announcements: String { "\(prefix)server/announcements" }
    /// Where the server tells what it has, after every change.
    var status: String { "\(prefix)server/status" }
    /// The filters of what members announce.
    var joins: String { "\(prefix)rooms/+/join" }
    var leaves: String { "\(prefix)rooms/+/leave" }

    /// Where the answer to what carried this identifier goes.
    func replies(to identifier: String) -> String { "\(prefix)server/replies/\(identifier)" }
    func join(_ room: ParticipantName) -> String { "\(prefix)rooms/\(room)/join" }
    func leave(_ room: ParticipantName) -> String { "\(prefix)rooms/\(room)/leave" }
    /// What the server says to all members of a room.
    func messages(_ room: ParticipantName) -> String { "\(prefix)rooms/\(room)/messages" }
    /// What the server says to one client.
    func direct(_ client: ParticipantName) -> String { "\(prefix)clients/\(client)/direct" }

    /// Whether a topic is for what members, operators or the server itself say; answers go to any other.
    func isTaken(_ topic: String) -> Bool {
        topic == commands || topic == announcements || topic == status || topic.hasPrefix("\(prefix)rooms/")
            || topic.hasPrefix("\(prefix)clients/")
    }

    /// What a topic that the server receives is for.
    enum Incoming: Equatable {
        case join(ParticipantName)
        case leave(ParticipantName)
        case commands
        case announcements
    }

    /// - Returns: `nil` for any other topic, and for rooms whose names are none.
    func incoming(_ topic: String) -> Incoming? {
        if topic == commands { return .commands }
        if topic == announcements { return .announcements }
        guard topic.hasPrefix(prefix) else { return nil }
        let levels = topic.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
        guard levels.count == 3, levels[0] == "rooms", let room = try? ParticipantName(String(levels[1])) else {
            return nil
        }
        switch levels[2] {
        case "join": return .join(room)
        case "leave": return .leave(room)
        default: return nil
        }
    }
}

import NIOCore

/// Who is in the chat, as one participant knows it.
struct ChatRoster: Sendable {
    private struct Entry {
        var identifier: ParticipantName?
        var lastSign: NIODeadline
    }

    /// How many users are known at most; the others are seen when they speak.
    static let maximumCount = ChatUserList.maximumNames

    private var entries: [ParticipantName: Entry] = [:]

    var users: [ParticipantName] { entries.keys.sorted() }
    func contains(_ user: ParticipantName) -> Bool { entries[user] != nil }

    /// Notes a sign of life; returns whether the user was not known.
    mutating func add(_ user: ParticipantName, identifier: ParticipantName? = nil, now: NIODeadline) -> Bool {
        let isNew = entries[user] == nil
        guard !isNew || entries.count < Self.maximumCount else { return false }
        entries[user, default: Entry(lastSign: now)].lastSign = now
        if let identifier { entries[user]?.identifier = identifier }
        return isNew
    }

    /// Takes a user out; returns whether the user was known.
    mutating func remove(_ user: ParticipantName) -> Bool { entries.removeValue(forKey: user) != nil }

    /// The identifier of the one who has the name.
    func identifier(of user: ParticipantName) -> ParticipantName? { entries[user]?.identifier }

    /// Those who have given no sign since `time`.
    func silent(since time: NIODeadline) -> [ParticipantName] {
        entries.filter { $0.value.lastSign <= time }.keys.sorted()
    }

    /// Everybody has given a sign of life, for all that could be seen.
    mutating func refresh(now: NIODeadline) {
        for user in entries.keys {
            entries[user]?.lastSign = now
        }
    }
}

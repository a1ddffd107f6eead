/// The topics of the chat.
enum ChatTopics {
    /// What everybody says to everybody.
    static let messages = "chat/messages"
    /// Who comes, goes, and is still there.
    static let presence = "chat/presence"
    /// What the chat server tells of comings and goings.
    static let system = "chat/system"
    /// Who is there, as the chat server knows it; retained.
    static let users = "chat/users"
    /// Asks the chat server for the list of users, the history, or all users for a sign of life.
    static let usersRequest = "chat/request/users"
    static let historyRequest = "chat/request/history"
    static let presenceRequest = "chat/request/presence"

    /// What is for one user only.
    static func `private`(_ user: ParticipantName) -> String { "chat/private/\(user)" }
}

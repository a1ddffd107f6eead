/// Who may publish to which topics and receive from which: the rules of an access control file, in its order.
public struct AccessControlList: Sendable {
    /// What a rule is about.
    enum Access: String, Sendable {
        case read
        case write
        case readWrite = "readwrite"
        case deny
    }

    /// One line of the file.
    struct Rule: Sendable {
        var access: Access
        /// The Topic Filter, in which a pattern has `%c` and `%u`.
        var topicFilter: UTF8String
        /// The line in the file, from 1.
        var line: Int
    }

    /// The rules for Clients without a User Name.
    var anonymous: [Rule] = []
    /// The rules for each User Name.
    var users: [UTF8String: [Rule]] = [:]
    /// The rules for everybody, in which `%c` stands for the Client Identifier and `%u` for the User Name.
    var patterns: [Rule] = []

    init() {}

    /// What one Client may do: its rules with its names filled in, made once when it connects.
    func profile(userName: UTF8String?, clientIdentifier: UTF8String) -> AccessProfile {
        AccessProfile(rules: userName.map { users[$0] ?? [] } ?? anonymous)
    }
}

/// What one Client may do by an ``AccessControlList``.
struct AccessProfile: Sendable {
    /// What a Client wants to do with a topic.
    enum Action: Sendable {
        /// To publish to it.
        case publish
        /// To receive what others publish to it.
        case receive
    }

    /// Whether it may.
    enum Decision: Sendable, Equatable {
        case allowed
        /// It may not, by the rule that stands in this line of the file; `nil` where no rule allows it.
        case denied(line: Int?)
    }

    let rules: [AccessControlList.Rule]

    /// Whether the Client may do this with the Topic Name `topic`.
    func decision(_ action: Action, _ topic: Span<UInt8>) -> Decision {
        for rule in rules where topicMatches(name: topic, filter: rule.topicFilter.bytes.span) {
            switch (rule.access, action) {
            case (.readWrite, _), (.read, .receive), (.write, .publish): return .allowed
            case (.deny, _): return .denied(line: rule.line)
            case (.read, .publish), (.write, .receive): continue
            }
        }
        return .denied(line: nil)
    }

    /// Whether there can be a topic that `filter` matches and that the Client may receive from.
    func mayReceiveSomething(matching filter: Span<UInt8>) -> Bool {
        rules.contains { $0.access == .read || $0.access == .readWrite }
    }
}

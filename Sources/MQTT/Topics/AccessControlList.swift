/// Who may publish to which topics and receive from which: the rules of an access control file.
///
/// A Client is held against its own rules first and then against the patterns, which are for everybody. In each of the
/// two the rules that deny come first, wherever they stand in the file. What no rule allows is denied.
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
        let access: Access
        /// The Topic Filter; in a pattern its levels `%c` and `%u` stand for the names of a Client.
        let topicFilter: UTF8String
        /// The line in the file, from 1.
        let line: Int
        let isPattern: Bool
        /// Whether a level of the pattern is the User Name, so that it says nothing of a Client without one.
        let needsUserName: Bool

        init(_ access: Access, _ topicFilter: UTF8String, isPattern: Bool = false, line: Int) {
            self.access = access
            self.topicFilter = topicFilter
            self.line = line
            self.isPattern = isPattern
            needsUserName = isPattern && topicFilter.bytes.span.hasTopicLevel(Placeholder.userName)
        }
    }

    /// Rules that are looked at together.
    struct Group: Sendable {
        /// The rules that deny, in the order of the file.
        private(set) var denials: [Rule] = []
        /// The others, in the order of the file.
        private(set) var permissions: [Rule] = []

        mutating func append(_ rule: Rule) {
            switch rule.access {
            case .deny: denials.append(rule)
            case .read, .write, .readWrite: permissions.append(rule)
            }
        }

        /// The rule that stands in `line`.
        func rule(line: Int) -> Rule? {
            denials.first { $0.line == line } ?? permissions.first { $0.line == line }
        }
    }

    /// The levels of a pattern that stand for a name of the Client.
    enum Placeholder {
        static let clientIdentifier = Array("%c".utf8)
        static let userName = Array("%u".utf8)
    }

    /// The rules for Clients without a User Name.
    var anonymous = Group()
    /// The rules for each User Name.
    var users: [UTF8String: Group] = [:]
    /// The rules for everybody.
    var patterns = Group()

    /// A list without rules, which denies everything.
    init() {}

    /// What one Client may do, made once when it connects.
    func profile(userName: UTF8String?, clientIdentifier: UTF8String) -> AccessProfile {
        AccessProfile(
            own: userName.map { users[$0] ?? Group() } ?? anonymous,
            patterns: patterns,
            names: ClientNames(userName: userName, clientIdentifier: clientIdentifier)
        )
    }
}

extension AccessControlList.Rule: CustomStringConvertible {
    /// How much of a rule a log line shows, in bytes.
    private static let longestText = 100

    /// The rule as it could stand in the file, cut short where it is long.
    var description: String {
        let bytes = topicFilter.bytes
        let shown = String(decoding: bytes.prefix(Self.longestText), as: UTF8.self)
        let end = bytes.count > Self.longestText ? "…" : ""
        return "\(isPattern ? "pattern" : "topic") \(access.rawValue) \(shown)\(end)"
    }
}

/// The names of a Client that patterns refer to.
struct ClientNames: Sendable {
    /// `nil` where the Client gave none.
    let userName: UTF8String?
    let clientIdentifier: UTF8String

    /// The name that stands in place of a level of a pattern; `nil` where the level stands for itself.
    func name(for level: Span<UInt8>) -> [UInt8]? {
        if level.hasSameBytes(as: AccessControlList.Placeholder.clientIdentifier.span) { return clientIdentifier.bytes }
        if level.hasSameBytes(as: AccessControlList.Placeholder.userName.span) { return userName?.bytes }
        return nil
    }

    /// Whether a name would be a wildcard if it stood in a pattern.
    var haveWildcards: Bool {
        func hasWildcard(_ name: UTF8String) -> Bool {
            name.bytes.contains { $0 == TopicCharacter.plus || $0 == TopicCharacter.hash }
        }
        return hasWildcard(clientIdentifier) || userName.map(hasWildcard) ?? false
    }
}

extension Span<UInt8> {
    /// Whether one of the levels is `level`.
    func hasTopicLevel(_ level: [UInt8]) -> Bool {
        var start = 0
        while start <= count {
            let end = endOfTopicLevel(from: start)
            if extracting(start..<end).hasSameBytes(as: level.span) { return true }
            start = end + 1
        }
        return false
    }
}

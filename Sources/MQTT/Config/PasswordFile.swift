/// The users and the hashes of their passwords, as mosquitto keeps them in a file.
public struct PasswordFile: Sendable {
    /// The most bytes that a password file may have.
    static let maximumFileSize = 64 << 20
    /// The most users that a password file may have.
    static let maximumUserCount = 500_000
    /// How many notices are kept; further ones would tell nothing new.
    static let maximumNoticeCount = 100

    /// Hash by User Name.
    private(set) var hashes: [UTF8String: PasswordHash] = [:]
    /// The lines that were left out, and why.
    public private(set) var notices: [ConfigurationError] = []
    /// Nobody's hash, of the form that most users have: an unknown user is held against it, so that the time which an
    /// answer takes does not tell who is known.
    private var decoy: PasswordHash?

    /// No users.
    public init() {}

    /// Reads a file of lines `USER:HASH`. `#` begins a comment; a line without a colon is left out with a notice.
    ///
    /// - Throws: ``ConfigurationError`` with the line that is wrong, or with what the system said of the file.
    public static func read(_ path: String) throws(ConfigurationError) -> PasswordFile {
        try PasswordFile(TextFile(reading: path, maximumSize: maximumFileSize))
    }

    /// The users that a file has.
    init(_ file: TextFile) throws(ConfigurationError) {
        for line in file.lines where !line.isEmptyOrComment {
            guard let entry = PasswordFileEntry(line) else {
                if notices.count < Self.maximumNoticeCount {
                    notices.append(file.error("left out: a line is a user name, a colon and a hash", line: line.number))
                }
                continue
            }
            let userName = try entry.checkedUserName(in: file)
            guard hashes[userName] == nil else {
                throw file.error("\(userName) has a password already, in a line above", line: line.number)
            }
            guard hashes.count < Self.maximumUserCount else {
                throw file.error("more than the \(Self.maximumUserCount) users that are allowed", line: line.number)
            }
            hashes[userName] = try entry.checkedHash(in: file)
        }
        decoy = Self.decoy(for: hashes.values)
    }

    /// Whether a user is in both files with the same password.
    func hasSamePassword(of userName: UTF8String, as other: PasswordFile) -> Bool {
        guard let hash = hashes[userName] else { return false }
        return hash == other.hashes[userName]
    }

    /// A hash of the form that most of `hashes` have.
    private static func decoy(for hashes: some Collection<PasswordHash>) -> PasswordHash? {
        var counts: [PasswordHashAlgorithm: Int] = [:]
        for hash in hashes {
            counts[hash.algorithm, default: 0] += 1
        }
        guard let most = counts.values.max() else { return nil }
        // Of two forms that are as common the same one after each start, or a restart would tell the users apart.
        let algorithm = counts.filter { $0.value == most }.keys.min { "\($0)" < "\($1)" }
        guard let algorithm else { return nil }
        return PasswordHash(
            algorithm: algorithm,
            salt: [UInt8](repeating: 0, count: algorithm.saltLength),
            key: [UInt8](repeating: 0, count: PasswordHashAlgorithm.keyLength)
        )
    }

    /// Whether `password` is that of `userName`; without a password it is not. Takes milliseconds by design: never to be
    /// called on an event loop.
    func verify(userName: UTF8String, password: [UInt8]?) -> Bool {
        guard let password else { return false }
        guard let hash = hashes[userName] else {
            _ = decoy?.matches(password)
            return false
        }
        return hash.matches(password)
    }
}

/// A line of a password file that has a user.
struct PasswordFileEntry: Sendable {
    let line: Int
    /// What stands before the colon, without blanks around it.
    let userName: ArraySlice<UInt8>
    /// What stands behind the colon, without blanks around it.
    let secret: ArraySlice<UInt8>

    /// The entry of a line; `nil` where it has none.
    init?(_ line: TextLine) {
        guard !line.isEmptyOrComment, let colon = line.bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        self.line = line.number
        userName = line.bytes[..<colon].trimmingBlanks
        secret = line.bytes[(colon + 1)...].trimmingBlanks
    }

    /// The user name, where it is one.
    func checkedUserName(in file: TextFile) throws(ConfigurationError) -> UTF8String {
        guard !userName.isEmpty else { throw file.error("no user name stands before the colon", line: line) }
        guard let name = UTF8String(validating: Array(userName)) else {
            throw file.error("the user name is not text that MQTT allows, in UTF-8", line: line)
        }
        return name
    }

    /// The hash, where it is one.
    func checkedHash(in file: TextFile) throws(ConfigurationError) -> PasswordHash {
        guard !secret.isEmpty else {
            throw file.error(
                """
                \(userName.text) has no password; give one with: tinymqtt passwd \(file.path) \(userName.text)
                """,
                line: line
            )
        }
        do {
            return try PasswordHash(secret)
        } catch {
            let advice = error.isPlainText ? "; convert the file with: tinymqtt passwd -U \(file.path)" : ""
            throw file.error("\(userName.text): \(error.problem)\(advice)", line: line)
        }
    }
}

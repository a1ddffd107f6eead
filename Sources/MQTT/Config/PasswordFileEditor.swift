/// A password file that is being changed. Comments and lines that it does not understand stay as they are.
public struct PasswordFileEditor: Sendable {
    /// The longest password that MQTT can carry, in bytes.
    public static let maximumPasswordLength = UTF8String.maximumLength

    /// The path of the file, for messages.
    private let path: String
    /// The lines without their ends.
    private var lines: [[UInt8]] = []

    /// A file without users.
    ///
    /// - Parameter path: What the file is called in messages.
    public init(path: String) {
        self.path = path
    }

    /// Reads a file to change it. What is wrong in it does no harm until somebody asks for that line.
    ///
    /// - Throws: ``ConfigurationError`` with what the system said of the file.
    public init(reading path: String) throws(ConfigurationError) {
        self.path = path
        let file = try TextFile(reading: path, maximumSize: PasswordFile.maximumFileSize)
        lines = file.lines.map { Array($0.bytes) }
    }

    /// The text of the file.
    public var bytes: [UInt8] {
        lines.reduce(into: []) { $0 += $1 + [UInt8(ascii: "\n")] }
    }

    /// Gives a user another password, or adds the user at the end of the file.
    ///
    /// - Throws: ``ConfigurationError`` where the file cannot hold the name, or MQTT not the password.
    public mutating func setPassword(
        _ password: [UInt8],
        of userName: String,
        algorithm: PasswordHashAlgorithm
    ) throws(ConfigurationError) {
        try Self.check(userName: userName)
        let hash = try Self.hash(of: password, userName, algorithm)
        let line = Array("\(userName):\(hash.text)".utf8)
        let indices = indices(of: userName)
        guard let first = indices.first else { return lines.append(line) }
        lines[first] = line
        // The broker refuses a file that has a user twice.
        for index in indices.dropFirst().reversed() {
            lines.remove(at: index)
        }
    }

    /// Takes a user away.
    ///
    /// - Throws: ``ConfigurationError`` where there is no such user.
    public mutating func remove(userName: String) throws(ConfigurationError) {
        let indices = indices(of: userName)
        guard !indices.isEmpty else { throw ConfigurationError("there is no user \(userName)", file: path) }
        for index in indices.reversed() {
            lines.remove(at: index)
        }
    }

    /// How many passwords ``hashPlainPasswords(algorithm:)`` has met.
    public struct Conversion: Sendable, Equatable {
        /// Those that stood there in plain text, and are hashed now.
        public var hashed = 0
        /// Those that were hashed already by the algorithm that was asked for.
        public var current = 0
        /// Those that are hashed in another form. It takes the password to hash them anew.
        public var other = 0

        /// None.
        public init() {}
    }

    /// Puts hashes in place of passwords that are plain text.
    ///
    /// - Throws: ``ConfigurationError`` with the line that is wrong; then nothing is changed.
    public mutating func hashPlainPasswords(
        algorithm: PasswordHashAlgorithm
    ) throws(ConfigurationError) -> Conversion {
        let file = TextFile(path: path, bytes: bytes)
        var converted = lines
        var conversion = Conversion()
        var userNames: Set<UTF8String> = []
        for line in file.lines {
            guard let entry = PasswordFileEntry(line) else { continue }
            let userName = try entry.checkedUserName(in: file)
            guard userNames.insert(userName).inserted else {
                throw file.error("\(userName) has a password already, in a line above", line: entry.line)
            }
            guard entry.secret.isEmpty || PasswordHash.isHash(entry.secret) else {
                let hash = try Self.hash(of: Array(entry.secret), userName.description, algorithm)
                converted[entry.line - 1] = Array(entry.userName) + Array(":\(hash.text)".utf8)
                conversion.hashed += 1
                continue
            }
            let hash = try entry.checkedHash(in: file)
            if hash.algorithm == algorithm { conversion.current += 1 } else { conversion.other += 1 }
        }
        lines = converted
        return conversion
    }

    /// The line of a new file for one user, as ``setPassword(_:of:algorithm:)`` writes it.
    private static func hash(
        of password: [UInt8],
        _ userName: String,
        _ algorithm: PasswordHashAlgorithm
    ) throws(ConfigurationError) -> PasswordHash {
        guard !password.isEmpty else { throw ConfigurationError("the password of \(userName) is empty") }
        guard password.count <= maximumPasswordLength else {
            throw ConfigurationError(
                "the password of \(userName) is longer than the \(maximumPasswordLength) bytes that MQTT can carry"
            )
        }
        guard let hash = PasswordHash(of: password, by: algorithm) else {
            throw ConfigurationError("there is no memory to hash the password of \(userName) in")
        }
        return hash
    }

    /// Holds that a user name can stand in the file and be read again as the same.
    private static func check(userName: String) throws(ConfigurationError) {
        guard !userName.isEmpty else { throw ConfigurationError("the user name is empty") }
        guard let name = UTF8String(userName) else {
            throw ConfigurationError("the user name has U+0000, or more than \(UTF8String.maximumLength) bytes")
        }
        guard !name.bytes.contains(UInt8(ascii: ":")) else {
            throw ConfigurationError("the user name \(userName) has a colon, which ends names in a password file")
        }
        guard !name.bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw ConfigurationError("the user name has a control character, such as a line feed")
        }
        guard name.bytes[...].trimmingBlanks.count == name.count else {
            throw ConfigurationError("the user name ‘\(userName)’ begins or ends with a blank")
        }
        guard name.bytes.first != UInt8(ascii: "#") else {
            throw ConfigurationError("the user name \(userName) begins with #, like a comment in a password file")
        }
    }

    /// Where a user stands.
    private func indices(of userName: String) -> [Int] {
        lines.indices.filter { index in
            PasswordFileEntry(TextLine(number: index + 1, bytes: lines[index][...]))
                .map { $0.userName.elementsEqual(userName.utf8) } ?? false
        }
    }
}

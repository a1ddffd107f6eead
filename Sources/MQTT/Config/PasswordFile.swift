/// The users and the hashes of their passwords, as mosquitto keeps them in a file.
public struct PasswordFile: Sendable {
    /// Hash by User Name.
    private(set) var hashes: [UTF8String: String] = [:]

    /// No users.
    public init() {}

    /// Reads the file.
    ///
    /// - Throws: ``ConfigurationError`` with the line that is wrong, or with what the system said of the file.
    public static func read(_ path: String) throws(ConfigurationError) -> PasswordFile {
        PasswordFile()
    }

    /// Whether `password` is that of `userName`. Takes milliseconds by design: never to be called on an event loop.
    func verify(userName: UTF8String, password: [UInt8]?) -> Bool {
        false
    }
}

/// The keys that Clients of a TLS listener share with the broker, by their identity.
public struct PreSharedKeyFile: Sendable {
    /// The keys by identity.
    private(set) var keys: [String: [UInt8]] = [:]

    /// No keys.
    public init() {}

    /// Reads the file.
    ///
    /// - Throws: ``ConfigurationError`` with the line that is wrong, or with what the system said of the file.
    public static func read(_ path: String) throws(ConfigurationError) -> PreSharedKeyFile {
        PreSharedKeyFile()
    }

    /// The key of an identity.
    func key(of identity: String) -> [UInt8]? { keys[identity] }
}

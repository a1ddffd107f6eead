/// The files that say who may connect and what they may do, and what stands in them.
public struct SecuritySettings: Sendable {
    /// The path of the password file; `nil` for none.
    public var passwordFile: String?
    /// What stands in it.
    public var passwords: PasswordFile?
    /// The path of the access control file; `nil` for none. What stands in it is in the listener's rules.
    public var accessControlFile: String?
    /// The path of the file of pre-shared keys; `nil` for none.
    public var preSharedKeyFile: String?
    /// What stands in it.
    public var preSharedKeys: PreSharedKeyFile?

    /// No files.
    public init() {}
}

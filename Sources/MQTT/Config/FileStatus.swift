import CPlatform

/// What the system tells of a file: of which kind it is, whose it is, and which one, whatever its name.
package struct FileStatus: Sendable {
    /// Of which kind a file is.
    enum Kind: UInt32 {
        case pipe = 0o010_000
        case directory = 0o040_000
        case regular = 0o100_000
        case link = 0o120_000
        case socket = 0o140_000
    }

    private static let kindMask: UInt32 = 0o170_000

    private let status: file_status

    /// The status of an open file; `nil` where the system does not tell, and `errno` says why.
    init?(of descriptor: Int32) {
        var status = file_status()
        // The pointer does not outlive the call.
        guard unsafe file_status_of_descriptor(descriptor, &status) == 0 else { return nil }
        self.status = status
    }

    /// The status of what has a name; `nil` where the system does not tell, and `errno` says why.
    ///
    /// - Parameter follows: Whether a symbolic link stands for what it leads to, and not for itself.
    package init?(of path: String, follows: Bool = false) {
        var status = file_status()
        // The compiler passes the string with a zero byte at its end; neither pointer outlives the call.
        guard unsafe file_status_of_path(path, follows ? 1 : 0, &status) == 0 else { return nil }
        self.status = status
    }

    /// Of which kind it is; `nil` for devices.
    var kind: Kind? { Kind(rawValue: status.mode & Self.kindMask) }
    /// Who may do what with it, special bits among them.
    package var permissions: UInt32 { status.mode & 0o7777 }
    var user: UInt32 { status.user }
    var group: UInt32 { status.group }
    /// How many names lead to it.
    var nameCount: UInt64 { status.name_count }

    /// Whether both are the same file.
    func isSame(as other: FileStatus) -> Bool {
        status.device == other.status.device && status.number == other.status.number
    }
}

import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The file of a Unix domain socket: it outlives a broker that is killed, and then is in the way of the next one.
struct UnixSocketFile: Sendable {
    /// How many bytes of a path fit into the system's structure on every system.
    static let longestPath = 103
    /// How long a program that listens there may take to accept.
    private static let probeTimeout = TimeAmount.seconds(2)

    private let path: String
    private let status: FileStatus

    /// Remembers the socket that has just been bound, so that no other one is removed later; `nil` where it is gone.
    init?(boundAt path: String) {
        guard let status = FileStatus(of: path) else { return nil }
        self.path = path
        self.status = status
    }

    /// Removes the file, unless somebody has put another one in its place.
    func remove() {
        guard let now = FileStatus(of: path), now.isSame(as: status) else { return }
        // The compiler passes the string with a zero byte at its end, for the length of the call.
        _ = unsafe unlink(path)
    }

    /// Removes the socket that a dead program left at `path`.
    ///
    /// - Throws: `ListenerError` where a program listens there, or where something else has the name.
    static func makeRoom(at path: String, on group: any EventLoopGroup) async throws {
        guard path.utf8.count <= longestPath else {
            throw ListenerError(
                description: "the path has \(path.utf8.count) bytes, and a Unix domain socket may have \(longestPath)"
            )
        }
        guard let status = FileStatus(of: path) else { return }
        guard status.kind == .socket else {
            throw ListenerError(description: "there is a file of that name that is no socket; it was left alone")
        }
        do {
            let channel = try await ClientBootstrap(group: group)
                .connectTimeout(probeTimeout)
                .connect(unixDomainSocketPath: path).get()
            try? await channel.close()
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            // As above.
            guard unsafe unlink(path) == 0 else {
                throw ListenerError(description: "the socket of a program that has ended cannot be removed")
            }
            return
        } catch {
            throw ListenerError(description: "it cannot be told whether the socket of that name is in use: \(error)")
        }
        throw ListenerError(description: "another program listens there", isAddressInUse: true)
    }

    /// Gives the file to another user: in a folder like `/tmp` only the owner can remove it.
    ///
    /// Root does this, and follows nothing that somebody may have put in its place meanwhile.
    func give(toUser user: UInt32, group: UInt32) throws(ListenerError) {
        guard change(toUser: user, group: group) else {
            throw ListenerError(description: "the socket \(path) cannot be given to user \(user)")
        }
    }

    #if canImport(Darwin)
    private func change(toUser user: UInt32, group: UInt32) -> Bool {
        guard let now = FileStatus(of: path), now.isSame(as: status) else { return false }
        // As above.
        return unsafe lchown(path, user, group) == 0
    }
    #else
    /// Flags of Linux that Swift's modules for the C library leave out: to open a file without its content, and to mean
    /// the file of a descriptor by an empty name.
    private static let withoutContent: Int32 = 0o10_000_000
    private static let emptyName: Int32 = 0x1000

    private func change(toUser user: UInt32, group: UInt32) -> Bool {
        // As above. The descriptor stands for the file itself, whatever its name leads to later.
        let descriptor = unsafe open(path, Self.withoutContent | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard let now = FileStatus(of: descriptor), now.isSame(as: status) else { return false }
        // As above.
        return unsafe fchownat(descriptor, "", user, group, Self.emptyName) == 0
    }
    #endif
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension SQLiteStore {
    /// What stands behind the path in the names of the files that belong to a store.
    private static let suffixes = ["", "-wal", "-shm", StoreFile.lockSuffix]

    /// Gives the files to a user, who is to open them when the process has become that user.
    ///
    /// - Throws: ``StoreError`` of the first file that cannot be given away.
    func give(toUser user: UInt32, group: UInt32) throws(StoreError) {
        for suffix in Self.suffixes {
            // The path ends with a zero byte for the length of the call. A link in its place is not followed.
            guard unsafe lchown(path + suffix, user, group) != 0, errno != ENOENT else { continue }
            // `strerror` returns a string that ends with a zero byte and is copied at once.
            let reason = unsafe String(cString: strerror(errno))
            throw StoreError(.readOnly, path + suffix, "cannot be given to user \(user): \(reason)")
        }
    }
}

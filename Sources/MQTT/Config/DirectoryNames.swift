#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The names of what lies in a directory.
enum DirectoryNames {
    /// How many names are read.
    static let most = 100_000

    /// The names, in no particular order.
    ///
    /// - Throws: ``ConfigurationError`` with what the system said, or that there are more than ``most``.
    static func read(_ path: String) throws(ConfigurationError) -> [String] {
        // The handle is closed once, at the end of this function, and nobody else has it.
        guard let directory = unsafe opendir(path) else { throw .system("cannot be opened", path) }
        // As above.
        defer { unsafe closedir(directory) }
        guard let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) else { return [] }
        var names: [String] = []
        // The entry is good until the next call; its name, which ends with a zero byte, is copied before that.
        while let entry = unsafe readdir(directory) {
            let name = unsafe (UnsafeRawPointer(entry) + nameOffset).assumingMemoryBound(to: CChar.self)
            // As above.
            names.append(unsafe String(cString: name))
            guard names.count <= most else {
                throw ConfigurationError("has more than the \(most) entries that are allowed", file: path)
            }
        }
        return names
    }
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The names of files, for completion.
enum FileNames {
    /// How many names of a folder are looked at.
    private static let maximumCount = 100_000

    /// The paths that begin with `beginning`, in the order of their names; those of folders end with a slash. Names that
    /// begin with a dot only where the dot is written.
    static func completions(of beginning: String) -> [String] {
        let end = beginning.utf8.lastIndex(of: UInt8(ascii: "/")).map { beginning.utf8.index(after: $0) }
        let folder = String(beginning[..<(end ?? beginning.startIndex)])
        let prefix = beginning[(end ?? beginning.startIndex)...]
        // The compiler passes the string as one that ends with a zero byte.
        guard let directory = unsafe opendir(folder.isEmpty ? "." : folder) else { return [] }
        // It is open until here.
        defer { unsafe _ = closedir(directory) }
        var paths: [String] = []
        // See above; an entry is read before the next is asked for.
        while paths.count < maximumCount, let entry = unsafe readdir(directory) {
            // The name ends with a zero byte, within the entry.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                // See above.
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 1) { unsafe String(cString: $0) }
            }
            guard name != ".", name != "..", name.utf8.starts(with: prefix.utf8), name.isPrintable,
                !name.hasPrefix(".") || prefix.hasPrefix(".")
            else { continue }
            paths.append(folder + name + (isFolder(folder + name) ? "/" : ""))
        }
        return paths.sorted()
    }

    private static func isFolder(_ path: String) -> Bool {
        // The compiler passes the string as one that ends with a zero byte.
        guard let directory = unsafe opendir(path) else { return false }
        // It was opened just before.
        unsafe _ = closedir(directory)
        return true
    }
}

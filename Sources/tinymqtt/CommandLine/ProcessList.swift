#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What other users of the machine see of this process.
enum ProcessList {
    /// The options whose values are secret.
    private static let secretOptions: Set<String> = ["-P", "--pw", "--psk", "-L", "--url"]

    /// Overwrites the secrets of the command line, once they have been read. Until then they could be seen; a file or a
    /// variable is better.
    static func hidePassword() {
        var isSecret = false
        for (index, word) in CommandLine.arguments.enumerated() {
            if isSecret { overwrite(index, length: word.utf8.count) }
            isSecret = secretOptions.contains(word)
        }
    }

    private static func overwrite(_ index: Int, length: Int) {
        // The arguments are strings of this process, and `length` bytes of this one stand before its zero byte.
        guard let word = unsafe CommandLine.unsafeArgv[index], unsafe strlen(word) == length else { return }
        // As above.
        _ = unsafe memset(word, CInt(UInt8(ascii: "x")), length)
    }
}

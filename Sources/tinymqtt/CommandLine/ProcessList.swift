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
    private static let secretOptions: Set<String> = ["-P", "--pw", "--psk", "-L", "--url", "--proxy"]

    /// Overwrites the secrets of the command line, once they have been read. Until then they could be seen; a file or a
    /// variable is better.
    static func hidePassword() {
        var isSecret = false
        for (index, word) in ArgumentBytes.words.enumerated() {
            if isSecret {
                overwrite(index, from: 0)
            } else if let sign = word.firstIndex(of: "="), secretOptions.contains(String(word[..<sign])) {
                overwrite(index, from: word[...sign].utf8.count)
            }
            isSecret = secretOptions.contains(word)
        }
    }

    private static func overwrite(_ index: Int, from start: Int) {
        // The arguments are strings of this process, and the index is one of theirs.
        guard let argument = unsafe CommandLine.unsafeArgv[index] else { return }
        // It ends with a zero byte.
        let length = unsafe strlen(argument)
        guard start < length else { return }
        // As above; so many bytes stand between `start` and the zero byte.
        _ = unsafe memset(argument + start, CInt(UInt8(ascii: "x")), length - start)
    }
}

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
        for (index, word) in CommandLine.arguments.enumerated() {
            if isSecret {
                overwrite(index, of: word, from: 0)
            } else if let sign = word.firstIndex(of: "="), secretOptions.contains(String(word[..<sign])) {
                overwrite(index, of: word, from: word[...sign].utf8.count)
            }
            isSecret = secretOptions.contains(word)
        }
    }

    private static func overwrite(_ index: Int, of word: String, from start: Int) {
        let length = word.utf8.count
        // The arguments are strings of this process, and `length` bytes of this one stand before its zero byte.
        guard let argument = unsafe CommandLine.unsafeArgv[index], unsafe strlen(argument) == length else { return }
        // As above; `start` is not beyond them.
        _ = unsafe memset(argument + start, CInt(UInt8(ascii: "x")), length - start)
    }
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes a line to standard error, in one piece; nobody is there to be told of a failure.
func printError(_ line: String) {
    writeError(line + "\n")
}

/// Writes to standard error as it is, in one piece.
func writeError(_ text: String) {
    var text = text
    // The pointer does not outlive the call.
    text.withUTF8 { unsafe _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

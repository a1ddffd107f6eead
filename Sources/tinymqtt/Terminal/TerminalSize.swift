#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How many characters a terminal shows.
struct TerminalSize: Equatable {
    var rows: Int
    var columns: Int

    /// That of the terminal behind standard output; of what is no terminal the usual one.
    static var ofStandardOutput: TerminalSize {
        var size = winsize()
        // The pointer does not outlive the call, and the request is the one for this structure.
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
            return TerminalSize(rows: 24, columns: 80)
        }
        return TerminalSize(rows: Int(size.ws_row), columns: Int(size.ws_col))
    }
}

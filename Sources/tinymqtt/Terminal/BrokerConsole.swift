import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The words that a running broker takes on its terminal.
enum BrokerConsole {
    private static let help = """
        help  show these words
        stop  stop the broker
        """

    /// Reads lines from standard input where that is a terminal that this process may read from.
    static func start(_ stop: StopSignals) {
        guard isatty(STDIN_FILENO) == 1, tcgetpgrp(STDIN_FILENO) == getpgrp() else { return }
        let request = stop.request
        DispatchQueue(label: "console").async {
            while let line = readLine() {
                switch line.split(separator: " ").first?.lowercased() {
                case nil: continue
                case "stop", "quit", "exit": return request()
                case "help": printError(help)
                case let word?: printError("\(word) is not a word that the broker knows\n\(help)")
                }
            }
        }
    }
}

import Logging

/// The lines that a broker has logged.
final class LogRecorder: Sendable {
    private let lines = Monitor<[String]>([])

    /// A logger for everything, which writes here.
    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(lines: lines) }
        logger.logLevel = .trace
        return logger
    }

    /// No line of a kind has been logged in time.
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// Waits for a line that has `text` in it, and returns it.
    @discardableResult
    func wait(for text: String, within seconds: Double = 60) async throws -> String {
        let isThere = await lines.wait(within: seconds) { lines in lines.contains { $0.contains(text) } }
        guard isThere, let line = lines.value.first(where: { $0.contains(text) }) else {
            throw Missing(description: "no line with ‘\(text)’ in:\n\(lines.value.joined(separator: "\n"))")
        }
        return line
    }

    /// The lines that have `text` in them.
    func lines(with text: String) -> [String] {
        lines.value.filter { $0.contains(text) }
    }

    private struct Handler: LogHandler {
        let lines: Monitor<[String]>
        var metadata = Logger.Metadata()
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.message)"
            lines.update { $0.append(line) }
        }
    }
}

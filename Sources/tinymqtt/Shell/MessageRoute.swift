import MQTT
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where the messages of one `subscribe` go instead of to the screen: a file, or another program.
final class MessageRoute: Sendable {
    /// What takes the messages.
    enum Target: Sendable {
        case file(OutputFile)
        case command(CommandFeed)
    }

    let filters: [String]
    private let matchers: [TopicMatcher]
    private let target: Target
    private let hasTopics: Bool
    /// The file, or the command, as the user wrote it.
    let place: String

    /// - Parameter hasTopics: Whether the topic stands before each payload.
    init(filters: [String], target: Target, place: String, hasTopics: Bool) throws(MQTTClientError) {
        self.filters = filters
        self.target = target
        self.place = place
        self.hasTopics = hasTopics
        var matchers: [TopicMatcher] = []
        for filter in filters {
            matchers.append(try TopicMatcher(filter))
        }
        self.matchers = matchers
    }

    func takes(_ entry: MessageLog.Entry) -> Bool { matchers.contains { $0.matches(entry.topic) } }

    /// Writes messages, as `tinymqtt sub` does: each payload and a line feed. It waits for no command.
    func write(_ entries: [MessageLog.Entry]) -> CommandFeed.Outcome {
        guard !entries.isEmpty else { return .taken }
        var bytes: [UInt8] = []
        for entry in entries {
            if hasTopics { bytes += Array(entry.topic.utf8) + [UInt8(ascii: " ")] }
            bytes += entry.payload
            bytes.append(UInt8(ascii: "\n"))
        }
        switch target {
        case .file(let file): return file.write(bytes) ? .taken : .refused
        case .command(let command): return command.offer(bytes)
        }
    }

    /// Nothing more comes.
    func close() {
        switch target {
        case .file(let file): file.close()
        case .command(let command): command.close()
        }
    }
}

/// A file that output is led to.
final class OutputFile: Sendable {
    /// `nil` when it is closed: the system gives its number to the next file, which messages must not get into.
    private let descriptor: Mutex<Int32?>

    init(_ path: String, appends: Bool) throws(ShellFailure) {
        // The compiler passes the string as one that ends with a zero byte.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (appends ? O_APPEND : O_TRUNC), 0o666)
        // `strerror` returns a string that ends with a zero byte and is copied at once.
        guard descriptor >= 0 else { throw ShellFailure(unsafe "\(path): \(String(cString: strerror(errno)))") }
        self.descriptor = Mutex(descriptor)
    }

    /// Writes bytes; `false` where they cannot be written, as on a full disk. What comes behind the end is nobody's.
    func write(_ bytes: [UInt8]) -> Bool {
        descriptor.withLock { descriptor in
            guard let descriptor else { return true }
            return ChildCommand.writeAll(bytes, to: descriptor)
        }
    }

    func close() {
        descriptor.withLock { descriptor in
            // By another name than the method's.
            if let descriptor = descriptor.take() { Self.closeDescriptor(descriptor) }
        }
    }

    private static func closeDescriptor(_ descriptor: Int32) {
        #if canImport(Glibc)
        _ = Glibc.close(descriptor)
        #elseif canImport(Musl)
        _ = Musl.close(descriptor)
        #else
        _ = Darwin.close(descriptor)
        #endif
    }
}

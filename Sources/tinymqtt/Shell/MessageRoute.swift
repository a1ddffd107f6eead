import MQTT

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
        case command(ChildCommand)
    }

    let filters: [String]
    private let matchers: [TopicMatcher]
    private let target: Target
    private let hasTopics: Bool

    /// - Parameter hasTopics: Whether the topic stands before each payload.
    init(filters: [String], target: Target, hasTopics: Bool) throws(MQTTClientError) {
        self.filters = filters
        self.target = target
        self.hasTopics = hasTopics
        var matchers: [TopicMatcher] = []
        for filter in filters {
            matchers.append(try TopicMatcher(filter))
        }
        self.matchers = matchers
    }

    func takes(_ entry: MessageLog.Entry) -> Bool { matchers.contains { $0.matches(entry.topic) } }

    /// Writes messages, as `tinymqtt sub` does: each payload and a line feed.
    func write(_ entries: [MessageLog.Entry]) async {
        var bytes: [UInt8] = []
        for entry in entries {
            if hasTopics { bytes += Array(entry.topic.utf8) + [UInt8(ascii: " ")] }
            bytes += entry.payload
            bytes.append(UInt8(ascii: "\n"))
        }
        switch target {
        case .file(let file): file.write(bytes)
        case .command(let command): await command.write(bytes)
        }
    }

    /// Nothing more comes.
    func close() {
        switch target {
        case .file(let file): file.close()
        case .command(let command): command.closeInput()
        }
    }
}

/// A file that output is led to.
final class OutputFile: Sendable {
    private let descriptor: Int32

    init(_ path: String, appends: Bool) throws(ShellFailure) {
        // The compiler passes the string as one that ends with a zero byte.
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (appends ? O_APPEND : O_TRUNC), 0o666)
        // `strerror` returns a string that ends with a zero byte and is copied at once.
        guard descriptor >= 0 else { throw ShellFailure(unsafe "\(path): \(String(cString: strerror(errno)))") }
    }

    /// Writes bytes; what a full disk does not take is lost, and said by whoever looks at the file.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool { ChildCommand.writeAll(bytes, to: descriptor) }

    func close() {
        // By another name than the method's.
        Self.closeDescriptor(descriptor)
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

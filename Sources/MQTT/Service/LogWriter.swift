public import Logging
import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The log of a broker: takes what loggers say on any thread, leaves out what is not wanted, and writes the rest as
/// lines to all places that the settings name.
///
/// ```swift
/// let log = try LogWriter(settings.log)
/// let logger = log.logger(label: "broker")
/// ```
///
/// A line is written before the call returns, so that the last words of a process are not lost. A full disk, or a
/// reader that does not read, costs lines, and is told once on standard error. Lines have at most 4096 bytes; longer
/// ones are cut. Where the process writes to pipes it has to ignore SIGPIPE.
public final class LogWriter: Sendable {
    private struct State: Sendable {
        var settings: LogSettings
        var outputs: [LogOutput]
        var timestamp: LogTimestamp
        var topics = LogTopics()

        /// Opens what the settings name, all or nothing.
        init(_ settings: LogSettings) throws(ConfigurationError) {
            self.settings = settings
            timestamp = LogTimestamp(settings.timestamp)
            outputs = []
            for destination in settings.destinations {
                switch destination {
                case .standardError: outputs.append(.standardError)
                case .standardOutput: outputs.append(.standardOutput)
                case .systemLog, .topic: continue
                case .file(let path):
                    do {
                        outputs.append(try .file(path))
                    } catch {
                        closeOutputs()
                        throw error
                    }
                }
            }
        }

        func closeOutputs() {
            for output in outputs {
                output.end()
            }
        }

        var usesSystemLog: Bool { settings.destinations.contains(.systemLog) }

        /// The least important level that leads to a line.
        var threshold: Logger.Level {
            guard !settings.destinations.isEmpty else { return .critical }
            return settings.kinds.map(\.level).min() ?? .critical
        }

        func wants(_ kind: LogSettings.Kind, source: String) -> Bool {
            settings.kinds.contains(kind) && (settings.logsConnections || source != BrokerEvent.Source.connections)
        }
    }

    private let state: Mutex<State>
    /// The place of the threshold in the list of levels: asked before each line, and so outside of the lock.
    private let threshold: Atomic<Int>

    /// Opens the log.
    ///
    /// - Throws: ``ConfigurationError`` where a file cannot be opened: then none stays open.
    public init(_ settings: LogSettings) throws(ConfigurationError) {
        let state = try State(settings)
        threshold = Atomic(state.threshold.place)
        if state.usesSystemLog { LogSystem.open(settings) }
        self.state = Mutex(state)
    }

    deinit {
        state.withLock { $0.closeOutputs() }
    }

    /// A logger that writes to this log. The label is not written.
    public func logger(label: String) -> Logger {
        Logger(label: label) { _ in LogWriterHandler(writer: self) }
    }

    /// The least important level that leads to a line; what is less important is not even put into words.
    var logLevel: Logger.Level { Logger.Level.allCases[threshold.load(ordering: .relaxed)] }

    /// Changes to other settings in one step. All files are opened anew.
    ///
    /// - Throws: ``ConfigurationError`` where a file cannot be opened: then all stays as it was.
    public func apply(_ settings: LogSettings) throws(ConfigurationError) {
        replaceState(with: try State(settings))
    }

    /// Changes to other settings together with something else: both, or nothing.
    ///
    /// - Parameters:
    ///   - settings: The other settings.
    ///   - other: What else changes. It is done when all files are open, and before lines go to them.
    /// - Throws: ``ConfigurationError`` where a file cannot be opened, and then `other` is not done; or what `other`
    ///   throws, and then the log stays as it was.
    public func apply(
        _ settings: LogSettings,
        with other: () async throws(ConfigurationError) -> Void
    ) async throws(ConfigurationError) {
        let new = try State(settings)
        do throws(ConfigurationError) {
            try await other()
        } catch {
            new.closeOutputs()
            throw error
        }
        replaceState(with: new)
    }

    private func replaceState(with new: State) {
        state.withLock { old in
            old.closeOutputs()
            // The lines that wait for their topics were wanted when they were written.
            let topics = old.topics
            old = new
            old.topics = topics
            threshold.store(new.threshold.place, ordering: .relaxed)
            if new.usesSystemLog { LogSystem.open(new.settings) }
        }
    }

    /// Opens each file anew, after something like logrotate has given the old one another name.
    ///
    /// - Throws: ``ConfigurationError`` of the first file that cannot be opened. Lines go on to its old file.
    public func reopen() throws(ConfigurationError) {
        let failure = state.withLock { state -> ConfigurationError? in
            var failure: ConfigurationError?
            for (index, output) in state.outputs.enumerated() {
                guard let path = output.path else { continue }
                do throws(ConfigurationError) {
                    state.outputs[index] = try .file(path)
                    output.end()
                } catch {
                    failure = failure ?? error
                }
            }
            return failure
        }
        if let failure { throw failure }
    }

    /// Gives the files to a user, before the process becomes that user, who then can open them again.
    ///
    /// - Parameters:
    ///   - user: The number of the user.
    ///   - group: The number of the group.
    /// - Throws: ``ConfigurationError`` of the first file that cannot be given away.
    public func giveFiles(toUser user: UInt32, group: UInt32) throws(ConfigurationError) {
        for output in state.withLock(\.outputs) {
            try output.give(toUser: user, group: group)
        }
    }

    /// Writes a line, unless it is of a kind that is not wanted.
    func write(_ event: LogEvent, metadata: Logger.Metadata) {
        let source = event.source
        let kind = LogSettings.Kind(level: event.level, source: source)
        state.withLock { state in
            guard state.wants(kind, source: source), !state.settings.destinations.isEmpty else { return }
            let stamp = state.timestamp.prefix(at: time(nil))
            let line = LogLine(kind, event.text(with: metadata), stamp: stamp)
            for index in state.outputs.indices {
                guard let complaint = state.outputs[index].add(line) else { continue }
                var standardError = LogOutput.standardError
                _ = standardError.add(LogLine(.error, complaint, stamp: stamp))
            }
            if state.usesSystemLog { LogSystem.write(line) }
            if state.settings.destinations.contains(.topic), state.topics.add(line) { publishSoon(state.topics) }
        }
    }

    // MARK: Topics

    /// Has lines published from now on, those first that already wait.
    ///
    /// - Parameters:
    ///   - eventLoop: The event loop of the broker.
    ///   - publish: Publishes a line, on that event loop and never from within another call. What is logged on the
    ///     event loop meanwhile is not published.
    func connectTopics(
        to eventLoop: any EventLoop,
        publish: @escaping @Sendable (_ topic: String, _ payload: String) -> Void
    ) {
        state.withLock { state in
            state.topics.connection = LogTopics.Connection(eventLoop: eventLoop, publish: publish)
            if state.topics.schedule() { publishSoon(state.topics) }
        }
    }

    /// Has no line published any more. To be called before the end of the event loop.
    func disconnectTopics() {
        state.withLock { $0.topics.connection = nil }
    }

    /// Asks the event loop to come for the lines that wait. With the lock held, so that it does not end before.
    private func publishSoon(_ topics: LogTopics) {
        topics.connection?.eventLoop.execute { self.publishWaiting() }
    }

    private func publishWaiting() {
        let (messages, publish) = state.withLock { state in
            let stamp = state.timestamp.prefix(at: time(nil))
            return (state.topics.begin(stamp: stamp), state.topics.connection?.publish)
        }
        for message in messages {
            publish?(message.topic, message.payload)
        }
        state.withLock { $0.topics.finish() }
    }
}

/// What a logger of a ``LogWriter`` consists of: its own metadata, and the log that all share.
struct LogWriterHandler: LogHandler {
    let writer: LogWriter
    /// The level that this logger was set to; by default it follows the settings of the log.
    private var ownLevel: Logger.Level?
    var metadata = Logger.Metadata()

    init(writer: LogWriter) {
        self.writer = writer
    }

    var logLevel: Logger.Level {
        get { ownLevel ?? writer.logLevel }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        writer.write(event, metadata: metadata)
    }
}

extension Logger.Level {
    /// The place among all levels.
    fileprivate var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

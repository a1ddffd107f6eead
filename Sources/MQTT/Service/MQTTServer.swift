public import Logging
public import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A running broker: listeners, event loops and all that belongs to them.
///
/// ```swift
/// let server = try await MQTTServer.start(at: [.tcp(host: "127.0.0.1", port: 0)])
/// print("listening on port \(server.addresses[0].port ?? 0)")
/// // …
/// await server.stop()
/// ```
public final class MQTTServer: Sendable {
    /// The addresses that are listened on, with the ports that the system chose.
    public let addresses: [SocketAddress]

    /// The same addresses as people write them, for example `127.0.0.1:1883`.
    public var addressTexts: [String] { addresses.map(\.text) }

    /// Whether only programs on this machine can connect.
    public var isLocalOnly: Bool { addresses.allSatisfy(\.isLoopback) }

    let group: MultiThreadedEventLoopGroup
    let loops: BrokerLoops
    let gate: NIOLoopBound<LoginGate>
    let listeners: [Listener]
    /// What survives the broker; `nil` where nothing does.
    let store: SQLiteStore?
    /// The log whose lines are published too, where its settings want that.
    private let log: LogWriter?
    /// Ends when the listeners are closed. A future would have to be asked before the end of its event loop.
    private let closed: Task<Void, Never>
    private let isStopping = Atomic(false)

    /// How many event loops there are, each with a thread of its own.
    public var threadCount: Int { loops.all.count }

    var isStopped: Bool { isStopping.load(ordering: .relaxed) }

    /// How long Clients are given to take the last packet when the server stops.
    private static let longestFarewell = TimeAmount.seconds(2)

    private init(
        group: MultiThreadedEventLoopGroup,
        loops: BrokerLoops,
        gate: NIOLoopBound<LoginGate>,
        listeners: [Listener],
        store: SQLiteStore?,
        log: LogWriter?
    ) {
        self.group = group
        self.store = store
        self.loops = loops
        self.gate = gate
        self.listeners = listeners
        self.log = log
        addresses = listeners.flatMap(\.addresses)
        let channels = listeners.flatMap(\.channels)
        let loop = loops.first
        let closed = EventLoopFuture.andAllComplete(channels.map(\.closeFuture), on: loop.eventLoop)
        self.closed = Task { try? await closed.get() }
        log?.connectTopics(to: loop.eventLoop) { topic, line in loop.value.publish(topic, line) }
    }

    /// Starts a broker.
    ///
    /// - Parameters:
    ///   - settings: Where to listen, and what holds there.
    ///   - configuration: What else the broker allows; the rules of its listeners are taken from `settings`.
    ///   - loginLimits: How guessing of passwords is slowed down.
    ///   - persistence: What survives the broker: nothing, unless it says so.
    ///   - threads: How many event loops share the work, from 1 to ``ServerSettings/mostThreads``. A broker that has
    ///     something to survive it has one, whatever this says.
    ///   - logger: What is told of what happens.
    /// - Throws: ``StartError`` where the store or one of the listeners cannot be opened; then none is.
    public static func start(
        at settings: [ListenerSettings],
        configuration: BrokerConfiguration = BrokerConfiguration(),
        loginLimits: LoginLimits = LoginLimits(),
        persistence: ServerSettings.Persistence = ServerSettings.Persistence(),
        threads: Int = 1,
        logger: Logger = Logger(label: "mqtt.broker", factory: { _ in SwiftLogNoOpLogHandler() })
    ) async throws(StartError) -> MQTTServer {
        try await start(
            at: settings,
            configuration: configuration,
            loginLimits: loginLimits,
            persistence: persistence,
            threads: threads,
            logger: logger,
            log: nil
        )
    }

    static func start(
        at settings: [ListenerSettings],
        configuration: BrokerConfiguration,
        loginLimits: LoginLimits,
        persistence: ServerSettings.Persistence,
        threads: Int,
        logger: Logger,
        log: LogWriter?,
        progress: @escaping @Sendable (StartProgress) -> Void = { _ in }
    ) async throws(StartError) -> MQTTServer {
        var configuration = configuration
        if !settings.isEmpty { configuration.listeners = settings.map(\.rules) }
        // Behind those of the listeners, for Clients in this process.
        configuration.listeners.append(ListenerRules())
        let rules = configuration
        let threads = persistence.isEnabled ? 1 : min(max(threads, 1), ServerSettings.mostThreads)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        var openStore: SQLiteStore?
        var madeLoops: BrokerLoops?
        do {
            let loops: BrokerLoops
            if persistence.isEnabled {
                (loops, openStore) = try await durableLoop(persistence, rules, on: group, logger, progress)
            } else {
                loops = try await makeLoops(rules, on: group, logger)
            }
            madeLoops = loops
            let gate = try await LoginGate.open(
                for: loops,
                files: settings.map(\.security.passwords),
                limits: loginLimits
            )
            let loop = loops.first
            let status = HTTPStatusSource(
                version: rules.versionText,
                listeners: settings,
                systemTopics: { loop.value.systemTopics },
                connectionCount: NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: loop.eventLoop)
            )
            let binder = ListenerBinder(loops: loops, status: status)
            let listeners = try await open(settings, with: binder)
            let answers = ControlAnswers(listeners)
            _ = try await loops.onEach { $0.answerControl = { answers.response(to: $0.payload) } }
            return MQTTServer(
                group: group,
                loops: loops,
                gate: gate,
                listeners: listeners,
                store: openStore,
                log: log
            )
        } catch {
            if let madeLoops { await stopMail(of: madeLoops) }
            await openStore?.close()
            try? await group.shutdownGracefully()
            if let error = error as? StartError { throw error }
            throw StartError(listener: nil, cause: "\(error)", storeError: error as? StoreError)
        }
    }

    /// Opens all listeners, or none.
    private static func open(
        _ settings: [ListenerSettings],
        with binder: ListenerBinder
    ) async throws(StartError) -> [Listener] {
        var listeners: [Listener] = []
        for (number, listener) in settings.enumerated() {
            do {
                listeners.append(try await binder.open(listener, number: number))
            } catch {
                for opened in listeners {
                    await opened.close()
                }
                throw StartError(listener: listener, cause: "\(error)", isAddressInUse: isAddressInUse(error))
            }
        }
        return listeners
    }

    /// Why a broker did not start.
    public struct StartError: Error, Sendable, CustomStringConvertible {
        /// The listener that could not be opened.
        public let listener: ListenerSettings?
        /// What the system said.
        public let cause: String
        /// Whether another program listens there already.
        public let isAddressInUse: Bool
        /// What is wrong with the store, where that is why.
        public let storeError: StoreError?

        init(
            listener: ListenerSettings?,
            cause: String,
            isAddressInUse: Bool = false,
            storeError: StoreError? = nil
        ) {
            self.listener = listener
            self.cause = cause
            self.isAddressInUse = isAddressInUse
            self.storeError = storeError
        }

        /// The listener's place in the configuration, where it has one, and the cause, in one line.
        public var description: String {
            guard let listener else { return cause }
            return ConfigurationError(problem(at: listener.address), file: listener.file, line: listener.line)
                .description
        }

        private func problem(at address: ListenerSettings.Address) -> String {
            switch (address, isAddressInUse) {
            case (.tcp(let host?, let port), true): "port \(port) of \(host) is in use by another program"
            case (.tcp(nil, let port), true): "port \(port) is in use by another program"
            case (.unix(let path), true): "the socket \(path) is in use by another program"
            case (.tcp(let host?, let port), false): "cannot listen on \(host):\(port): \(cause)"
            case (.tcp(nil, let port), false): "cannot listen on port \(port): \(cause)"
            case (.unix(let path), false): "cannot listen on the socket \(path): \(cause)"
            }
        }
    }

    private static func isAddressInUse(_ error: any Error) -> Bool {
        (error as? IOError)?.errnoCode == EADDRINUSE || (error as? ListenerError)?.isAddressInUse == true
    }

    /// Returns when the server has been stopped.
    public func waitUntilStopped() async {
        await closed.value
    }

    /// Stops: no new connections, a DISCONNECT to every Client, all that lasts in the store, and the end of all threads.
    /// A second call does nothing.
    ///
    /// - Returns: Whether what was to be stored is; what the store could not take was not acknowledged either.
    @discardableResult
    public func stop() async -> Bool {
        guard !isStopping.exchange(true, ordering: .relaxed) else { return true }
        for listener in listeners {
            await listener.close()
        }
        // Nothing may be asked of an event loop that has ended.
        log?.disconnectTopics()
        let gate = self.gate
        let loop = loops.first
        let farewells = loops.all.map { loop in
            loop.eventLoop.flatSubmit { loop.value.shutDown(within: Self.longestFarewell) }
        }
        for farewell in farewells {
            try? await farewell.get()
        }
        try? await gate.eventLoop.flatSubmit { gate.value.stop() }.get()
        let isStored = try? await loop.eventLoop.flatSubmit { loop.value.storeAll() }.get()
        await Self.stopMail(of: loops)
        await store?.close()
        try? await group.shutdownGracefully()
        return store == nil || isStored == true
    }
}

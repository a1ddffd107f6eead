public import NIOCore
import NIOPosix

/// A Client of an MQTT Server.
///
/// ```swift
/// let client = try MQTTClient(configuration: MQTTClientConfiguration(host: "localhost"))
/// try await client.connect()
/// try await client.subscribe([Subscription("house/+/temperature", maximumQoS: .atLeastOnce)])
/// try await client.publish("house/kitchen/temperature", "21.5", qos: .atLeastOnce)
/// for try await message in client.messages {
///     print(message.topic, message.text)
///     break
/// }
/// try await client.disconnect()
/// ```
///
/// A Client keeps its session when it loses the Server: it connects again as its `ReconnectPolicy` says, sends again what
/// was not acknowledged, and makes its subscriptions again if the Server has forgotten them. What is handed to it meanwhile
/// waits. After `disconnect`, or when it has given up, it is used up.
///
/// All methods may be called from any task. Cancelling the task ends the wait, with an error of the code `cancelled`.
public final class MQTTClient: Sendable {
    /// What happens to the connection. Nobody has to listen; the newest hundred are kept.
    public let events: AsyncStream<ClientEvent>

    let configuration: MQTTClientConfiguration
    let inbox: MessageBuffer
    let outbox: MessageOutbox
    private let connector: ClientConnector
    private let eventLoop: any EventLoop
    private let core: NIOLoopBoundBox<ClientCore?>

    /// A Client that is not connected yet.
    ///
    /// It reads the files that the configuration names, as certificates; so it may block for a moment.
    ///
    /// - Parameters:
    ///   - configuration: What it needs to know.
    ///   - eventLoop: Where it does its work; without one, on a thread that all such Clients share.
    ///   - other: A Client whose way to the Server it takes, in place of `transport` in the configuration. For programs with
    ///     many Clients: what the files of TLS say is read, and a passphrase asked for, only once.
    /// - Throws: An error of the code `invalidArgument` that says what cannot be used, and why.
    public init(
        configuration: MQTTClientConfiguration,
        eventLoop: (any EventLoop)? = nil,
        transportOf other: MQTTClient? = nil
    ) throws(MQTTClientError) {
        let connect = try configuration.connectPacket()
        let connector = if let other { other.connector } else { try configuration.connector() }
        let eventLoop = eventLoop ?? Self.sharedGroup.next()
        let core = NIOLoopBoundBox<ClientCore?>.makeEmptyBox(eventLoop: eventLoop)
        let inbox = MessageBuffer(
            maximumCount: configuration.maximumBufferedMessages,
            maximumByteCount: configuration.maximumBufferedBytes
        ) { eventLoop.execute { core.value?.consumed() } }
        let outbox = MessageOutbox(
            maximumCount: min(configuration.maximumQueuedMessages, Self.maximumOutboxCount),
            maximumByteCount: configuration.maximumQueuedBytes,
            version: configuration.version
        ) { eventLoop.execute { core.value?.wokeUp() } }
        let (events, continuation) = AsyncStream.makeStream(
            of: ClientEvent.self,
            bufferingPolicy: .bufferingNewest(Self.maximumEvents)
        )
        self.configuration = configuration
        self.connector = connector
        self.eventLoop = eventLoop
        self.events = events
        self.inbox = inbox
        self.outbox = outbox
        self.core = core
        eventLoop.execute {
            core.value = ClientCore(
                configuration: configuration,
                connect: connect,
                connector: connector,
                eventLoop: eventLoop,
                inbox: inbox,
                outbox: outbox,
                events: continuation
            )
        }
    }

    private static let maximumEvents = 100
    /// How many messages lie between the application and the event loop at most.
    private static let maximumOutboxCount = 256
    private static let sharedGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    deinit {
        let core = self.core
        eventLoop.execute {
            core.value.take()?.abandon()
        }
    }

    /// Does something with the core, on its event loop.
    func withCore(_ body: @escaping @Sendable (ClientCore) -> Void) {
        let core = self.core
        eventLoop.execute {
            // The core goes only when the Client has gone, and the Client is there.
            if let core = core.value { body(core) }
        }
    }

    /// Suspends until `body` has resumed what it was given; calls `cancel` when the task is cancelled.
    ///
    /// - Parameter isolation: Where the caller is, and `body` runs: so that what two tasks of one actor ask for one after the
    ///   other is also done in this order, and without a change of threads.
    func wait<Value: Sendable>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (CheckedContinuation<Result<Value, MQTTClientError>, Never>) -> Void,
        onCancel cancel: @Sendable () -> Void
    ) async throws(MQTTClientError) -> Value {
        guard !Task.isCancelled else { throw MQTTClientError(.cancelled) }
        let result = await withTaskCancellationHandler {
            // A closure stays where it was made only if it mentions that.
            _ = isolation
            return await withCheckedContinuation { body($0) }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }
}

// MARK: - Connecting

extension MQTTClient {
    /// Connects to the Server, and says what it answered.
    ///
    /// Where the policy says so, it tries again until the Server is there. After a failure it may be called once more.
    @discardableResult
    public func connect() async throws(MQTTClientError) -> ConnectResult {
        try await wait { continuation in
            withCore { $0.connect(continuation) }
        } onCancel: {
            withCore { $0.cancelConnect() }
        }
    }

    /// Says farewell to the Server and closes the connection; returns when it is closed. What was not acknowledged until
    /// then has failed; see `flush`.
    ///
    /// - Parameters:
    ///   - reasonCode: `disconnectWithWillMessage` has the Server publish the Will; version 5.0 only.
    ///   - sessionExpiryInterval: For how many seconds the Server keeps the session, if otherwise than agreed on; version
    ///     5.0 only, and not where the connection was made without one.
    ///   - userProperties: Names and values for the Server; version 5.0 only.
    public func disconnect(
        reasonCode: ReasonCode = .success,
        sessionExpiryInterval: UInt32? = nil,
        userProperties: [UserProperty] = []
    ) async throws(MQTTClientError) {
        guard reasonCode.packetTypes.contains(.disconnect) else {
            throw .invalidArgument("a client cannot disconnect with the reason \(reasonCode)")
        }
        var packet = Disconnect(reasonCode: reasonCode)
        if let sessionExpiryInterval, sessionExpiryInterval != configuration.sessionExpiryInterval {
            guard configuration.sessionExpiryInterval != 0 else {
                throw .invalidArgument("a session that ends with its connection cannot be kept")  // section 3.14.2.2.2
            }
            packet.properties[integer: .sessionExpiryInterval] = sessionExpiryInterval
        }
        try packet.properties.append(userProperties)
        // To be cancelled makes no sense: the wait is short, and the connection has to be closed.
        let result: Result<Void, MQTTClientError> = await withCheckedContinuation { continuation in
            withCore { [packet] in $0.disconnect(packet, continuation) }
        }
        try result.get()
    }

    /// The messages that the Client receives.
    public var messages: MessageSequence { MessageSequence(client: self) }
}

import NIOCore
import NIOPosix

/// What a client of a crash trial does with its connections.
protocol CrashClient: AnyObject {
    /// The CONNECT has been answered.
    func connected(sessionPresent: Bool)
    func received(_ packet: CrashPacket)
    /// All that was received together has been handed over.
    func receivedAll()
    func disconnected()
}

/// Keeps a client of a crash trial connected: connects, and does so again whenever the connection has ended.
///
/// It belongs to the event loop of its trial.
final class CrashLink {
    /// How a client introduces itself.
    struct Plan {
        let clientIdentifier: String
        var version = CrashPacket.Version.five
        /// Whether its session outlives its connections.
        let isLasting: Bool
        /// How many messages the server may send without an answer.
        var receiveMaximum: UInt16 = 10
    }

    /// How long a client waits before it tries again.
    private static let pause = TimeAmount.milliseconds(10)

    let plan: Plan
    private let port: Int
    let eventLoop: any EventLoop
    weak var client: (any CrashClient)?
    private var channel: (any Channel)?
    private var input = ByteBuffer()
    private var output = ByteBuffer()
    private var isTrying = false
    /// Whether the CONNECT of this connection has been answered.
    private(set) var isConnected = false
    /// Whether the server has promised to keep a session for this client.
    private var isSessionPromised = false
    /// Whether it is to be connected.
    private(set) var isWanted = false
    /// Told what the server must not do.
    let report: (String) -> Void

    init(_ plan: Plan, port: Int, eventLoop: any EventLoop, report: @escaping (String) -> Void) {
        self.plan = plan
        self.port = port
        self.eventLoop = eventLoop
        self.report = report
    }

    /// Connects, now and whenever it has to.
    func open() {
        isWanted = true
        connect()
    }

    /// Ends the connection in good order, and does not connect until `open`.
    func close() {
        isWanted = false
        guard isConnected else { return drop() }
        send(CrashPacket.disconnect)
        flush()
        drop()
    }

    /// Ends the connection without a word.
    func drop() {
        channel?.close(promise: nil)
    }

    // MARK: Connecting

    private func connect() {
        guard isWanted, !isTrying, channel == nil else { return }
        isTrying = true
        let link = NIOLoopBound(self, eventLoop: eventLoop)
        var bootstrap = ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(link.value))
                }
            }
        #if os(Linux)
        // From another address than the server's: a connection that finds nobody at the port could otherwise be given
        // that very port, talk to itself, and keep the server from listening.
        if let source = try? SocketAddress(ipAddress: "127.0.0.2", port: 0) { bootstrap = bootstrap.bind(to: source) }
        #endif
        bootstrap.connect(host: "127.0.0.1", port: port).whenComplete { result in
            link.value.isTrying = false
            if case .failure = result { link.value.connectLater() }
        }
    }

    private func connectLater() {
        eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { self.connect() }
    }

    fileprivate func opened(_ channel: any Channel) {
        self.channel = channel
        input.clear()
        output.clear()
        send(
            CrashPacket.connect(
                plan.clientIdentifier,
                isLasting: plan.isLasting,
                receiveMaximum: plan.receiveMaximum,
                plan.version
            )
        )
        flush()
        if !isWanted { drop() }
    }

    fileprivate func closed() {
        channel = nil
        if isConnected {
            isConnected = false
            client?.disconnected()
        }
        connectLater()
    }

    // MARK: Packets

    func send(_ packet: ByteBuffer) {
        output.writeImmutableBuffer(packet)
    }

    func flush() {
        guard let channel, output.readableBytes > 0 else { return }
        channel.writeAndFlush(output, promise: nil)
        output = ByteBuffer()
    }

    fileprivate func received(_ bytes: inout ByteBuffer) {
        input.writeBuffer(&bytes)
        do {
            while let packet = try CrashPacket.read(from: &input, plan.version) {
                take(packet)
            }
        } catch {
            report("\(plan.clientIdentifier) was sent what is no packet: \(error)")
            drop()
        }
        input.discardReadBytes()
        if isConnected { client?.receivedAll() }
        flush()
    }

    private func take(_ packet: CrashPacket) {
        switch packet {
        case .connack(let sessionPresent, let reason):
            guard reason == 0 else {
                report("\(plan.clientIdentifier) was refused with \(reason)")
                return drop()
            }
            if isSessionPromised, !sessionPresent {
                report("\(plan.clientIdentifier): its session is gone")
            }
            if !plan.isLasting, sessionPresent { report("\(plan.clientIdentifier) has a session that it wanted not") }
            isSessionPromised = plan.isLasting
            isConnected = true
            client?.connected(sessionPresent: sessionPresent)
        case .disconnect(let reason):
            report("\(plan.clientIdentifier) was disconnected with \(reason)")
        case .message, .answer, .suback:
            guard isConnected else { return report("\(plan.clientIdentifier) was sent a packet before CONNACK") }
            client?.received(packet)
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let link: CrashLink

        init(_ link: CrashLink) {
            self.link = link
        }

        func channelActive(context: ChannelHandlerContext) {
            link.opened(context.channel)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            link.received(&bytes)
        }

        func channelInactive(context: ChannelHandlerContext) {
            link.closed()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            // Nothing but the end of the connection, which is what this is about.
            context.close(promise: nil)
        }
    }
}

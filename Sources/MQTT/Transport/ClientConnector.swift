import NIOCore
import NIOPosix

/// Opens network connections for a Client: to the Server or its proxy, and step by step to where MQTT can be spoken.
///
/// ```
///   service records ─▶ TCP or Unix socket ─▶ SOCKS ─▶ TLS ─▶ WebSocket ─▶ MQTT
/// ```
///
/// Each step but one is there only where the settings ask for it; without TLS nothing of the TLS library is run.
struct ClientConnector: Sendable {
    /// Asks for the service records of a name; blocks.
    typealias ServiceRecordLookUp = @Sendable (String) throws(ServiceRecordFailure) -> [UInt8]

    private let transport: ClientTransport
    private let tls: ClientTLSContext?
    private let localAddress: SocketAddress?
    private let lookUpServiceRecords: ServiceRecordLookUp

    /// Checks the settings, and reads the files that they name.
    ///
    /// - Throws: ``ConfigurationError`` with what cannot be used, and why.
    init(
        _ transport: ClientTransport,
        lookUpServiceRecords: @escaping ServiceRecordLookUp = ServiceRecordLookUps.askSystem
    ) throws(ConfigurationError) {
        self.transport = transport
        self.lookUpServiceRecords = lookUpServiceRecords
        try Self.check(transport)
        try transport.webSocket?.check()
        try transport.proxy?.check()
        localAddress = try transport.localAddress.map { address throws(ConfigurationError) in
            do {
                return try SocketAddress.makeAddressResolvingHost(address, port: 0)
            } catch {
                throw ConfigurationError("the local address \(address) is none that this machine knows")
            }
        }
        tls = try transport.tls.map { settings throws(ConfigurationError) in
            try ClientTLSContext(settings, address: transport.address)
        }
    }

    private static func check(_ transport: ClientTransport) throws(ConfigurationError) {
        switch transport.address {
        case .host(let name, let port):
            guard !name.isEmpty, !name.utf8.contains(0) else { throw ConfigurationError("the host has no name") }
            guard 1...65_535 ~= port else {
                throw ConfigurationError("there is no port \(port); a port is a number from 1 to 65535")
            }
        case .unix(let path):
            let length = path.utf8.count
            guard 1...UnixSocketFile.longestPath ~= length, !path.utf8.contains(0) else {
                throw ConfigurationError(
                    "the path has \(length) bytes, and a Unix domain socket may have 1 to \(UnixSocketFile.longestPath)"
                )
            }
            guard transport.proxy == nil, transport.localAddress == nil else {
                throw ConfigurationError("a Unix domain socket is reached without a proxy and without a local address")
            }
        case .service(let domain):
            guard ServiceRecords.isHostName(domain) else {
                throw ConfigurationError("\(domain) is no domain that could have service records")
            }
        }
    }

    /// Opens a connection; every address of the host is tried, and every host of a service.
    ///
    /// - Parameter timeout: How long all of it may take.
    /// - Returns: A channel that can speak MQTT, or an error that ``failure(_:)`` explains.
    func connect(timeout: TimeAmount, on eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
        let deadline = NIODeadline.now() + timeout
        guard case .service(let domain) = transport.address else {
            return open(transport.address, by: deadline, on: eventLoop)
        }
        let name = ServiceRecords.name(domain: domain, isSecure: tls != nil)
        let lookUp = lookUpServiceRecords
        return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
            var generator = SystemRandomNumberGenerator()
            return try ServiceRecords(answer: lookUp(name), to: name).ordered(using: &generator)
        }.flatMap { records in
            tryEach(records[...], by: deadline, on: eventLoop)
        }
    }

    /// Tries the hosts of a service, each within its share of the time that is left.
    private func tryEach(
        _ records: ArraySlice<ServiceRecord>,
        by deadline: NIODeadline,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        guard let record = records.first else {
            return eventLoop.makeFailedFuture(Failure(reason: .unknownHost, text: "the service has no host"))
        }
        let now = NIODeadline.now()
        let share = now + .nanoseconds(max(deadline - now, .zero).nanoseconds / Int64(records.count))
        let address = ServerAddress.host(record.host, port: Int(record.port))
        return open(address, by: share, on: eventLoop).flatMapError { error in
            var failure = Self.failure(error)
            failure.text = "\(address): \(failure.text)"
            guard records.count > 1 else { return eventLoop.makeFailedFuture(failure) }
            return tryEach(records.dropFirst(), by: deadline, on: eventLoop)
        }
    }

    private func open(
        _ address: ServerAddress,
        by deadline: NIODeadline,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        var bootstrap = ClientBootstrap(group: eventLoop).connectTimeout(max(deadline - .now(), .milliseconds(1)))
        if let localAddress { bootstrap = bootstrap.bind(to: localAddress) }
        if !transport.sendsWithoutDelay {
            bootstrap = bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 0)
        }
        let opened: EventLoopFuture<any Channel>
        switch (address, transport.proxy) {
        case (.unix(let path), _): opened = bootstrap.connect(unixDomainSocketPath: path)
        case (_, let proxy?):
            opened = bootstrap.connect(host: proxy.host, port: proxy.port).flatMapErrorThrowing { error in
                let failure = Self.failure(error)
                throw Failure(
                    reason: failure.reason == .timedOut ? .timedOut : .proxy,
                    text: "the proxy \(proxy.address): \(failure.text)"
                )
            }
        case (.host(let name, let port), nil): opened = bootstrap.connect(host: name, port: port)
        case (.service, nil): preconditionFailure("a service is looked up before it is opened")
        }
        guard transport.proxy != nil || tls != nil || transport.webSocket != nil else { return opened }
        return opened.flatMap { takeSteps(on: $0, to: address, by: deadline) }
    }

    /// Takes the steps that the settings ask for, one after the other, and closes the channel where one fails.
    private func takeSteps(
        on channel: any Channel,
        to address: ServerAddress,
        by deadline: NIODeadline
    ) -> EventLoopFuture<any Channel> {
        var done = channel.eventLoop.makeSucceededVoidFuture()
        if let proxy = transport.proxy {
            done = done.flatMap {
                Self.take("the proxy", on: channel, by: deadline) { step in
                    [SOCKSHandler(SOCKSHandshake(to: address, by: proxy), step)]
                }
            }
        }
        if let tls {
            done = done.flatMap {
                Self.take("the handshake of TLS", on: channel, by: deadline) { try tls.makeHandlers($0) }
            }
        }
        if let webSocket = transport.webSocket {
            done = done.flatMap {
                Self.take("the answer to the request of a WebSocket", on: channel, by: deadline) { step in
                    let request = WebSocketUpgrade(webSocket, to: address, isSecure: tls != nil)
                    return [ClientWebSocketHandshakeHandler(request, step)]
                }
            }
        }
        return done.map { channel }.always { result in
            if case .failure = result { channel.close(promise: nil) }
        }
    }

    private static func take(
        _ name: String,
        on channel: any Channel,
        by deadline: NIODeadline,
        _ makeHandlers: (ConnectionStep) throws -> [any ChannelHandler]
    ) -> EventLoopFuture<Void> {
        let step = ConnectionStep(on: channel.eventLoop)
        guard channel.isActive else {
            step.fail(Failure(reason: .other, text: "connection closed by the server"))
            return step.future
        }
        let timer = channel.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            step.fail(Failure(reason: .timedOut, text: "\(name) took too long"))
        }
        step.future.assumeIsolated().whenComplete { _ in timer.cancel() }
        do {
            try channel.pipeline.syncOperations.addHandlers(makeHandlers(step))
        } catch {
            step.fail(failure(error))
        }
        return step.future
    }
}

import NIOCore

/// Puts the handlers of a new connection together, after what its listener's settings say.
///
/// The order is that of the bytes as they come in: the header of a proxy, TLS, WebSocket, and last the broker. The
/// broker's handler is there from the start, whatever stands before it, so that a connection counts, and has to send its
/// CONNECT in time, from the moment when it is accepted.
struct ConnectionPipeline: Sendable {
    let settings: ListenerSettings
    /// The place of the listener in the broker's configuration.
    let listener: Int
    let loop: NIOLoopBound<BrokerLoop>
    /// What new connections speak TLS with; `nil` where they do not.
    let tls: NIOLoopBoundBox<TLSContext?>
    let status: HTTPStatusSource

    /// Adds the handlers; to be called on the broker's event loop.
    func addHandlers(to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        if let version = settings.proxyProtocol {
            let handler = ProxyHeaderHandler(
                version: version,
                requiresTLS: settings.proxyRequiresTLS,
                namesUser: settings.proxyNamesUser
            )
            try pipeline.addHandler(handler)
        }
        if let tls = tls.value {
            try pipeline.addHandlers(tls.makeHandlers(on: channel.eventLoop))
        }
        switch settings.exchange {
        case .mqtt:
            // Other handlers keep parts of what they are given, or answer with buffers of their own.
            if tls.value == nil { try channel.syncOptions?.setOption(.recvAllocator, value: ReadAllocator(loop)) }
        case .webSocket:
            try pipeline.addHandlers(WebSocketHandshakeHandler.makeHandlers(settings))
        case .status:
            return try pipeline.addHandlers(HTTPStatusHandler.makeHandlers(settings, status, loop: loop.value))
        }
        try pipeline.addHandler(BrokerChannelHandler(loop: loop.value, listener: listener))
    }
}

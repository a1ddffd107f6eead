import NIOCore
import NIOPosix

/// A proxy of SOCKS 5 in this process, written without the code that is tested. It connects to where it is asked to, and
/// notes what it was asked for.
final class SOCKSTestServer: Sendable {
    /// What a client has said, and how the proxy answers.
    struct Script: Sendable {
        /// What is to be logged in with, as `user:password`; `nil` where nobody is asked.
        var login: String?
        /// What every request is answered with; 0 connects.
        var reply: UInt8 = 0
        /// Names that the proxy knows beside those of the system.
        var names: [String: String] = [:]
    }

    let port: Int
    private let channel: any Channel
    private let requests: EventQueue<String>

    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private init(_ channel: any Channel, _ requests: EventQueue<String>) throws {
        self.channel = channel
        self.requests = requests
        guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        self.port = port
    }

    static func start(_ script: Script = Script()) async throws -> SOCKSTestServer {
        let eventLoop = group.next()
        let requests = EventQueue<String>("a request to the proxy", eventLoop: eventLoop)
        let channel = try await ServerBootstrap(group: eventLoop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(script, requests))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        return try SOCKSTestServer(channel, requests)
    }

    /// The next request, as `KIND ADDRESS:PORT`, with the login before it.
    func nextRequest() async throws -> String {
        try await requests.next()
    }

    func stop() async throws {
        try await channel.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private enum Phase {
            case greeting
            case login
            case request
            case connecting
            case open(any Channel)
        }

        private let script: Script
        private let requests: EventQueue<String>
        private var phase = Phase.greeting
        private var received: [UInt8] = []
        private var said = ""

        init(_ script: Script, _ requests: EventQueue<String>) {
            self.script = script
            self.requests = requests
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += unwrapInboundIn(data).readableBytesView
            switch phase {
            case .greeting:
                guard received.count >= 2, received.count >= 2 + Int(received[1]) else { return }
                let wanted: UInt8 = script.login == nil ? 0 : 2
                let isOffered = received[2...].contains(wanted)
                received = []
                phase = script.login == nil ? .request : .login
                send(context, [5, isOffered ? wanted : 0xFF])
            case .login:
                guard received.count >= 3, received.count >= 3 + Int(received[1]) + Int(received[2 + Int(received[1])])
                else { return }
                let name = String(decoding: received[2..<2 + Int(received[1])], as: UTF8.self)
                let login = "\(name):\(String(decoding: received[(3 + Int(received[1]))...], as: UTF8.self))"
                received = []
                phase = .request
                said = "\(login) "
                send(context, [1, login == script.login ? 0 : 1])
            case .request: takeRequest(context)
            case .connecting: break
            case .open(let target):
                target.writeAndFlush(ByteBuffer(bytes: received), promise: nil)
                received = []
            }
        }

        private func takeRequest(_ context: ChannelHandlerContext) {
            guard received.count >= 5 else { return }
            let kind = received[3]
            let length = kind == 1 ? 4 : kind == 4 ? 16 : 1 + Int(received[4])
            guard received.count == 4 + length + 2 else { return }
            let bytes = received[4..<4 + length]
            let port = Int(received[4 + length]) << 8 | Int(received[5 + length])
            let host =
                switch kind {
                case 1: bytes.map { "\($0)" }.joined(separator: ".")
                case 4: "::1"
                default: String(decoding: bytes.dropFirst(), as: UTF8.self)
                }
            received = []
            requests.put("\(said)\(kind == 3 ? "name" : "address") \(host):\(port)")
            guard script.reply == 0 else { return send(context, [5, script.reply, 0, 1, 0, 0, 0, 0, 0, 0]) }
            phase = .connecting
            let near = context.channel
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            ClientBootstrap(group: context.eventLoop)
                .channelInitializer { far in
                    far.eventLoop.makeCompletedFuture {
                        try far.pipeline.syncOperations.addHandler(Relay(to: near))
                    }
                }
                .connect(host: script.names[host] ?? host, port: port)
                .whenSuccess { far in
                    let (handler, context) = bound.value
                    handler.phase = .open(far)
                    // A name as the bound address, which clients have to skip.
                    handler.send(context, [5, 0, 0, 3, 2, 0x78, 0x79, 0, 80])
                }
        }

        private func send(_ context: ChannelHandlerContext, _ bytes: [UInt8]) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            if case .open(let target) = phase { target.close(promise: nil) }
        }
    }

    private final class Relay: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let other: any Channel

        init(to other: any Channel) {
            self.other = other
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            other.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            other.close(promise: nil)
        }
    }
}

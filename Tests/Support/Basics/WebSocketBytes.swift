import NIOCore

/// WebSocket frames as bytes, made and read without the library that the broker uses.
struct WebSocketBytes: Equatable {
    /// The kinds of frames.
    enum Kind: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10
    }

    var kind = Kind.binary
    var isFinal = true
    var payload: [UInt8]

    /// The request of a Client, with a key whose answer RFC 6455 tells.
    static func request(
        protocols: String? = "mqtt",
        origin: String? = nil,
        change: (String) -> String = { $0 }
    ) -> String {
        var lines = [
            "GET /mqtt HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: keep-alive, Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
        ]
        if let protocols { lines.append("Sec-WebSocket-Protocol: \(protocols)") }
        if let origin { lines.append("Origin: \(origin)") }
        return change(lines.map { $0 + "\r\n" }.joined() + "\r\n")
    }

    /// What the server has to answer to that key.
    static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    /// The bytes of the frame.
    ///
    /// - Parameter mask: What a Client masks with; `nil` for none, as of a server.
    func encoded(mask: [UInt8]? = [0x37, 0xFA, 0x21, 0x3D], reservedBits: UInt8 = 0) -> [UInt8] {
        var bytes = [(isFinal ? 0x80 : 0) | reservedBits | kind.rawValue]
        let masked: UInt8 = mask == nil ? 0 : 0x80
        switch payload.count {
        case ..<126: bytes.append(masked | UInt8(payload.count))
        case ..<65_536: bytes += [masked | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default: bytes += [masked | 127] + (0..<8).reversed().map { UInt8(payload.count >> ($0 * 8) & 0xFF) }
        }
        guard let mask else { return bytes + payload }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    /// Takes a frame of a server from the front; `nil` while it is not complete, or where it is masked.
    static func take(from bytes: inout [UInt8]) -> WebSocketBytes? {
        guard bytes.count >= 2, let kind = Kind(rawValue: bytes[0] & 0x0F), bytes[1] & 0x80 == 0 else { return nil }
        let lengthSize = bytes[1] == 126 ? 2 : bytes[1] == 127 ? 8 : 0
        guard bytes.count >= 2 + lengthSize else { return nil }
        let length =
            lengthSize == 0 ? Int(bytes[1]) : bytes[2..<2 + lengthSize].reduce(0) { $0 << 8 | Int($1) }
        let start = 2 + lengthSize
        guard bytes.count >= start + length else { return nil }
        let frame = WebSocketBytes(
            kind: kind,
            isFinal: bytes[0] & 0x80 != 0,
            payload: Array(bytes[start..<start + length])
        )
        bytes.removeFirst(start + length)
        return frame
    }
}

/// Makes a channel of a test a WebSocket: it sends the request, and from then on puts bytes into frames and takes them
/// out.
final class WebSocketClientHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var received: [UInt8] = []
    private var held: [(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
    private var isOpen = false

    /// The server has refused.
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: WebSocketBytes.request())), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        if !isOpen {
            let end = Array("\r\n\r\n".utf8)
            guard let index = received.indices.first(where: { received[$0...].starts(with: end) }) else { return }
            let head = String(decoding: received[..<index], as: UTF8.self)
            guard head.hasPrefix("HTTP/1.1 101 "), head.contains(WebSocketBytes.accept) else {
                return context.fireErrorCaught(Refused(description: head))
            }
            received.removeFirst(index + end.count)
            isOpen = true
            for (bytes, promise) in held {
                write(context: context, data: NIOAny(bytes), promise: promise)
            }
            held = []
            context.flush()
        }
        while let frame = WebSocketBytes.take(from: &received) {
            if frame.kind == .binary { context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: frame.payload))) }
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        guard isOpen else { return held.append((bytes, promise)) }
        let frame = WebSocketBytes(payload: Array(bytes.readableBytesView)).encoded()
        context.write(wrapOutboundOut(ByteBuffer(bytes: frame)), promise: promise)
    }
}

/// Handlers belong to the event loop of their channel.
@available(*, unavailable)
extension WebSocketClientHandler: Sendable {}

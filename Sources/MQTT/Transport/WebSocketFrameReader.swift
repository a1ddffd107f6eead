import NIOCore
import NIOWebSocket

/// The two sides of a WebSocket.
enum WebSocketSide {
    case client
    case server
}

/// Takes the WebSocket frames of the other side apart while their bytes come (RFC 6455, section 5.2).
///
/// What a frame of data carries is handed on as it arrives, and no frame waits for its end, however long it says that it
/// will be. So a Client cannot have the broker hold more than its packets may have, which the reader of packets sees to,
/// and which is little before CONNECT. Frames of control have 125 bytes at most, and are handed on whole.
///
/// Clients mask what they send, and Servers do not.
///
/// ```
///   header ──▶ data, part by part ──▶ header      a message of many frames goes on with the next header
///   header ──▶ control, whole     ──▶ header      between any two frames of a message
/// ```
struct WebSocketFrameReader {
    /// What has been read.
    enum Piece: Equatable {
        /// Bytes of MQTT: a frame, or a part of it.
        case data(ByteBuffer)
        case ping(ByteBuffer)
        case pong
        /// The other side ends the WebSocket, and maybe says why.
        case close(ByteBuffer)
    }

    /// What the other side must not send.
    struct Violation: Error, Equatable {
        /// What the other side is told.
        let code: WebSocketErrorCode
        /// What the log says.
        let problem: String
    }

    /// What stands before the bytes of a frame.
    private struct Header {
        let opcode: WebSocketOpcode
        let isFinal: Bool
        let byteCount: Int
        /// What the bytes are masked with; `nil` for nothing.
        let key: WebSocketMaskingKey?
    }

    /// The most bytes that a frame of control may have.
    private static let largestControl = 125

    private let expectsMasks: Bool
    /// Beside what has just been received, at most a header and a frame of control that are not complete.
    private var buffer = ByteBuffer()
    /// The frame of data whose bytes come now, and how many of them have come.
    private var current: (header: Header, takenCount: Int)?
    /// Whether a message goes on with the next frame of data.
    private var isInMessage = false

    /// - Parameter side: Whose frames come.
    init(framesOf side: WebSocketSide) {
        expectsMasks = side == .client
    }

    /// Takes what was received. `next` is to be called until it returns `nil`, and `settle` then.
    mutating func append(_ received: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = received
        } else {
            buffer.writeImmutableBuffer(received)
        }
    }

    /// Gives the memory back that is shared with what was received.
    mutating func settle() {
        buffer = buffer.readableBytes == 0 ? ByteBuffer() : ByteBuffer(bytes: buffer.readableBytesView)
    }

    /// The next piece; `nil` until more has been received. After an error there is no next one.
    mutating func next() throws(Violation) -> Piece? {
        while true {
            if let (header, takenCount) = current {
                let wantedCount = header.byteCount - takenCount
                guard wantedCount == 0 || buffer.readableBytes > 0 else { return nil }
                let count = min(wantedCount, buffer.readableBytes)
                current = count == wantedCount ? nil : (header, takenCount + count)
                guard count > 0, var data = buffer.readSlice(length: count) else { continue }
                if let key = header.key { data.webSocketUnmask(key, indexOffset: takenCount) }
                return .data(data)
            }
            var rest = buffer
            guard let header = try takeHeader(from: &rest) else { return nil }
            guard Self.isControl(header.opcode) else {
                buffer = rest
                isInMessage = !header.isFinal
                current = (header, 0)
                continue
            }
            guard var data = rest.readSlice(length: header.byteCount) else { return nil }
            buffer = rest
            if let key = header.key { data.webSocketUnmask(key) }
            return try Self.control(header.opcode, data)
        }
    }

    private static func isControl(_ opcode: WebSocketOpcode) -> Bool {
        opcode == .connectionClose || opcode == .ping || opcode == .pong
    }

    private static func control(_ opcode: WebSocketOpcode, _ data: ByteBuffer) throws(Violation) -> Piece {
        if opcode == .ping { return .ping(data) }
        if opcode == .pong { return .pong }
        guard data.readableBytes != 1 else { throw violation("a frame that closes has half a code") }
        return .close(data)
    }

    private static func violation(_ problem: String) -> Violation {
        Violation(code: .protocolError, problem: problem)
    }

    /// Reads a header; `nil` while it is not complete. What is wrong is told as soon as it is there.
    private func takeHeader(from rest: inout ByteBuffer) throws(Violation) -> Header? {
        guard let (first, second) = rest.readMultipleIntegers(as: (UInt8, UInt8).self) else { return nil }
        guard (second & 0x80 != 0) == expectsMasks else {
            throw Self.violation(expectsMasks ? "a frame of a Client is not masked" : "a frame of a Server is masked")
        }
        guard first & 0x70 == 0 else { throw Self.violation("a frame uses an extension") }
        let isFinal = first & 0x80 != 0
        guard let opcode = WebSocketOpcode(encodedWebSocketOpcode: first & 0x0F) else {
            throw Self.violation("a frame of an unknown kind")
        }
        let shortLength = Int(second & 0x7F)
        switch opcode {
        case .binary, .continuation:
            guard (opcode == .continuation) == isInMessage else {
                throw Self.violation("the frames of two messages are mixed")
            }
        case .text:
            // [MQTT-6.0.0-1]
            throw Violation(code: .unacceptableData, problem: "a frame of text, and MQTT is binary")
        case .connectionClose, .ping, .pong:
            guard isFinal, shortLength <= Self.largestControl else {
                throw Self.violation("a control frame is too long, or in parts")
            }
        default: throw Self.violation("a frame of an unknown kind")
        }
        guard let byteCount = try Self.takeLength(from: &rest, shortLength) else { return nil }
        var key: WebSocketMaskingKey?
        if expectsMasks {
            guard let bytes = rest.readSlice(length: 4) else { return nil }
            key = WebSocketMaskingKey(bytes.readableBytesView)
        }
        return Header(opcode: opcode, isFinal: isFinal, byteCount: byteCount, key: key)
    }

    /// The length: seven bits, or what follows where they say so, in as few bytes as it fits into.
    private static func takeLength(from rest: inout ByteBuffer, _ shortLength: Int) throws(Violation) -> Int? {
        let length: UInt64?
        let least: UInt64
        switch shortLength {
        case 126: (length, least) = (rest.readInteger(as: UInt16.self).map(UInt64.init), 126)
        case 127: (length, least) = (rest.readInteger(as: UInt64.self), 65_536)
        default: return shortLength
        }
        guard let length else { return nil }
        guard length >= least, let byteCount = Int(exactly: length) else {
            throw violation("the length of a frame is none")
        }
        return byteCount
    }
}

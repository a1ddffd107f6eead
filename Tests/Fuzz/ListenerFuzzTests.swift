// Invariant: on any bytes, a header of the PROXY protocol is taken, refused or awaited, the same whether the bytes come at
// once or in pieces, and no more than its own bytes are taken; a WebSocket listener's handlers answer any bytes, or close,
// and pass no byte to the broker that was not in a masked binary frame, the same at once and in pieces.

import NIOCore
import NIOEmbedded
import Testing

@testable import MQTT
@testable import Support

/// Fuzzes what listeners read before a packet of MQTT comes.
@Suite("Fuzzing listeners")
struct ListenerFuzzTests {
    private static let proxyCorpus: [(version: ListenerSettings.ProxyProtocol, bytes: [UInt8])] = [
        (.version1, Array("PROXY TCP4 192.0.2.1 127.0.0.1 56090 1883\r\n".utf8)),
        (.version1, Array("PROXY TCP6 2001:db8::7 ::1 56090 1883\r\n".utf8)),
        (.version1, Array("PROXY UNKNOWN something else\r\n".utf8)),
        (
            .version2,
            HexNotation.bytes("0D0A0D0A000D0A515549540A 21 11 001D C0000201 7F000001 DB1A 075B")
                + HexNotation.bytes("20 000E 07 00000000 22 0006 'device' 00")
        ),
        (.version2, HexNotation.bytes("0D0A0D0A000D0A515549540A 20 00 0000")),
    ]

    /// How reading some bytes ended.
    private enum Outcome: Equatable {
        case header(ProxyHeader, takenCount: Int)
        case malformed
        case incomplete
    }

    private static func outcome(
        _ pieces: [ArraySlice<UInt8>],
        _ version: ListenerSettings.ProxyProtocol
    ) -> Outcome {
        var buffer = ByteBuffer()
        var count = 0
        for piece in pieces {
            buffer.writeBytes(piece)
            count += piece.count
            do throws(ProxyHeader.Malformed) {
                if let header = try ProxyHeader.take(from: &buffer, version: version) {
                    return .header(header, takenCount: count - buffer.readableBytes)
                }
            } catch {
                return .malformed
            }
        }
        return .incomplete
    }

    @Test("headers of the PROXY protocol")
    func proxyHeaders() {
        let settings = FuzzSettings(target: "PROXY protocol")
        var mutator = Mutator(random: SeededGenerator(seed: settings.seed))
        var counts = (headers: 0, malformed: 0)
        for _ in 0..<settings.inputCount {
            let seed = mutator.random.pick(Self.proxyCorpus)
            let bytes = mutator.mutate(seed.bytes, with: mutator.random.pick(Self.proxyCorpus).bytes)
            let whole = Self.outcome([bytes[...]], seed.version)
            let pieces = Self.outcome(mutator.split(bytes), seed.version)
            guard whole == pieces else {
                Issue.record("\(bytes): \(whole) at once, \(pieces) in pieces")
                return
            }
            switch whole {
            case .header: counts.headers += 1
            case .malformed: counts.malformed += 1
            case .incomplete: break
            }
        }
        #expect(counts.headers > settings.inputCount / 50 && counts.malformed > settings.inputCount / 50)
    }

    /// What the handlers of a WebSocket pass on, and whether they closed.
    private static func passedOn(_ pieces: [ArraySlice<UInt8>]) throws -> (bytes: [UInt8], isOpen: Bool) {
        let channel = EmbeddedChannel()
        let handlers = WebSocketHandshakeHandler.makeHandlers(ListenerSettings.tcp(host: nil, port: 0))
        let end = EndOfPipeline()
        try channel.pipeline.syncOperations.addHandlers(handlers + [end])
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/test")).wait()
        for piece in pieces where end.failure == nil {
            try channel.writeInbound(ByteBuffer(bytes: piece))
            // What is answered must be there to be taken, and is no error.
            while let answer = try channel.readOutbound(as: ByteBuffer.self) {
                guard answer.readableBytes < 4_096 else { throw TooMuch() }
            }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return (end.received, end.failure == nil)
    }

    private struct TooMuch: Error {}

    private final class EndOfPipeline: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        var received: [UInt8] = []
        var failure: (any Error)?

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += unwrapInboundIn(data).readableBytesView
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            failure = failure ?? error
        }
    }

    @Test("WebSocket requests and frames")
    func webSockets() throws {
        let settings = FuzzSettings(target: "WebSocket")
        var mutator = Mutator(random: SeededGenerator(seed: settings.seed))
        let request = Array(WebSocketBytes.request().utf8)
        let frames: [[UInt8]] = [
            WebSocketBytes(payload: [1, 2, 3]).encoded(), WebSocketBytes(isFinal: false, payload: [4]).encoded(),
            WebSocketBytes(kind: .continuation, payload: [5, 6]).encoded(),
            WebSocketBytes(kind: .ping, payload: [7]).encoded(),
            WebSocketBytes(kind: .close, payload: [3, 232]).encoded(),
            WebSocketBytes(payload: Array(repeating: 9, count: 300)).encoded(),
        ]
        var counts = (open: 0, closed: 0)
        // A pipeline for each input costs as much as many packets do.
        for _ in 0..<settings.inputCount / 20 {
            let good = (0..<mutator.random.pick(1...6)).flatMap { _ in mutator.random.pick(frames) }
            let isRequestMutated = mutator.random.oneIn(4)
            let head = isRequestMutated ? mutator.mutate(request, with: good) : request
            let bytes = isRequestMutated ? good : mutator.mutate(good, with: mutator.random.pick(frames))
            let (passed, isOpen) = try Self.passedOn([head[...]] + mutator.split(bytes))
            guard passed.count <= bytes.count else {
                Issue.record("\(passed.count) bytes were made of \(bytes.count): \(head + bytes)")
                return
            }
            guard try Self.passedOn([head[...], bytes[...]]).bytes == passed else {
                Issue.record("other bytes at once than in pieces: \(head + bytes)")
                return
            }
            if isOpen { counts.open += 1 } else { counts.closed += 1 }
        }
        #expect(counts.open > 0 && counts.closed > 0)
    }
}

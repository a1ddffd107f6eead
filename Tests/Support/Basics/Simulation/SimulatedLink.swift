import NIOCore

@testable import MQTT

/// A connection between a client and the broker: two streams of bytes, each with bytes on their way.
struct SimulatedLink {
    let number: Int
    let client: Int
    /// The number of its broker, where there are several.
    let node: Int
    let connection: ConnectionIndex
    /// The broker's end: what the channel handler has.
    var decoder: PacketDecoder
    /// Reads along for the ledger.
    var tap: PacketDecoder
    /// The CONNECT that the broker has read and not accepted yet; only where there are several brokers.
    var connect: Connect?
    var toBroker = ByteBuffer()
    var toClient = ByteBuffer()
    /// Whether each end still uses the connection.
    var clientIsOpen = true
    var brokerIsOpen = true
    /// Whether the broker is done with the connection: what still arrives is thrown away.
    var brokerIsClosing = false
    /// Whether the stream ends behind the bytes that are on their way.
    var endsAtBroker = false
    var endsAtClient = false
    var isCut = false
    /// Whether the broker's end takes more.
    var isWritable = true

    init(number: Int, client: Int, node: Int = 0, connection: ConnectionIndex, decoder: PacketDecoder) {
        self.number = number
        self.client = client
        self.node = node
        self.connection = connection
        self.decoder = decoder
        tap = PacketDecoder(version: .v3_1_1, maximumPacketSize: .max)
    }

    var hasWorkAtBroker: Bool { brokerIsOpen && (toBroker.readableBytes > 0 || endsAtBroker) }
    var hasWorkAtClient: Bool { clientIsOpen && (toClient.readableBytes > 0 || endsAtClient) }
    var isOver: Bool { !clientIsOpen && !brokerIsOpen }

    /// The client's end sends.
    mutating func sendToBroker(_ bytes: ByteBuffer) {
        if !isCut { toBroker.writeImmutableBuffer(bytes) }
    }

    /// The broker's end sends.
    mutating func sendToClient(_ bytes: ByteBuffer) {
        if !isCut { toClient.writeImmutableBuffer(bytes) }
    }

    /// The client goes away; what it has sent may still arrive.
    mutating func closeClientEnd() {
        clientIsOpen = false
        endsAtBroker = true
        toClient.clear()
    }

    /// Nothing of what the client has sent arrives any more.
    mutating func loseAll() {
        isCut = true
        endsAtBroker = true
        toBroker.clear()
    }

    /// The network fails: of what is on its way only the first part arrives, at either end.
    mutating func cut(_ random: inout SeededGenerator) {
        isCut = true
        endsAtBroker = true
        endsAtClient = true
        Self.truncate(&toBroker, &random)
        Self.truncate(&toClient, &random)
    }

    private static func truncate(_ bytes: inout ByteBuffer, _ random: inout SeededGenerator) {
        let kept = random.number(in: 0...bytes.readableBytes)
        bytes.moveWriterIndex(to: bytes.readerIndex + kept)
    }

    /// Takes the next bytes of a stream: all that are there, or any first part of them.
    static func take(_ bytes: inout ByteBuffer, _ random: inout SeededGenerator) -> ByteBuffer {
        let count = random.chance(50) ? bytes.readableBytes : random.number(in: 0...bytes.readableBytes)
        guard let slice = bytes.readSlice(length: count) else { return ByteBuffer() }
        // Memory of its own, as a read from a socket has.
        let taken = ByteBuffer(bytes: slice.readableBytesView)
        bytes.discardReadBytes()
        return taken
    }
}

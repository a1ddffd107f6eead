import MQTT
import NIOCore

/// How a message is written without a format: its payload, or its topic, a blank and its payload.
struct PlainFormat: Sendable, Equatable {
    /// Whether the topic stands before the payload.
    var showsTopic = false
    /// Whether a line feed follows each message.
    var endsLines = true

    /// Adds a message. Of an empty payload nothing is seen; with the topic and line feeds it is `(null)`.
    func append(_ message: ReceivedMessage, to buffer: inout ByteBuffer) {
        let payload = message.payload
        guard payload.readableBytes > 0 || showsTopic && endsLines else { return }
        if showsTopic {
            buffer.writeImmutableBuffer(message.topicBytes)
            buffer.writeStaticString(payload.readableBytes > 0 ? " " : " (null)")
        }
        buffer.writeImmutableBuffer(payload)
        if endsLines { buffer.writeStaticString("\n") }
    }
}

import NIOCore

/// A received message, as the state machines of applications take it.
struct IncomingMessage: Sendable {
    var topic: String
    var payload: [UInt8]
    var qos = QoS.atMostOnce
    /// Whether it is old: the Server had kept it.
    var isRetained = false
    /// Where an answer is expected, and what it carries.
    var responseTopic: String?
    var correlationData: ByteBuffer?
}

extension IncomingMessage {
    init(_ message: ReceivedMessage) {
        let properties = message.properties
        self.init(
            topic: message.topic,
            payload: Array(message.payload.readableBytesView),
            qos: message.qos,
            isRetained: message.retain,
            responseTopic: properties.responseTopic,
            correlationData: properties.correlationData
        )
    }

    /// The payload as an object of JSON; `nil` where it is none, or has more bytes than `limit`.
    func object(limit: Int) -> JSONValue? {
        guard payload.count <= limit, let value = try? JSONValue(parsing: payload), value.members != nil else {
            return nil
        }
        return value
    }
}

/// How much what an application reports matters.
public enum ReportLevel: Sendable, Hashable, CaseIterable {
    case error
    case warning
    case notice
    case info
}

/// Is told in words of what happens in a service; called one at a time, in order.
public typealias Report = @Sendable (ReportLevel, String) -> Void

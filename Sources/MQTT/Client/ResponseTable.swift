import NIOCore

/// The requests of a Client that wait for their answers, each known by its Correlation Data. It belongs to the event loop
/// of the Client.
struct ResponseTable {
    typealias Waiter = CheckedContinuation<Result<ReceivedMessage, MQTTClientError>, Never>

    /// The topic on which answers arrive, once the Client is subscribed to it.
    enum Topic {
        case none
        /// SUBSCRIBE is on its way, and these wait for it.
        case subscribing(UTF8String, [() -> Void])
        case subscribed(UTF8String)
    }

    var topic = Topic.none
    /// What the Server suggests to begin the topic with.
    private var prefix = "response"
    private var waiters: [[UInt8]: Waiter] = [:]

    mutating func connected(_ result: ConnectResult) {
        if let information = result.responseInformation, !information.isEmpty { prefix = information }
    }

    /// A topic that no other Client has.
    func makeTopic(clientIdentifier: UTF8String) -> UTF8String {
        let number = String(UInt64.random(in: .min ... .max), radix: 16)
        // A Client Identifier may hold what a topic may not.
        let name = UTF8String("\(prefix)/\(clientIdentifier)/\(number)")
        if let name, name.bytes.span.isValidTopicName { return name }
        return UTF8String(unchecked: Array("response/\(number)".utf8))
    }

    /// Correlation Data that no other request has, and that nobody can guess.
    static func makeCorrelationData(number: RequestIdentifier) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt64.random(in: .min ... .max))
        buffer.writeInteger(number.rawValue)
        return [UInt8](buffer: buffer)
    }

    mutating func await(_ correlationData: [UInt8], _ waiter: Waiter) {
        waiters[correlationData] = waiter
    }

    /// An answer has come; one that nobody waits for is dropped.
    mutating func received(_ publish: Publish) {
        let message = ReceivedMessage(publish)
        guard let correlationData = message.properties.correlationData else { return }
        waiters.removeValue(forKey: [UInt8](buffer: correlationData))?.resume(returning: .success(message))
    }

    /// A request is over without an answer.
    mutating func fail(_ correlationData: [UInt8], _ error: MQTTClientError) {
        waiters.removeValue(forKey: correlationData)?.resume(returning: .failure(error))
    }

    mutating func end(_ error: MQTTClientError) {
        for waiter in waiters.values {
            waiter.resume(returning: .failure(error))
        }
        waiters.removeAll()
    }
}

/// The messages that a Client receives, in the order of their arrival.
///
/// ```swift
/// for try await message in client.messages {
///     print(message.topic, message.text)
/// }
/// ```
///
/// A message counts as consumed when the next one is asked for; only then is it acknowledged to the Server. When the
/// application is slow, first a bounded buffer fills, then nothing more is read from the network, and the Server waits.
///
/// The sequence ends when the application disconnects, and throws when the connection is lost for good. Breaking off the
/// loop loses nothing: a later loop goes on with the next message. Only one task at a time may wait for a message.
public struct MessageSequence: AsyncSequence, Sendable {
    /// What the sequence may throw.
    public typealias Failure = MQTTClientError

    /// Keeps the Client alive as long as somebody listens to it.
    let client: MQTTClient

    /// Takes the messages one by one.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let client: MQTTClient

        /// The next message; what was returned before is consumed with this call.
        public mutating func next() async throws(MQTTClientError) -> ReceivedMessage? {
            try await client.inbox.next(atMost: 1)?.first
        }

        /// The next message; what was returned before is consumed with this call.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(MQTTClientError) -> ReceivedMessage? {
            try await client.inbox.next(atMost: 1)?.first
        }
    }

    /// Takes the messages one by one.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(client: client)
    }

    /// All messages that are there, `limit` at most; waits where there is none. `nil` at the end.
    ///
    /// What was returned before is consumed with this call. It is the faster way where there are very many messages.
    public func next(atMost limit: Int) async throws(MQTTClientError) -> [ReceivedMessage]? {
        try await client.inbox.next(atMost: limit)
    }

    /// Says that all messages that were returned are consumed, without asking for more: for the last of them before
    /// `disconnect`.
    public func acknowledge() {
        client.inbox.consumed()
    }
}

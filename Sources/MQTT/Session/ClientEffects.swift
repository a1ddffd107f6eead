import NIOCore

/// What a `ClientConnection` wants done; filled by its methods, emptied by whoever carries it out, and used again.
struct ClientEffects {
    /// Bytes to send on the network connection.
    var output = ByteBuffer()
    /// Messages for the application, in the order of their arrival.
    var messages: [Publish] = []
    /// Messages that arrived on the response topic, which are settled already.
    var responses: [Publish] = []
    /// Outcomes of requests.
    var completions: [Completion] = []
    /// CONNACK has accepted the connection.
    var connected: Connected?
    /// Subscriptions that were made again after the Server had lost them, and that it refused.
    var lostSubscriptions: [(topicFilter: UTF8String, reasonCode: ReasonCode)] = []
    /// The network connection is to be closed once the output is sent.
    var close: ClientFailure?

    /// What an accepting CONNACK tells.
    struct Connected {
        var sessionPresent: Bool
        var limits: ServerLimits
        var properties: Properties
        /// The Client Identifier that holds, also where the Server has assigned it.
        var clientIdentifier: UTF8String
    }

    /// The outcome of a request.
    enum Completion {
        /// The Server has acknowledged a message, or at QoS 0 it was passed to the network.
        case published(RequestIdentifier, topic: UTF8String, ReasonCode, Properties)
        /// A message was not, or not surely, published.
        case notPublished(RequestIdentifier, topic: UTF8String, ClientFailure)
        /// SUBACK or UNSUBACK, with a code for each Topic Filter.
        case answered(RequestIdentifier, [ReasonCode], Properties)
        /// PINGRESP has come.
        case pinged(RequestIdentifier)
        /// A SUBSCRIBE or UNSUBSCRIBE was not answered.
        case failed(RequestIdentifier, ClientFailure)
    }
}

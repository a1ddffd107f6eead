/// What a Client allows itself and its Server; every queue of the Client is bounded by one of these.
struct ClientLimits: Sendable {
    /// The largest packet to accept from the Server, in bytes.
    var maximumPacketSize = VariableByteInteger.maximum + 1 + VariableByteInteger.maximumLength
    /// How many messages of QoS 1 and 2 the Server may have sent without an acknowledgement.
    var receiveMaximum = UInt16.max
    /// How many topic aliases the Server may use.
    var topicAliasMaximum: UInt16 = 0
    /// How many messages of QoS 1 and 2 this side sends without an acknowledgement, whatever the Server would allow.
    var maximumInFlight = UInt16.max
    /// How many messages may wait to be sent for the first time.
    var maximumQueuedMessages = 1_000
    /// How many bytes of topics and payloads may wait; one message is taken whatever its size.
    var maximumQueuedBytes = 1 << 20
    /// How long PINGRESP may take, in nanoseconds.
    var pingResponseTimeoutNanoseconds: Int64 = 10_000_000_000

    /// How many bytes are composed before they are handed to the network; then it is asked whether it takes more.
    static let outputBatchSize = 64 << 10
    /// How many Topic Filters one SUBSCRIBE holds when subscriptions are made again.
    static let filtersInSubscribe = 100
}

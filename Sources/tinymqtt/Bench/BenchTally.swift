import MQTT

/// What a lane has counted and measured, and many of them together.
struct BenchTally {
    /// Messages that were handed to the network, or to wait for it.
    var sent = 0
    /// Of these, how many after the warm-up.
    var sentMeasured = 0
    /// Of QoS 1 and 2: how many the broker has taken.
    var acknowledged = 0
    /// How many the broker has refused.
    var refused = 0
    /// The first of them.
    var firstRefusal: Refusal?
    /// What the subscribers got, all accounts together.
    var deliveries = SequenceLedger.Totals()
    /// How many of the messages that were sent after the warm-up were received.
    var receivedMeasured = 0
    /// Messages that no publisher of this benchmark has sent.
    var foreign = 0
    /// When the last message was sent, acknowledged or received, in nanoseconds.
    var lastTime: UInt64 = 0
    /// How long each message was on its way, how long its acknowledgement took, and how late it was sent.
    var deliveryTimes = TimeHistogram()
    var acknowledgementTimes = TimeHistogram()
    var lags = TimeHistogram()
    /// How long CONNACK took.
    var connectTimes = TimeHistogram()

    /// A message that the broker has refused.
    struct Refusal: Equatable {
        let topic: String
        let reasonCode: ReasonCode
    }

    /// The broker has refused a message.
    mutating func refuse(_ topic: String, _ reasonCode: ReasonCode) {
        refused += 1
        if firstRefusal == nil { firstRefusal = Refusal(topic: topic, reasonCode: reasonCode) }
    }

    /// Takes in what `flush` has told of messages that were handed over.
    mutating func settle(sent: Int, _ report: SendReport, qos: QoS) {
        // What failed without an answer of the broker is simply not acknowledged.
        if let failure = report.failures.first(where: { $0.error.reasonCode != nil }),
            let reasonCode = failure.error.reasonCode
        {
            refused += report.failureCount
            if firstRefusal == nil { firstRefusal = Refusal(topic: failure.topic, reasonCode: reasonCode) }
        }
        if qos != .atMostOnce { acknowledged += sent - report.failureCount }
    }

    static func += (left: inout BenchTally, right: BenchTally) {
        left.sent += right.sent
        left.sentMeasured += right.sentMeasured
        left.acknowledged += right.acknowledged
        left.refused += right.refused
        if left.firstRefusal == nil { left.firstRefusal = right.firstRefusal }
        left.deliveries += right.deliveries
        left.receivedMeasured += right.receivedMeasured
        left.foreign += right.foreign
        left.lastTime = max(left.lastTime, right.lastTime)
        left.deliveryTimes.add(right.deliveryTimes)
        left.acknowledgementTimes.add(right.acknowledgementTimes)
        left.lags.add(right.lags)
        left.connectTimes.add(right.connectTimes)
    }
}

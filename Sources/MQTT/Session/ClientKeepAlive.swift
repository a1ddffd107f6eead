import NIOCore

/// When a Client sends PINGREQ, and when it takes the connection for dead (section 3.1.2.10).
///
/// PINGREQ is due when nothing was sent for the Keep Alive time [MQTT-3.1.2-20], and also when nothing was received for
/// as long, since a Client that only publishes at QoS 0 would otherwise talk to a dead Server for ever. Then something
/// has to arrive within the response timeout. Two things are no sign of death: this side does not read, because the
/// application is behind; or the network takes bytes, but slowly, so that PINGREQ has not left yet.
struct ClientKeepAlive {
    /// What is to be done now.
    enum Order {
        case none
        case sendPingreq
        case giveUp
    }

    /// `nil` where the Keep Alive is 0: no PINGREQ is ever due.
    private var interval: TimeAmount?
    private var responseTimeout: TimeAmount
    private var lastSent = NIODeadline.distantPast
    private var lastReceived = NIODeadline.distantPast
    private var responseDeadline: NIODeadline?
    private var unsentBytes = 0
    private var isReading = true

    init(responseTimeout: TimeAmount) {
        self.responseTimeout = responseTimeout
    }

    /// CONNACK has said which Keep Alive holds.
    mutating func start(seconds: UInt16, now: NIODeadline) {
        interval = seconds == 0 ? nil : .seconds(Int64(seconds))
        lastSent = now
        lastReceived = now
        responseDeadline = nil
    }

    mutating func packetSent(now: NIODeadline) {
        lastSent = now
    }

    mutating func packetReceived(now: NIODeadline) {
        lastReceived = now
        responseDeadline = nil
    }

    /// Whether this side reads what arrives.
    mutating func readingChanged(_ isReading: Bool, now: NIODeadline) {
        self.isReading = isReading
        responseDeadline = nil
        lastReceived = now
    }

    var deadline: NIODeadline? {
        guard let interval else { return nil }
        if let responseDeadline { return responseDeadline }
        return (isReading ? min(lastSent, lastReceived) : lastSent) + interval
    }

    /// - Parameter unsentBytes: How many bytes wait because the network does not take them.
    mutating func timeAdvanced(to now: NIODeadline, unsentBytes: Int) -> Order {
        guard let interval, let deadline, now >= deadline else { return .none }
        defer { self.unsentBytes = unsentBytes }
        let patience = min(interval, responseTimeout)
        if responseDeadline != nil {
            guard unsentBytes > 0, unsentBytes != self.unsentBytes else { return .giveUp }
            responseDeadline = now + patience
            return .none
        }
        if isReading { responseDeadline = now + patience }
        return .sendPingreq
    }
}

/// The receiving side of QoS 1 and QoS 2 (sections 4.3.2 and 4.3.3): what has arrived and is not yet settled.
///
/// It belongs to the session: a PUBLISH of QoS 2 that is repeated on a later connection is recognised [MQTT-4.3.3-10].
///
/// ```
///   PUBLISH QoS 1 ──▶ unacknowledged ── PUBACK sent ──▶ forgotten
///   PUBLISH QoS 2 ──▶ unacknowledged ── PUBREC sent ──▶ unreleased ── PUBREL ──▶ forgotten (PUBCOMP sent)
///                                   └─ PUBREC with a failure sent ──▶ forgotten
/// ```
struct IncomingFlow {
    /// What an arriving PUBLISH is.
    enum Arrival: Equatable {
        /// The message is new: it is to be passed on.
        case new
        /// It has arrived before and its acknowledgement is still to be sent: nothing is to be done now.
        case unacknowledged
        /// It has arrived before: only PUBREC is to be sent again [MQTT-4.3.3-10].
        case alreadyReceived
        /// More messages are unsettled than this side allows [MQTT-3.3.4-7].
        case receiveMaximumExceeded
    }

    /// The Receive Maximum that this side has announced.
    private(set) var receiveMaximum: UInt16
    /// Of QoS 1 and 2: neither PUBACK nor PUBREC has been sent. A receiver that acknowledges at once has none here.
    private var unacknowledged = PacketIdentifierSet()
    /// Of QoS 2: PUBREC has been sent and PUBREL is awaited.
    private var unreleased = PacketIdentifierSet()

    init(receiveMaximum: UInt16) {
        self.receiveMaximum = receiveMaximum
    }

    /// Takes over messages of QoS 2 that an earlier run of the program has received and not seen released.
    mutating func restore(unreleased identifiers: [UInt16]) {
        for identifier in identifiers {
            unreleased.insert(identifier)
        }
    }

    /// Whether a message of QoS 2 was acknowledged with PUBREC under this identifier, and PUBREL is awaited.
    func isUnreleased(_ identifier: UInt16) -> Bool {
        unreleased.contains(identifier)
    }

    /// How many messages are unsettled; never more than the Receive Maximum.
    var count: Int { unacknowledged.count + unreleased.count }

    /// Takes note of a PUBLISH of QoS 1 or 2.
    mutating func publishReceived(_ identifier: UInt16, qos: QoS) -> Arrival {
        if unacknowledged.contains(identifier) { return .unacknowledged }
        // After PUBREC only PUBREL ends the exchange. A PUBLISH of QoS 1 under the same identifier is a new message.
        if qos == .exactlyOnce, unreleased.contains(identifier) { return .alreadyReceived }
        guard count < Int(receiveMaximum) else { return .receiveMaximumExceeded }
        unacknowledged.insert(identifier)
        return .new
    }

    /// Takes note of a PUBLISH of QoS 2 that is acknowledged with PUBREC at once.
    mutating func publishAcknowledgedAtOnce(_ identifier: UInt16) -> Arrival {
        guard count < Int(receiveMaximum) else {
            return unreleased.contains(identifier) ? .alreadyReceived : .receiveMaximumExceeded
        }
        return unreleased.insert(identifier) ? .new : .alreadyReceived
    }

    /// PUBACK is sent [MQTT-4.3.2-4]. `false` where the message is not awaiting one: its session is over.
    mutating func pubackSent(_ identifier: UInt16) -> Bool {
        unacknowledged.remove(identifier)
    }

    /// PUBREC is sent [MQTT-4.3.3-8]; one that tells a failure ends the exchange [MQTT-4.3.3-9]. `false` where the
    /// message is not awaiting one.
    mutating func pubrecSent(_ identifier: UInt16, isFailure: Bool) -> Bool {
        guard unacknowledged.remove(identifier) else { return false }
        if !isFailure { unreleased.insert(identifier) }
        return true
    }

    /// PUBREL was received, and PUBCOMP answers it [MQTT-4.3.3-11]. `false` where no message had this identifier, which
    /// PUBCOMP then tells.
    mutating func pubrelReceived(_ identifier: UInt16) -> Bool {
        unreleased.remove(identifier)
    }

    /// Begins anew on a new connection that resumes the session.
    mutating func resume(receiveMaximum: UInt16) {
        self.receiveMaximum = receiveMaximum
    }
}

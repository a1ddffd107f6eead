import NIOCore

/// What a Server knows of one Network Connection; it ends with the connection, unlike the session.
///
/// ```
///   opened ──▶ awaitingConnect ── CONNECT accepted ──────────────▶ connected ──▶ ended ──▶ (the channel is closed)
///                 │     └── CONNECT with a password ──▶ authenticating ──▲          ▲
///                 └──── refused, or anything else ───────────┴──────────────────────┘
/// ```
///
/// Where there are several brokers, `claiming` is before `connected`: the session is fetched if it is at another one.
/// `ended` is between the decision to close and the channel's word that it is closed; what arrives then is ignored.
struct ServerConnection {
    /// Where the connection is in the picture above.
    enum Phase: Sendable {
        case awaitingConnect
        /// The password of the CONNECT is being checked elsewhere; what arrives meanwhile waits.
        case authenticating
        /// Nothing speaks against the CONNECT, and the session of its Client is being fetched; what arrives meanwhile
        /// waits.
        case claiming
        case connected
        case ended

        /// Whether what is received is worked on now.
        var takesPackets: Bool {
            switch self {
            case .awaitingConnect, .connected: true
            case .authenticating, .claiming, .ended: false
            }
        }
    }

    var phase = Phase.awaitingConnect
    var version = ProtocolVersion.v3_1_1
    /// The session that the Client uses; meaningful while connected.
    var session: UInt32 = 0
    /// Whether CONNECT asked for a session that outlives the connection; only then may DISCONNECT.
    var asksForLastingSession = false
    /// The largest packet that the Client accepts, in bytes [MQTT-3.1.2-24].
    var maximumPacketSize = Int.max
    /// Whether reason strings and user properties may be sent beside PUBLISH, CONNACK and DISCONNECT [MQTT-3.1.2-29].
    var wantsProblemInformation = true
    var incomingAliases = IncomingTopicAliases(maximum: 0)
    var outgoingAliases = OutgoingTopicAliases(maximum: 0)
    /// The CONNECT that waits.
    var pendingConnect: PendingConnect?
    /// The user name that a certificate or key stands for; it takes the place of the one in CONNECT.
    var identity: UTF8String?
    /// How fast the Client publishes.
    var publishMeter = RateMeter()
    /// The message to publish unless the Client disconnects properly [MQTT-3.1.2-8], [MQTT-3.1.2-10].
    var will: Connect.Will?

    /// How long the Client may be silent, one and a half times its Keep Alive [MQTT-3.1.2-22]; `nil` for ever.
    var allowedSilence: TimeAmount?
    /// When something was last received, or the connection opened.
    var lastReceived: NIODeadline
    /// The entry in the queue of deadlines that is valid for this connection.
    var scheduledDeadline: NIODeadline?

    /// Whether there is more to send than the connection was given so far; it asks again when that is on its way.
    var awaitsDrain = false

    /// The highest QoS that is accepted and granted at its listener.
    var maximumQoS = QoS.exactlyOnce
    /// The place of its listener in the broker's configuration.
    let listener: Int

    init(opened now: NIODeadline, listener: Int = 0) {
        lastReceived = now
        self.listener = listener
    }

    /// When to end the connection if nothing arrives until then.
    func deadline(connectTimeout: TimeAmount) -> NIODeadline? {
        switch phase {
        case .awaitingConnect: lastReceived + connectTimeout
        case .authenticating: nil  // whoever checks the password answers in any case
        case .claiming: nil  // so does the other broker
        case .connected: allowedSilence.map { lastReceived + $0 }
        case .ended: nil
        }
    }
}

/// The level of assurance for the delivery of an Application Message (section 4.3 of MQTT 5.0).
public enum QoS: UInt8, Sendable, Comparable, CaseIterable {
    /// The message arrives once or not at all; nothing is acknowledged [MQTT-4.3.1-1].
    case atMostOnce = 0
    /// The message arrives, possibly more than once; PUBACK acknowledges it.
    case atLeastOnce = 1
    /// The message arrives exactly once; PUBREC, PUBREL and PUBCOMP see to it.
    case exactlyOnce = 2

    /// Whether the left level assures less.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.rawValue < rhs.rawValue
    }
}

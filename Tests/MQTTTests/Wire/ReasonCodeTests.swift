import Testing

@testable import MQTT
@testable import Support

/// Every reason code in every packet, against table 2-6 of the specification.
@Suite("Reason codes")
struct ReasonCodeTests {
    /// Table 2-6 of the specification, written down once more.
    private static let table: [(code: UInt8, frames: [PacketFrame])] = [
        (0x00, [.connack, .puback, .pubrec, .pubrel, .pubcomp, .suback, .unsuback, .disconnect, .auth]),
        (0x01, [.suback]),
        (0x02, [.suback]),
        (0x04, [.disconnect]),
        (0x10, [.puback, .pubrec]),
        (0x11, [.unsuback]),
        (0x18, [.auth]),
        (0x19, [.auth]),
        (0x80, [.connack, .puback, .pubrec, .suback, .unsuback, .disconnect]),
        (0x81, [.connack, .disconnect]),
        (0x82, [.connack, .disconnect]),
        (0x83, [.connack, .puback, .pubrec, .suback, .unsuback, .disconnect]),
        (0x84, [.connack]),
        (0x85, [.connack]),
        (0x86, [.connack]),
        (0x87, [.connack, .puback, .pubrec, .suback, .unsuback, .disconnect]),
        (0x88, [.connack]),
        (0x89, [.connack, .disconnect]),
        (0x8A, [.connack]),
        (0x8B, [.disconnect]),
        (0x8C, [.connack, .disconnect]),
        (0x8D, [.disconnect]),
        (0x8E, [.disconnect]),
        (0x8F, [.suback, .unsuback, .disconnect]),
        (0x90, [.connack, .puback, .pubrec, .disconnect]),
        (0x91, [.puback, .pubrec, .suback, .unsuback]),
        (0x92, [.pubrel, .pubcomp]),
        (0x93, [.disconnect]),
        (0x94, [.disconnect]),
        (0x95, [.connack, .disconnect]),
        (0x96, [.disconnect]),
        (0x97, [.connack, .puback, .pubrec, .suback, .disconnect]),
        (0x98, [.disconnect]),
        (0x99, [.connack, .puback, .pubrec, .disconnect]),
        (0x9A, [.connack, .disconnect]),
        (0x9B, [.connack, .disconnect]),
        (0x9C, [.connack, .disconnect]),
        (0x9D, [.connack, .disconnect]),
        (0x9E, [.suback, .disconnect]),
        (0x9F, [.connack, .disconnect]),
        (0xA0, [.disconnect]),
        (0xA1, [.suback, .disconnect]),
        (0xA2, [.suback, .disconnect]),
    ]

    @Test("the table has all codes and no others")
    func allCodes() {
        #expect(Self.table.map(\.code) == ReasonCode.allCases.map(\.rawValue))
    }

    @Test(
        """
        each of 256 codes, where it may be and where it may not: [MQTT-3.2.2-8], [MQTT-3.4.2-1], [MQTT-3.5.2-1], \
        [MQTT-3.6.2-1], [MQTT-3.7.2-1], [MQTT-3.9.3-2], [MQTT-3.11.3-2], [MQTT-3.14.2-1], [MQTT-3.15.2-1]
        """,
        arguments: PacketFrame.allCases
    )
    func everyCode(frame: PacketFrame) {
        for code in UInt8.min...UInt8.max {
            guard let notation = frame.notation(reasonCode: code) else { continue }
            let name = "\(frame.rawValue) with reason code \(code)"
            let isAllowed = Self.table.contains { $0.code == code && $0.frames.contains(frame) }
            let row: PacketRow = isAllowed ? .accepted(name, .v5_0, notation) : .malformed(name, .v5_0, notation)
            row.check()
        }
    }

    @Test("a code is a failure from 0x80 on, and each says something else")
    func failures() {
        for code in ReasonCode.allCases {
            #expect(code.isFailure == (code.rawValue >= 0x80))
        }
        #expect(Set(ReasonCode.allCases.map(\.text)).count == ReasonCode.allCases.count)
        #expect(ReasonCode.notAuthorized.description == "not authorized (0x87)")
        #expect(ReasonCode.grantedQoS1.description == "granted QoS 1 (0x01)")
    }
}

import Testing

@testable import MQTT
@testable import Support

/// Every property in every packet, against table 2-4 of the specification.
@Suite("Properties")
struct PropertyTests {
    /// A row of table 2-4 of the specification, written down once more.
    struct Row: Sendable, CustomTestStringConvertible {
        let identifier: UInt8
        let name: String
        /// Values that may be, in the notation of the tables.
        let values: [String]
        /// Values that may not be, and why.
        var refused: [(String, ReasonCode)] = []
        let frames: [PacketFrame]
        /// The packets in which it may be more than once.
        var repeatedIn: [PacketFrame] = []

        var testDescription: String { name }

        var prefix: String { (identifier < 16 ? "0" : "") + String(identifier, radix: 16) + " " }
    }

    private static let withReason: [PacketFrame] = [
        .connack, .puback, .pubrec, .pubrel, .pubcomp, .suback, .unsuback, .disconnect, .auth,
    ]
    private static let messages: [PacketFrame] = [.publish, .will]
    private static let flags = ["00", "01"]
    private static let notFlags: [(String, ReasonCode)] = [("02", .protocolError), ("FF", .protocolError)]
    private static let strings = ["''", "'text'", "[ 61*300 ]", "[ F4 8F BF BF ]"]
    private static let notStrings: [(String, ReasonCode)] = [
        ("[ 00 ]", .malformedPacket), ("[ ED A0 80 ]", .malformedPacket), ("0002 61", .malformedPacket),
        ("00", .malformedPacket),
    ]
    private static let twoBytes = ["0000", "0001", "FFFF"]
    private static let fourBytes = ["00000000", "00000001", "FFFFFFFF"]
    private static let cutOff: [(String, ReasonCode)] = [("", .malformedPacket), ("00", .malformedPacket)]

    static let table: [Row] = [
        Row(identifier: 0x01, name: "Payload Format Indicator", values: flags, refused: notFlags, frames: messages),
        Row(
            identifier: 0x02,
            name: "Message Expiry Interval",
            values: fourBytes,
            refused: [("000000", .malformedPacket)],
            frames: messages
        ),
        Row(identifier: 0x03, name: "Content Type", values: strings, refused: notStrings, frames: messages),
        Row(
            identifier: 0x08,
            name: "Response Topic",
            values: ["'a'", "'a/b'", "'$SYS'"],
            refused: notStrings + [("''", .protocolError), ("'+'", .protocolError), ("'a/#'", .protocolError)],
            frames: messages
        ),
        Row(
            identifier: 0x09,
            name: "Correlation Data",
            values: ["[]", "[ 00 FF C0 ]", "[ 00*300 ]"],
            refused: [("0002 00", .malformedPacket)],
            frames: messages
        ),
        Row(
            identifier: 0x0B,
            name: "Subscription Identifier",
            values: ["01", "7F", "8001", "FFFFFF7F"],
            refused: [
                ("00", .protocolError), ("8000", .malformedPacket), ("FFFFFFFF7F", .malformedPacket),
                ("80", .malformedPacket),
            ],
            frames: [.publish, .subscribe],
            repeatedIn: [.publish]
        ),
        Row(
            identifier: 0x11,
            name: "Session Expiry Interval",
            values: fourBytes,
            refused: cutOff,
            frames: [.connect, .connack, .disconnect]
        ),
        Row(
            identifier: 0x12,
            name: "Assigned Client Identifier",
            values: strings,
            refused: notStrings,
            frames: [.connack]
        ),
        Row(identifier: 0x13, name: "Server Keep Alive", values: twoBytes, refused: cutOff, frames: [.connack]),
        Row(
            identifier: 0x15,
            name: "Authentication Method",
            values: strings,
            refused: notStrings,
            frames: [.connect, .connack, .auth]
        ),
        // Authentication Data is nothing without a method: see the tables of the packets that have it.
        Row(
            identifier: 0x16,
            name: "Authentication Data",
            values: ["[] 15 'm'", "[ 00 FF ] 15 'm'"],
            refused: [("0002 00", .malformedPacket)],
            frames: [.connect, .connack, .auth]
        ),
        Row(
            identifier: 0x17,
            name: "Request Problem Information",
            values: flags,
            refused: notFlags,
            frames: [.connect]
        ),
        Row(identifier: 0x18, name: "Will Delay Interval", values: fourBytes, refused: cutOff, frames: [.will]),
        Row(
            identifier: 0x19,
            name: "Request Response Information",
            values: flags,
            refused: notFlags,
            frames: [.connect]
        ),
        Row(identifier: 0x1A, name: "Response Information", values: strings, refused: notStrings, frames: [.connack]),
        Row(
            identifier: 0x1C,
            name: "Server Reference",
            values: strings,
            refused: notStrings,
            frames: [.connack, .disconnect]
        ),
        Row(identifier: 0x1F, name: "Reason String", values: strings, refused: notStrings, frames: withReason),
        Row(
            identifier: 0x21,
            name: "Receive Maximum",
            values: ["0001", "FFFF"],
            refused: [("0000", .protocolError)] + cutOff,
            frames: [.connect, .connack]
        ),
        Row(
            identifier: 0x22,
            name: "Topic Alias Maximum",
            values: twoBytes,
            refused: cutOff,
            frames: [.connect, .connack]
        ),
        Row(
            identifier: 0x23,
            name: "[MQTT-3.3.2-8] Topic Alias",
            values: ["0001", "FFFF"],
            refused: [("0000", .topicAliasInvalid)] + cutOff,
            frames: [.publish]
        ),
        Row(identifier: 0x24, name: "Maximum QoS", values: flags, refused: notFlags, frames: [.connack]),
        Row(identifier: 0x25, name: "Retain Available", values: flags, refused: notFlags, frames: [.connack]),
        Row(
            identifier: 0x26,
            name: "[MQTT-1.5.7-1] User Property",
            values: ["'' ''", "'name' 'value'", "[ 61*300 ] [ 62*300 ]"],
            refused: [
                ("'name'", .malformedPacket), ("[ 00 ] 'value'", .malformedPacket), ("'name' [ 00 ]", .malformedPacket),
                ("[ C3 ] 'value'", .malformedPacket), ("'name' [ C3 ]", .malformedPacket),
            ],
            frames: PacketFrame.allCases,
            repeatedIn: PacketFrame.allCases
        ),
        Row(
            identifier: 0x27,
            name: "Maximum Packet Size",
            values: ["00000001", "FFFFFFFF"],
            refused: [("00000000", .protocolError)] + cutOff,
            frames: [.connect, .connack]
        ),
        Row(
            identifier: 0x28,
            name: "Wildcard Subscription Available",
            values: flags,
            refused: notFlags,
            frames: [.connack]
        ),
        Row(
            identifier: 0x29,
            name: "Subscription Identifier Available",
            values: flags,
            refused: notFlags,
            frames: [.connack]
        ),
        Row(
            identifier: 0x2A,
            name: "Shared Subscription Available",
            values: flags,
            refused: notFlags,
            frames: [.connack]
        ),
    ]

    @Test("the table has all properties and no others")
    func allProperties() {
        #expect(Self.table.map(\.identifier) == PropertyIdentifier.allCases.map(\.rawValue))
    }

    @Test("[MQTT-2.2.2-1] a packet with no properties says so", arguments: PacketFrame.allCases)
    func noProperties(frame: PacketFrame) {
        // Acknowledgements, DISCONNECT and AUTH may leave out even that, and are encoded so.
        let mayBeShort: [PacketFrame] = [.puback, .pubrec, .pubrel, .pubcomp, .disconnect, .auth]
        let name = "\(frame.rawValue) without properties"
        PacketRow.accepted(name, .v5_0, frame.notation(properties: ""), canonical: !mayBeShort.contains(frame)).check()
    }

    @Test("in each packet that may have it, with each value", arguments: table)
    func everyPacket(row: Row) {
        for frame in PacketFrame.allCases {
            for value in row.values {
                let notation = frame.notation(properties: row.prefix + value)
                let name = "\(row.name) in \(frame.rawValue)"
                if row.frames.contains(frame) {
                    PacketRow.accepted(name, .v5_0, notation).check()
                } else {
                    PacketRow.malformed(name, .v5_0, notation).check()
                }
            }
        }
    }

    @Test("values that it may not have", arguments: table)
    func refusedValues(row: Row) {
        for frame in row.frames {
            for (value, reasonCode) in row.refused {
                let notation = frame.notation(properties: row.prefix + value)
                PacketRow.malformed("\(row.name) \(value) in \(frame.rawValue)", .v5_0, notation, reasonCode).check()
            }
        }
    }

    @Test("more than once", arguments: table)
    func twice(row: Row) {
        for frame in row.frames {
            for value in row.values {
                let property = row.prefix + value
                let name = "\(row.name) twice in \(frame.rawValue)"
                // Some other property between the two makes no difference.
                for notation in ["\(property) \(property)", "\(property) 26 'k' 'v' \(property)"] {
                    let notation = frame.notation(properties: notation)
                    if row.repeatedIn.contains(frame) {
                        // The encoder of PUBLISH may put them in another order.
                        let canonical = frame != .publish || row.identifier == 0x26 || !notation.contains("26 'k'")
                        PacketRow.accepted(name, .v5_0, notation, canonical: canonical).check()
                    } else {
                        PacketRow.malformed(name, .v5_0, notation, .protocolError).check()
                    }
                }
            }
        }
    }

    @Test("identifiers that no property has", arguments: PacketFrame.allCases)
    func unknown(frame: PacketFrame) {
        let known = Set(Self.table.map(\.identifier))
        for identifier in UInt8.min...UInt8.max where !known.contains(identifier) {
            let byte = (identifier < 16 ? "0" : "") + String(identifier, radix: 16)
            let notation = frame.notation(properties: "\(byte) 01*8")
            PacketRow.malformed("property \(byte) in \(frame.rawValue)", .v5_0, notation).check()
        }
        let padded = frame.notation(properties: "A6 00 'k' 'v'")
        PacketRow.malformed("[MQTT-1.5.5-1] an identifier in two bytes", .v5_0, padded).check()
    }
}

import Testing

@testable import MQTT
@testable import Support

/// What is well-formed UTF-8 to MQTT, in each field that is a string.
@Suite("UTF-8 Encoded Strings")
struct UTF8StringTests {
    static let wellFormedStrings = [
        "", "|a|", "01", "7F", "C2 80", "DF BF", "E0 A0 80", "ED 9F BF", "EE 80 80", "EF BF BD", "EF BF BF",
        "EF BB BF", "F0 90 80 80", "F4 8F BF BF", "|a| C3 A9 |b| E2 82 AC F0 9F 98 80 |c|",
    ]

    static let illFormedStrings: [String] = [
        // [MQTT-1.5.4-2]: U+0000.
        "00", "|a| 00", "00 |a|",
        // Overlong forms, of U+0000 too.
        "C0 80", "C1 BF", "E0 80 80", "E0 9F BF", "F0 80 80 80", "F0 8F BF BF",
        // [MQTT-1.5.4-1]: surrogates, alone and in pairs.
        "ED A0 80", "ED AF BF", "ED B0 80", "ED BF BF", "ED A0 80 ED B0 80",
        // Above U+10FFFF.
        "F4 90 80 80", "F5 80 80 80", "F7 BF BF BF", "F8 88 80 80 80", "FC 84 80 80 80 80", "FE", "FF",
        // Continuation bytes that are missing, or where none may be.
        "C3", "E2 82", "E2", "F0 9F 98", "F0 9F", "F0", "80", "BF", "C3 41", "E2 41 AC", "E2 82 41", "F0 9F 98 41",
        "F0 41 98 80", "F0 9F 41 80", "C3 C3 A9", "|a| 80",
    ]

    @Test("[MQTT-1.5.4-1], [MQTT-1.5.4-3] well-formed ones are kept as they are", arguments: wellFormedStrings)
    func wellFormed(notation: String) {
        let bytes = HexNotation.bytes(notation)
        #expect(UTF8String(validating: bytes)?.bytes == bytes)
        for row in Self.fields(notation, isAccepted: true) { row.check() }
    }

    @Test("[MQTT-1.5.4-1], [MQTT-1.5.4-2], [MQTT-4.7.3-2] ill-formed ones are refused", arguments: illFormedStrings)
    func illFormed(notation: String) {
        #expect(UTF8String(validating: HexNotation.bytes(notation)) == nil)
        for row in Self.fields(notation, isAccepted: false) { row.check() }
    }

    /// The string in each field that is one and that may be empty, and with a letter before it in the others.
    private static func fields(_ string: String, isAccepted: Bool) -> [PacketRow] {
        let fields = [
            ("[MQTT-3.1.3-4] Client Identifier", "10 { 'MQTT' 05 02 003C {} [ \(string) ] }"),
            ("[MQTT-3.1.3-11] Will Topic", "10 { 'MQTT' 05 06 003C {} '' {} [ |a| \(string) ] [] }"),
            ("[MQTT-3.1.3-12] User Name", "10 { 'MQTT' 05 82 003C {} '' [ \(string) ] }"),
            ("[MQTT-3.3.2-1] Topic Name", "30 { [ |a| \(string) ] {} }"),
            ("[MQTT-3.3.2-13] Response Topic", "30 { 'a' { 08 [ |a| \(string) ] } }"),
            ("[MQTT-3.3.2-19] Content Type", "30 { 'a' { 03 [ \(string) ] } }"),
            ("[MQTT-1.5.7-1] name of a User Property", "30 { 'a' { 26 [ \(string) ] '' } }"),
            ("[MQTT-1.5.7-1] value of a User Property", "30 { 'a' { 26 '' [ \(string) ] } }"),
            ("[MQTT-3.8.3-1] Topic Filter of SUBSCRIBE", "82 { 0001 {} [ |a| \(string) ] 00 }"),
            ("[MQTT-3.10.3-1] Topic Filter of UNSUBSCRIBE", "A2 { 0001 {} [ |a| \(string) ] }"),
            ("Reason String", "E0 { 00 { 1F [ \(string) ] } }"),
        ]
        return fields.map { name, notation in
            isAccepted ? .accepted(name, .v5_0, notation) : .malformed(name, .v5_0, notation)
        }
    }

    /// What the standard library holds for well formed, less U+0000.
    private static func isWellFormed(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil && !bytes.contains(0)
    }

    @Test("the same verdict as the standard library's on every two bytes and what may follow them")
    func allPairs() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                for rest in [[], [0x80], [0xBF, 0x80]] as [[UInt8]] {
                    let bytes = [first, second] + rest
                    let verdict = bytes.span.isWellFormedUTF8
                    if verdict != Self.isWellFormed(bytes) { Issue.record("wrong verdict on \(bytes): \(verdict)") }
                }
            }
        }
    }

    @Test("the same verdict as the standard library's on random bytes")
    func randomBytes() {
        var random = SeededGenerator(seed: 0x5EED)
        let telling: [UInt8] = [
            0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF3, 0xF4,
        ]
        var wellFormedCount = 0
        for _ in 0..<20_000 {
            let bytes = (0..<random.pick(1...6)).map { _ in random.pick(telling) }
            let verdict = bytes.span.isWellFormedUTF8
            if verdict { wellFormedCount += 1 }
            if verdict != Self.isWellFormed(bytes) { Issue.record("wrong verdict on \(bytes): \(verdict)") }
        }
        // Else the comparison says little.
        #expect(wellFormedCount > 500)
    }

    @Test("[MQTT-4.7.3-3] a string has at most 65,535 bytes")
    func longest() {
        let longest = String(repeating: "a", count: 65_535)
        #expect(UTF8String(longest)?.count == 65_535)
        #expect(UTF8String(longest + "a") == nil)
        #expect(UTF8String(validating: Array(repeating: 0x61, count: 65_535)) != nil)
        #expect(UTF8String(validating: Array(repeating: 0x61, count: 65_536)) == nil)
        let withNull = "a\0b"
        #expect(UTF8String(withNull) == nil)
    }

    @Test("[MQTT-4.7.3-4] the same characters in another normalisation are another string")
    func noNormalisation() {
        let composed = UTF8String.text("\u{E9}")
        let decomposed = UTF8String.text("e\u{301}")
        #expect(composed != decomposed)
        #expect(composed.description == decomposed.description)
        #expect(Set([composed, decomposed]).count == 2)
    }
}

// Table: the words of MQTT that stand for a byte in the tables of cases.
@testable import Support

/// The notation of all tables of packets, with words of the specification in place of some bytes.
enum PacketWords {
    private static let bytes: [String: String] = [
        // Packet types, with the flags that the specification demands.
        "CONNECT": "10", "CONNACK": "20", "PUBACK": "40", "PUBREC": "50", "PUBREL": "62", "PUBCOMP": "70",
        "SUBSCRIBE": "82", "SUBACK": "90", "UNSUBSCRIBE": "A2", "UNSUBACK": "B0", "PINGREQ": "C0", "PINGRESP": "D0",
        "DISCONNECT": "E0", "AUTH": "F0",
        // PUBLISH with its QoS and flags.
        "PUBLISH": "30", "PUBLISH-retain": "31", "PUBLISH1": "32", "PUBLISH1-retain": "33", "PUBLISH1-dup": "3A",
        "PUBLISH2": "34", "PUBLISH2-retain": "35", "PUBLISH2-dup": "3C",
        // Properties.
        "payload-format-indicator": "01", "message-expiry-interval": "02", "content-type": "03",
        "response-topic": "08", "correlation-data": "09", "subscription-identifier": "0B",
        "session-expiry-interval": "11", "assigned-client-identifier": "12", "server-keep-alive": "13",
        "authentication-method": "15", "authentication-data": "16", "request-problem-information": "17",
        "will-delay-interval": "18", "request-response-information": "19", "response-information": "1A",
        "server-reference": "1C", "reason-string": "1F", "receive-maximum": "21", "topic-alias-maximum": "22",
        "topic-alias": "23", "maximum-qos": "24", "retain-available": "25", "user-property": "26",
        "maximum-packet-size": "27",
        // Reason codes.
        "success": "00", "granted-qos-0": "00", "granted-qos-1": "01", "granted-qos-2": "02",
        "disconnect-with-will-message": "04", "no-matching-subscribers": "10", "no-subscription-existed": "11",
        "unspecified-error": "80", "malformed-packet": "81", "protocol-error": "82",
        "unsupported-protocol-version": "84", "client-identifier-not-valid": "85", "keep-alive-timeout": "8D",
        "session-taken-over": "8E", "topic-filter-invalid": "8F", "topic-name-invalid": "90",
        "packet-identifier-not-found": "92", "receive-maximum-exceeded": "93", "topic-alias-invalid": "94",
        "packet-too-large": "95", "retain-not-supported": "9A", "qos-not-supported": "9B",
        "bad-authentication-method": "8C",
    ]

    /// The bytes that `notation` stands for.
    static func bytes(_ notation: String) throws(CaseError) -> [UInt8] {
        var digits = ""
        var rest = notation[...]
        while let character = rest.first {
            if character == "'" || character == "|" {
                guard let end = rest.dropFirst().firstIndex(of: character) else { throw CaseError("a quote is open") }
                digits += rest[...end]
                rest = rest[end...].dropFirst()
            } else if character.isLetter || character.isNumber {
                let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "-" }
                rest = rest.dropFirst(word.count)
                if let byte = bytes[String(word)] {
                    digits += byte
                } else {
                    // A number after `*` says how often the byte before it comes.
                    let isHexadecimal = word.allSatisfy(\.isHexDigit) && word.count.isMultiple(of: 2)
                    guard isHexadecimal || digits.hasSuffix("*") else { throw CaseError("an unknown word: \(word)") }
                    digits += word
                }
            } else {
                guard " {}[]*".contains(character) else { throw CaseError("what is \(character)?") }
                digits.append(character)
                rest = rest.dropFirst()
            }
        }
        let opening = digits.count(where: { $0 == "{" || $0 == "[" })
        guard opening == digits.count(where: { $0 == "}" || $0 == "]" }) else { throw CaseError("a brace is open") }
        return HexNotation.bytes(digits)
    }
}

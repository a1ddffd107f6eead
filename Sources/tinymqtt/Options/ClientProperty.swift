import MQTT
import NIOCore

/// A property of MQTT 5 as `-D` has it: the packet, the property, and its value; of a user property its name before that.
///
/// Every word is checked when the command line is read: which packet may have which property, and what values it takes.
enum ClientProperty: Sendable {
    /// The packet that a property is for.
    enum Packet: String, CaseIterable {
        case connect, publish, subscribe, unsubscribe, disconnect, will
    }

    case text(Packet, Name, String)
    case bytes(Packet, Name, String)
    case number(Packet, Name, UInt32)
    case user(Packet, UserProperty)

    /// A property by its name in the specification, in small letters with hyphens.
    enum Name: String, CaseIterable {
        case authenticationData = "authentication-data"
        case authenticationMethod = "authentication-method"
        case contentType = "content-type"
        case correlationData = "correlation-data"
        case maximumPacketSize = "maximum-packet-size"
        case messageExpiryInterval = "message-expiry-interval"
        case payloadFormatIndicator = "payload-format-indicator"
        case receiveMaximum = "receive-maximum"
        case requestProblemInformation = "request-problem-information"
        case requestResponseInformation = "request-response-information"
        case responseTopic = "response-topic"
        case sessionExpiryInterval = "session-expiry-interval"
        case subscriptionIdentifier = "subscription-identifier"
        case topicAlias = "topic-alias"
        case topicAliasMaximum = "topic-alias-maximum"
        case userProperty = "user-property"
        case willDelayInterval = "will-delay-interval"

        /// By the word of a command line, in which capital letters count for nothing.
        init?(word: String) {
            self.init(rawValue: word.lowercased())
        }

        /// Whether a word is the name of the property that has a name of its own.
        static func isUserProperty(_ word: String?) -> Bool { word.flatMap(Self.init(word:)) == .userProperty }

        /// The packets that may have it (section 2.2.2.2), as far as a client writes them.
        var packets: [Packet] {
            switch self {
            case .authenticationData, .authenticationMethod, .maximumPacketSize, .receiveMaximum,
                .requestProblemInformation, .requestResponseInformation, .topicAliasMaximum:
                [.connect]
            case .contentType, .correlationData, .messageExpiryInterval, .payloadFormatIndicator, .responseTopic:
                [.publish, .will]
            case .sessionExpiryInterval: [.connect, .disconnect]
            case .subscriptionIdentifier: [.subscribe]
            case .topicAlias: [.publish]
            case .userProperty: Packet.allCases
            case .willDelayInterval: [.will]
            }
        }

        /// The numbers that it takes; `nil` where its value is no number.
        fileprivate var numbers: ClosedRange<UInt32>? {
            switch self {
            case .authenticationData, .authenticationMethod, .contentType, .correlationData, .responseTopic,
                .userProperty:
                nil
            case .maximumPacketSize: 1...(.max)
            case .messageExpiryInterval, .sessionExpiryInterval, .willDelayInterval: 0...(.max)
            case .payloadFormatIndicator, .requestProblemInformation, .requestResponseInformation: 0...1
            case .receiveMaximum, .topicAlias: 1...UInt32(UInt16.max)
            case .subscriptionIdentifier: 1...268_435_455
            case .topicAliasMaximum: 0...UInt32(UInt16.max)
            }
        }
    }

    /// Why the words are no property.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads the words behind `-D`.
    init(words: [String]) throws(Problem) {
        guard words.count >= 3 else {
            throw Problem(
                description: "a property is a packet, a name and a value, like: publish content-type text/plain"
            )
        }
        guard let packet = Packet(rawValue: words[0].lowercased()) else {
            let allowed = Packet.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(description: "\(words[0]) is no packet that a client gives properties; there are \(allowed)")
        }
        guard let name = Name(word: words[1]), name.packets.contains(packet) else {
            let allowed = Name.allCases.filter { $0.packets.contains(packet) }.map(\.rawValue).joined(separator: ", ")
            throw Problem(description: "\(packet.rawValue) has no property \(words[1]); it has \(allowed)")
        }
        let value = words[2]
        if let numbers = name.numbers {
            guard let number = UInt32(value), numbers.contains(number) else {
                throw Problem(
                    description:
                        "\(words[1]) is a number from \(numbers.lowerBound) to \(numbers.upperBound), not \(value)"
                )
            }
            self = .number(packet, name, number)
        } else if name == .userProperty {
            guard words.count == 4 else { throw Problem(description: "a user property has a name and a value") }
            self = .user(packet, UserProperty(value, words[3]))
        } else if name == .correlationData || name == .authenticationData {
            self = .bytes(packet, name, value)
        } else {
            self = .text(packet, name, value)
        }
    }

    var packet: Packet {
        switch self {
        case .text(let packet, _, _), .bytes(let packet, _, _), .number(let packet, _, _), .user(let packet, _): packet
        }
    }
}

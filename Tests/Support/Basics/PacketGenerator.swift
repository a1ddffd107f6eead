import NIOCore

@testable import MQTT

/// Makes random packets, all of them valid; the same ones from the same seed.
struct PacketGenerator {
    var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// The packet types that `version` has.
    static func types(in version: ProtocolVersion) -> [ControlPacketType] {
        ControlPacketType.allCases.filter { $0 != .auth || version == .v5_0 }
    }

    /// A packet of `type` that a peer of `version` may send.
    mutating func packet(_ type: ControlPacketType, for version: ProtocolVersion) -> ControlPacket {
        switch type {
        case .connect: .connect(connect(version))
        case .connack: .connack(connack(version))
        case .publish: .publish(publish(version))
        case .puback: .puback(acknowledgement(.puback, version))
        case .pubrec: .pubrec(acknowledgement(.pubrec, version))
        case .pubrel: .pubrel(acknowledgement(.pubrel, version))
        case .pubcomp: .pubcomp(acknowledgement(.pubcomp, version))
        case .subscribe: .subscribe(subscribe(version))
        case .suback: .suback(subscriptionAcknowledgement(.suback, version))
        case .unsubscribe: .unsubscribe(unsubscribe(version))
        case .unsuback: .unsuback(subscriptionAcknowledgement(.unsuback, version))
        case .pingreq: .pingreq
        case .pingresp: .pingresp
        case .disconnect: .disconnect(disconnect(version))
        case .auth: .auth(auth())
        }
    }

    private mutating func connect(_ version: ProtocolVersion) -> Connect {
        var connect = Connect(
            version: version,
            cleanStart: .random(using: &random),
            keepAlive: .random(in: 0...UInt16.max, using: &random),
            properties: properties(.connect, version),
            clientIdentifier: string()
        )
        if Bool.random(using: &random) {
            connect.will = Connect.Will(
                topic: topicName(),
                payload: bytes(),
                qos: random.pick(QoS.allCases),
                retain: .random(using: &random),
                properties: properties(.will, version)
            )
        }
        if Bool.random(using: &random) { connect.userName = string() }
        // A password needs a user name before version 5.0.
        if Bool.random(using: &random), version == .v5_0 || connect.userName != nil { connect.password = bytes() }
        connect.isBridge = version != .v5_0 && random.oneIn(4)
        return connect
    }

    private mutating func connack(_ version: ProtocolVersion) -> Connack {
        let code =
            version == .v5_0
            ? reasonCode(.connack) : ReasonCode(connectReturnCode: random.pick(0...5)) ?? .success
        let maySayPresent = version != .v3_1 && code == .success
        return Connack(
            sessionPresent: maySayPresent && Bool.random(using: &random),
            reasonCode: code,
            properties: properties(.connack, version)
        )
    }

    private mutating func publish(_ version: ProtocolVersion) -> Publish {
        let qos = random.pick(QoS.allCases)
        var forwarded = ByteBuffer()
        var fields = properties(.publish, version)
        let alias = fields[integer: .topicAlias]
        let expiry = fields[integer: .messageExpiryInterval]
        for identifier in [PropertyIdentifier.topicAlias, .messageExpiryInterval, .subscriptionIdentifier] {
            fields.removeAll(identifier)
        }
        fields.write(to: &forwarded)
        // What is forwarded has no Property Length; it is written anew for every receiver.
        let lengthBytes = fields.encodedLength - fields.contentLength
        let encodedProperties = version == .v5_0 ? Array(forwarded.readableBytesView.dropFirst(lengthBytes)) : []
        let topic = alias != nil && random.oneIn(2) ? [] : topicName().bytes
        let payload = bytes()
        var publish = Publish(
            topic: topic.span,
            properties: encodedProperties.span,
            payload: payload.span,
            qos: qos,
            retain: .random(using: &random),
            duplicate: qos != .atMostOnce && Bool.random(using: &random),
            packetIdentifier: qos == .atMostOnce ? 0 : packetIdentifier()
        )
        guard version == .v5_0 else { return publish }
        publish.topicAlias = UInt16(alias ?? 0)
        publish.messageExpiryInterval = expiry
        publish.subscriptionIdentifiers = (0..<random.pick(0...3)).map { _ in subscriptionIdentifier() }
        return publish
    }

    private mutating func acknowledgement(_ type: ControlPacketType, _ version: ProtocolVersion) -> Acknowledgement {
        let types = ControlPacketTypes(type)
        return Acknowledgement(
            packetIdentifier: packetIdentifier(),
            reasonCode: version == .v5_0 ? reasonCode(types) : .success,
            properties: properties(types, version)
        )
    }

    private mutating func subscribe(_ version: ProtocolVersion) -> Subscribe {
        Subscribe(
            packetIdentifier: packetIdentifier(),
            properties: properties(.subscribe, version),
            subscriptions: (0..<random.pick(1...4)).map { _ in
                var options = SubscriptionOptions(maximumQoS: random.pick(QoS.allCases))
                if version == .v5_0 {
                    options.noLocal = .random(using: &random)
                    options.retainAsPublished = .random(using: &random)
                    options.retainHandling = random.pick([.always, .onlyIfNew, .never])
                }
                let isShared = !options.noLocal && random.oneIn(4)
                let filter = UTF8String(unchecked: (isShared ? Array("$share/group/".utf8) : []) + topicFilter().bytes)
                return Subscribe.Subscription(topicFilter: filter, options: options)
            }
        )
    }

    private mutating func unsubscribe(_ version: ProtocolVersion) -> Unsubscribe {
        Unsubscribe(
            packetIdentifier: packetIdentifier(),
            properties: properties(.unsubscribe, version),
            topicFilters: (0..<random.pick(1...4)).map { _ in topicFilter() }
        )
    }

    private mutating func subscriptionAcknowledgement(
        _ type: ControlPacketType,
        _ version: ProtocolVersion
    ) -> SubscriptionAcknowledgement {
        let types = ControlPacketTypes(type)
        let hasCodes = type == .suback || version == .v5_0
        return SubscriptionAcknowledgement(
            packetIdentifier: packetIdentifier(),
            properties: properties(types, version),
            reasonCodes: (0..<(hasCodes ? random.pick(1...4) : 0)).map { _ in
                version == .v5_0
                    ? reasonCode(types) : random.pick([.success, .grantedQoS1, .grantedQoS2, .unspecifiedError])
            }
        )
    }

    private mutating func disconnect(_ version: ProtocolVersion) -> Disconnect {
        guard version == .v5_0 else { return Disconnect() }
        return Disconnect(reasonCode: reasonCode(.disconnect), properties: properties(.disconnect, version))
    }

    private mutating func auth() -> Auth {
        var auth = Auth(reasonCode: reasonCode(.auth), properties: properties(.auth, .v5_0))
        if auth.reasonCode != .success, auth.properties[string: .authenticationMethod] == nil {
            auth.properties[string: .authenticationMethod] = string()
        }
        return auth
    }
}

// MARK: - Fields

extension PacketGenerator {
    mutating func packetIdentifier() -> UInt16 {
        .random(in: 1...UInt16.max, using: &random)
    }

    mutating func subscriptionIdentifier() -> UInt32 {
        // All lengths of the Variable Byte Integer equally often.
        .random(in: 1...random.pick([127, 16_383, 2_097_151, 268_435_455]), using: &random)
    }

    mutating func reasonCode(_ types: ControlPacketTypes) -> ReasonCode {
        random.pick(ReasonCode.allCases.filter { !$0.packetTypes.isDisjoint(with: types) })
    }

    /// Binary Data or a payload: mostly short, sometimes longer than one length byte can say.
    mutating func bytes() -> [UInt8] {
        let count = random.oneIn(16) ? random.pick(100...300) : random.pick(0...12)
        return (0..<count).map { _ in .random(in: 0...255, using: &random) }
    }

    /// A string of characters that take one to four bytes.
    mutating func string(atLeast minimum: Int = 0, without excluded: [Unicode.Scalar] = []) -> UTF8String {
        let count = random.oneIn(16) ? random.pick(100...200) : random.pick(minimum...12)
        var text = String.UnicodeScalarView()
        while text.count < count {
            let highest: UInt32 = random.pick([0x7F, 0x7FF, 0xFFFF, 0x10FFFF])
            guard let scalar = Unicode.Scalar(UInt32.random(in: 1...highest, using: &random)),
                !excluded.contains(scalar)
            else { continue }
            text.append(scalar)
        }
        return UTF8String(unchecked: Array(String(text).utf8))
    }

    mutating func topicName() -> UTF8String {
        string(atLeast: 1, without: ["+", "#"])
    }

    mutating func topicFilter() -> UTF8String {
        var levels = (0..<random.pick(1...4)).map { _ in
            random.oneIn(3) ? [TopicCharacter.plus] : string(without: ["+", "#", "/"]).bytes
        }
        if random.oneIn(3) { levels.append([TopicCharacter.hash]) }
        let filter = Array(levels.joined(separator: [TopicCharacter.separator]))
        return UTF8String(unchecked: filter.isEmpty ? [TopicCharacter.separator] : filter)
    }

    /// Properties that a packet of type `types` may have, in any order.
    mutating func properties(_ types: ControlPacketTypes, _ version: ProtocolVersion) -> Properties {
        var properties = Properties()
        guard version == .v5_0, random.oneIn(2) else { return properties }
        let allowed = PropertyIdentifier.allCases.filter { !$0.packetTypes.isDisjoint(with: types) }
        for identifier in allowed.shuffled(using: &random).prefix(random.pick(0...allowed.count)) {
            let count = identifier == .userProperty ? random.pick(1...3) : 1
            for _ in 0..<count {
                properties.append(identifier, value(of: identifier))
            }
        }
        if properties[binaryData: .authenticationData] != nil, properties[string: .authenticationMethod] == nil {
            properties[string: .authenticationMethod] = string()
        }
        return properties
    }

    private mutating func value(of identifier: PropertyIdentifier) -> Properties.Value {
        switch identifier.valueType {
        case .flag: .integer(random.pick(0...1))
        case .twoByteInteger: .integer(random.pick(0...65_535))
        case .positiveTwoByteInteger: .integer(random.pick(1...65_535))
        case .fourByteInteger: .integer(.random(in: 0...UInt32.max, using: &random))
        case .positiveFourByteInteger: .integer(.random(in: 1...UInt32.max, using: &random))
        case .positiveVariableByteInteger: .integer(subscriptionIdentifier())
        case .utf8String: .string(identifier == .responseTopic ? topicName() : string())
        case .binaryData: .binaryData(bytes())
        case .utf8StringPair: .stringPair(string(), string())
        }
    }
}

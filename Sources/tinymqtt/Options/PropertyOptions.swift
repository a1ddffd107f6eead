import ArgumentParser
import MQTT
import NIOCore

/// The properties of MQTT 5 that go with the packets of a client.
struct PropertyOptions: ParsableArguments {
    @Option(
        name: [.customShort("D"), .long],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A property: its packet, its name and its value, for example: publish content-type text/plain. May be given "
                + "several times, and means MQTT 5.",
            valueName: "packet> <name> <value"
        )
    )
    var property: [String] = []

    func validate() throws {
        do {
            for property in try properties {
                let words =
                    switch property {
                    case .text(_, _, let text): [text]
                    case .user(_, let pair): [pair.name, pair.value]
                    case .bytes, .number: [String]()
                    }
                guard words.allSatisfy(ArgumentBytes.isText) else { throw ValidationError("-D: it is not in UTF-8") }
            }
        } catch let problem as ClientProperty.Problem {
            throw ValidationError("-D: \(problem)")
        }
    }

    private var properties: [ClientProperty] {
        get throws {
            try property.map { text in
                try ClientProperty(
                    words: text.split(separator: ClientWords.separator, omittingEmptySubsequences: false).map(
                        String.init
                    )
                )
            }
        }
    }

    /// Whether there are any.
    var isEmpty: Bool { property.isEmpty }

    private func properties(of packet: ClientProperty.Packet) throws -> [ClientProperty] {
        try properties.filter { $0.packet == packet }
    }

    /// What CONNECT and the will say. To be applied after what says the version and the session, against which all
    /// properties are checked.
    func apply(to configuration: inout MQTTClientConfiguration) throws {
        guard isEmpty || configuration.version == .v5_0 || ProgramName.current.isLink else {
            throw ValidationError("-D needs MQTT 5; leave out --protocol-version, or give it 5")
        }
        for property in try properties(of: .connect) {
            switch property {
            case .number(_, .maximumPacketSize, let size): configuration.maximumPacketSize = Int(size)
            case .number(_, .receiveMaximum, let count): configuration.receiveMaximum = UInt16(count)
            case .number(_, .requestProblemInformation, let flag): configuration.requestsProblemInformation = flag == 1
            case .number(_, .requestResponseInformation, let flag):
                configuration.requestsResponseInformation = flag == 1
            case .number(_, .sessionExpiryInterval, let seconds): configuration.sessionExpiryInterval = seconds
            case .number(_, .topicAliasMaximum, let count): configuration.topicAliasMaximum = UInt16(count)
            case .text(_, .authenticationMethod, let method): configuration.authenticationMethod = method
            case .bytes(_, _, let data): configuration.authenticationData = try bytes(data)
            case .user(_, let property): configuration.userProperties.append(property)
            case .text, .number: break  // no other property of CONNECT gets past the check
            }
        }
        // The broker would take the farewell for an error (section 3.14.2.2.2).
        if let seconds = try finalSessionExpiryInterval(), seconds > 0, configuration.sessionExpiryInterval == 0,
            !ProgramName.current.isLink
        {
            throw ValidationError(
                "-D disconnect session-expiry-interval: a session that ends with its connection cannot be kept; give -x "
                    + "with a number above 0 too"
            )
        }
        let willProperties = try properties(of: .will)
        guard var will = configuration.will else {
            guard willProperties.isEmpty else { throw ValidationError("-D will needs --will-topic") }
            return
        }
        for property in willProperties {
            if case .number(_, .willDelayInterval, let seconds) = property {
                will.delayInterval = seconds
            } else {
                try take(property, into: &will.message.properties)
            }
        }
        configuration.will = will
    }

    /// What PUBLISH says.
    func messageProperties() throws -> MessageProperties {
        var message = MessageProperties()
        for property in try properties(of: .publish) {
            try take(property, into: &message)
        }
        return message
    }

    private func take(_ property: ClientProperty, into message: inout MessageProperties) throws {
        switch property {
        case .number(_, .messageExpiryInterval, let seconds): message.messageExpiryInterval = seconds
        case .number(_, .payloadFormatIndicator, let flag): message.isText = flag == 1
        case .number(_, .topicAlias, let alias): message.topicAlias = UInt16(alias)
        case .text(_, .contentType, let type): message.contentType = type
        case .text(_, .responseTopic, let topic): message.responseTopic = topic
        case .bytes(_, _, let data): message.correlationData = try bytes(data)
        case .user(_, let property): message.userProperties.append(property)
        case .text, .number: break  // no other property of a message gets past the check
        }
    }

    /// The User Properties of SUBSCRIBE, UNSUBSCRIBE or DISCONNECT.
    func userProperties(of packet: ClientProperty.Packet) throws -> [UserProperty] {
        try properties(of: packet).compactMap { property in
            if case .user(_, let property) = property { property } else { nil }
        }
    }

    /// The number that messages of the subscriptions carry.
    func subscriptionIdentifier() throws -> UInt32? {
        try number(.subscriptionIdentifier, of: .subscribe)
    }

    /// For how many seconds the session is to be kept, if DISCONNECT changes that.
    func finalSessionExpiryInterval() throws -> UInt32? {
        try number(.sessionExpiryInterval, of: .disconnect)
    }

    private func number(_ name: ClientProperty.Name, of packet: ClientProperty.Packet) throws -> UInt32? {
        var found: UInt32?
        for case .number(_, name, let number) in try properties(of: packet) {
            found = number
        }
        return found
    }

    /// Binary data: what the words say, and under the program's own name also as hexadecimal digits, Base64 or a file.
    private func bytes(_ text: String) throws -> ByteBuffer {
        ProgramName.current.isLink ? ArgumentBytes.of(text) : try text.payloadBytes()
    }
}

public import NIOCore

/// A name and a value that applications agree on between themselves; the Server passes both on unaltered.
public struct UserProperty: Sendable, Hashable {
    /// The name; the same name may appear several times.
    public var name: String
    /// The value.
    public var value: String

    /// A property of both.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What MQTT 5.0 can say about a message, beside its topic and its payload.
///
/// Messages of version 3 have none of these; to publish one with properties over a connection of version 3 is an error.
public struct MessageProperties: Sendable, Hashable {
    /// Whether the payload is declared to be text in UTF-8.
    public var isText = false
    /// For how many seconds the Server keeps the message for subscribers who are away; `nil` for ever. In a message that
    /// was received: what was left of it.
    public var messageExpiryInterval: UInt32?
    /// What the payload is, for example `application/json`.
    public var contentType: String?
    /// The topic on which an answer to the message is expected.
    public var responseTopic: String?
    /// What the answer is to carry, so that the one who asked knows which question it answers.
    public var correlationData: ByteBuffer?
    /// Names and values of the application, in their order.
    public var userProperties: [UserProperty] = []
    /// Of a message to publish: a number that stands beside the topic and by which the Server is to know it; it has to know
    /// as many, see `topicAliasMaximum`.
    public var topicAlias: UInt16?
    /// Of a received message: the identifiers of the subscriptions that it matched.
    public internal(set) var subscriptionIdentifiers: [UInt32] = []

    /// No properties.
    public init() {}

    /// Whether nothing is said.
    public var isEmpty: Bool { self == Self() }
}

// MARK: - To and from the wire

extension MessageProperties {
    /// The properties that a PUBLISH or a Will carries in a list, without the Message Expiry Interval.
    func wireProperties() throws(MQTTClientError) -> Properties {
        var properties = Properties()
        if isText { properties.append(.payloadFormatIndicator, .integer(1)) }
        if let contentType {
            properties.append(.contentType, .string(try UTF8String(checking: contentType, "content type")))
        }
        if let responseTopic {
            properties.append(.responseTopic, .string(try UTF8String(topicName: responseTopic, "response topic")))
        }
        if let correlationData {
            properties.append(
                .correlationData,
                .binaryData(try [UInt8](checking: correlationData, "correlation data"))
            )
        }
        try properties.append(userProperties)
        return properties
    }

    /// Those properties as they stand in a PUBLISH.
    func encoded() throws(MQTTClientError) -> [UInt8] {
        let properties = try wireProperties()
        guard !properties.isEmpty else { return [] }
        var buffer = ByteBuffer()
        properties.write(to: &buffer)
        buffer.moveReaderIndex(forwardBy: VariableByteInteger.encodedLength(of: properties.contentLength))
        return [UInt8](buffer: buffer)
    }

    init(_ publish: Publish) {
        messageExpiryInterval = publish.messageExpiryInterval
        subscriptionIdentifiers = publish.subscriptionIdentifiers
        var scanner = PropertyScanner(PacketReader(publish.forwardedProperties), in: .publish)
        // The properties were checked when the packet was decoded; they are read the same way again.
        while case .some(let identifier) = try? scanner.next() {
            switch (identifier, scanner.value) {
            case (.payloadFormatIndicator, .integer(let value)): isText = value == 1
            case (.contentType, .string(let value)): contentType = value.description
            case (.responseTopic, .string(let value)): responseTopic = value.description
            case (.correlationData, .binaryData(let value)): correlationData = ByteBuffer(bytes: value)
            case (_, .stringPair(let name, let value)):
                userProperties.append(UserProperty(name.description, value.description))
            default: break  // no other property is forwarded with a message
            }
        }
    }
}

extension Properties {
    mutating func append(_ userProperties: [UserProperty]) throws(MQTTClientError) {
        for property in userProperties {
            appendUserProperty(
                name: try UTF8String(checking: property.name, "name of a user property"),
                value: try UTF8String(checking: property.value, "value of a user property")
            )
        }
    }

    /// The User Properties, as applications have them.
    var publicUserProperties: [UserProperty] {
        userProperties.map { UserProperty($0.name.description, $0.value.description) }
    }
}

// MARK: - Checks of what an application hands over

extension UTF8String {
    /// - Parameter name: What `text` is, for the error.
    init(checking text: String, _ name: String) throws(MQTTClientError) {
        guard let string = UTF8String(text) else {
            throw .invalidArgument("\(name) is longer than 65,535 bytes or holds U+0000")
        }
        self = string
    }

    init(topicName text: String, _ name: String = "topic") throws(MQTTClientError) {
        try self.init(checking: text, name)
        guard bytes.span.isValidTopicName else {
            throw .invalidArgument(text.isEmpty ? "\(name) is empty" : "\(name) \(text) has a wildcard")
        }
    }

    init(topicFilter text: String) throws(MQTTClientError) {
        try self.init(checking: text, "topic filter")
        guard bytes.span.isValidTopicFilter else {
            throw .invalidArgument(
                text.isEmpty ? "topic filter is empty" : "topic filter \(text) has a wildcard in the wrong place"
            )
        }
    }
}

extension [UInt8] {
    /// The bytes of `buffer`, which have to fit Binary Data.
    init(checking buffer: ByteBuffer, _ name: String) throws(MQTTClientError) {
        guard buffer.readableBytes <= UTF8String.maximumLength else {
            throw .invalidArgument("\(name) is longer than 65,535 bytes")
        }
        self.init(buffer: buffer)
    }
}

import MQTT
import NIOCore

/// A message as one line of JSON, which `sub --json` writes and `pub -l --json` reads.
///
/// What is no UTF-8 is written as Base64, in a member whose name ends with `_b64`, so that no byte is lost. The receive time
/// is in UTC.
struct MessageLine: Equatable {
    var topic: String
    var payload: ByteBuffer
    /// `nil` where the line does not say it.
    var qos: QoS?
    /// `nil` where the line does not say it.
    var retain: Bool?
    var properties = MessageProperties()

    /// The message to publish, with what the line does not say.
    func message(qos: QoS, retain: Bool) -> Message {
        Message(
            topic: topic,
            payload: payload,
            qos: self.qos ?? qos,
            retain: self.retain ?? retain,
            properties: properties
        )
    }

    /// Adds a message that was received, with the line feed.
    static func append(_ message: ReceivedMessage, at time: ReceiveTime, to buffer: inout ByteBuffer) {
        var json = JSONOutput(isPretty: false)
        let properties = message.properties
        json.object(to: &buffer) { output, buffer in
            output.beginMember("topic", &buffer)
            buffer.writeJSONString(message.topicBytes)
            output.member("payload", bytes: message.payload, &buffer)
            output.member("qos", Int(message.qos.rawValue), &buffer)
            output.beginMember("retain", &buffer)
            buffer.writeString(message.retain ? "true" : "false")
            output.beginMember("received_at", &buffer)
            buffer.writeStaticString("\"")
            time.writeUniversalStamp(to: &buffer)
            buffer.writeStaticString("\"")
            if !properties.isEmpty {
                output.beginMember("properties", &buffer)
                output.object(to: &buffer) { output, buffer in output.members(properties, &buffer) }
            }
        }
        buffer.writeStaticString("\n")
    }
}

extension JSONOutput {
    /// Adds a member of bytes: a string where they are UTF-8, and Base64 where they are not.
    fileprivate mutating func member(_ name: String, bytes: ByteBuffer, _ buffer: inout ByteBuffer) {
        if bytes.isUTF8 {
            beginMember(name, &buffer)
            buffer.writeJSONString(bytes)
        } else {
            member("\(name)_b64", Base64.encode([UInt8](buffer: bytes), padding: .full), &buffer)
        }
    }

    fileprivate mutating func members(_ properties: MessageProperties, _ buffer: inout ByteBuffer) {
        if let type = properties.contentType { member("content_type", type, &buffer) }
        if let topic = properties.responseTopic { member("response_topic", topic, &buffer) }
        if let data = properties.correlationData { member("correlation_data", bytes: data, &buffer) }
        if let interval = properties.messageExpiryInterval {
            member("message_expiry_interval", Int(interval), &buffer)
        }
        if properties.isText { member("payload_format_indicator", 1, &buffer) }
        if !properties.userProperties.isEmpty {
            beginMember("user_properties", &buffer)
            array(of: properties.userProperties, to: &buffer)
        }
        if !properties.subscriptionIdentifiers.isEmpty {
            beginMember("subscription_identifiers", &buffer)
            array(to: &buffer) { output, buffer in
                for identifier in properties.subscriptionIdentifiers {
                    output.beginElement(&buffer)
                    buffer.writeString(String(identifier))
                }
            }
        }
    }

    /// Adds user properties as objects with a name and a value.
    mutating func array(of userProperties: [UserProperty], to buffer: inout ByteBuffer) {
        array(to: &buffer) { output, buffer in
            for property in userProperties {
                output.beginElement(&buffer)
                output.object(to: &buffer) { output, buffer in
                    output.member("name", property.name, &buffer)
                    output.member("value", property.value, &buffer)
                }
            }
        }
    }
}

extension ByteBuffer {
    /// Whether the bytes are UTF-8.
    var isUTF8: Bool {
        String(validating: readableBytesView, as: UTF8.self) != nil
    }
}

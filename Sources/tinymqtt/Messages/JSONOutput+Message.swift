import MQTT
import NIOCore

extension JSONOutput {
    /// Adds a message as `%j` and `%J` of mosquitto 2.1 have it.
    ///
    /// - Parameter embedsPayload: Whether the payload becomes a value of JSON; otherwise it is a string.
    /// - Returns: `false` where the payload was to be embedded and is no JSON; then nothing is added.
    mutating func write(
        _ message: ReceivedMessage,
        _ properties: MessageProperties,
        at time: ReceiveTime,
        embedsPayload: Bool,
        to buffer: inout ByteBuffer
    ) -> Bool {
        let payload = message.payload
        var embedded: JSONValue?
        if embedsPayload, payload.readableBytes > 0 {
            guard let value = try? JSONValue(parsing: [UInt8](buffer: payload)) else { return false }
            embedded = value
        }
        object(to: &buffer) { output, buffer in
            output.beginMember("tst", &buffer)
            buffer.writeStaticString("\"")
            time.writeLocalStamp(to: &buffer)
            buffer.writeStaticString("\"")
            output.beginMember("topic", &buffer)
            buffer.writeJSONString(message.topicBytes)
            output.member("qos", Int(message.qos.rawValue), &buffer)
            output.beginMember("retain", &buffer)
            buffer.writeString(message.retain ? "true" : "false")
            output.member("payloadlen", payload.readableBytes, &buffer)
            if message.qos != .atMostOnce { output.member("mid", Int(message.packetIdentifier), &buffer) }
            if !properties.isEmpty {
                output.beginMember("properties", &buffer)
                output.write(properties, to: &buffer)
            }
            output.beginMember("payload", &buffer)
            if let embedded {
                output.value(embedded, to: &buffer)
            } else if payload.readableBytes > 0 {
                buffer.writeJSONString(payload)
            } else {
                buffer.writeStaticString("null")
            }
        }
        return true
    }

    /// In the order in which mosquitto's broker passes on what our client publishes; mosquitto_sub prints properties in
    /// the order of the packet, which the library does not keep.
    private mutating func write(_ properties: MessageProperties, to buffer: inout ByteBuffer) {
        object(to: &buffer) { output, buffer in
            for identifier in properties.subscriptionIdentifiers {
                output.member("subscription-identifier", Int(identifier), &buffer)
            }
            if properties.isText { output.member("payload-format-indicator", 1, &buffer) }
            if let type = properties.contentType { output.member("content-type", type, &buffer) }
            if let topic = properties.responseTopic { output.member("response-topic", topic, &buffer) }
            if let data = properties.correlationData {
                output.beginMember("correlation-data", &buffer)
                buffer.writeJSONString(data)
            }
            if !properties.userProperties.isEmpty {
                output.beginMember("user-properties", &buffer)
                output.write(properties.userProperties, to: &buffer)
            }
            if let interval = properties.messageExpiryInterval {
                output.member("message-expiry-interval", Int(interval), &buffer)
            }
        }
    }

    /// Each is an object of its own, because a name may come several times.
    private mutating func write(_ userProperties: [UserProperty], to buffer: inout ByteBuffer) {
        array(to: &buffer) { output, buffer in
            for property in userProperties {
                output.beginElement(&buffer)
                output.object(to: &buffer) { output, buffer in
                    output.member(property.name, property.value, &buffer)
                }
            }
        }
    }
}

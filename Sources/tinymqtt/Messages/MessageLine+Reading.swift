import MQTT
import NIOCore

extension MessageLine {
    private static let allowedMembers = "topic, payload or payload_b64, qos, retain and properties"
    private static let allowedProperties = """
        content_type, response_topic, correlation_data or correlation_data_b64, message_expiry_interval, \
        payload_format_indicator and user_properties
        """

    /// Reads a line: an object with a topic, a payload and what else a message has. A payload that is no string is sent as
    /// its JSON text. What `sub --json` writes of the receipt is passed over.
    ///
    /// - Parameters:
    ///   - line: The line without its line feed.
    ///   - number: The number of the line, counted from 1, for errors.
    init(parsing line: ByteBuffer, number: Int) throws(LineProblem) {
        let value: JSONValue
        do throws(JSONValue.Problem) {
            value = try JSONValue(parsing: [UInt8](buffer: line))
        } catch {
            throw LineProblem(line: number, "no JSON: \(error.description)")
        }
        guard let members = value.members else {
            throw LineProblem(line: number, "no JSON object; allowed is one with \(Self.allowedMembers)")
        }
        do throws(MemberProblem) {
            try self.init(members)
        } catch {
            throw LineProblem(line: number, error.text)
        }
    }

    private init(_ members: [JSONValue.Member]) throws(MemberProblem) {
        var topic: String?
        var payloads: [ByteBuffer] = []
        self.init(topic: "", payload: ByteBuffer())
        for member in members {
            switch member.name {
            case "topic": topic = try member.topic()
            case "payload": payloads.append(ByteBuffer(string: member.value.string ?? member.value.text))
            case "payload_b64": payloads.append(try member.base64())
            case "qos": qos = try member.qos()
            case "retain": retain = try member.truth()
            case "properties": properties = try MessageProperties(member)
            case "received_at": break
            default: throw MemberProblem("\(member.name) is not known; allowed are \(Self.allowedMembers)")
            }
        }
        guard let topic else { throw MemberProblem("no topic; allowed are \(Self.allowedMembers)") }
        guard let payload = payloads.first else {
            throw MemberProblem("no payload; \"payload\":\"\" is an empty one")
        }
        guard payloads.count == 1 else { throw MemberProblem("several payloads; allowed is one") }
        self.topic = topic
        self.payload = payload
    }

    /// What is wrong with a member of an object.
    fileprivate struct MemberProblem: Error {
        let text: String

        init(_ text: String) {
            self.text = text
        }
    }

    fileprivate static func unknownProperty(_ name: String) -> MemberProblem {
        MemberProblem("the property \(name) is not known; allowed are \(allowedProperties)")
    }
}

extension MessageProperties {
    fileprivate init(_ member: JSONValue.Member) throws(MessageLine.MemberProblem) {
        self.init()
        guard let members = member.value.members else {
            throw MessageLine.MemberProblem("\(member.name) is no JSON object")
        }
        for member in members {
            switch member.name {
            case "content_type": contentType = try member.text()
            case "response_topic": responseTopic = try member.topic()
            case "correlation_data": correlationData = ByteBuffer(string: try member.text())
            case "correlation_data_b64": correlationData = try member.base64()
            case "message_expiry_interval":
                messageExpiryInterval = UInt32(try member.number(in: 0...Int(UInt32.max)))
            case "payload_format_indicator": isText = try member.number(in: 0...1) == 1
            case "user_properties": userProperties = try member.userProperties()
            // Only the subscriber has these.
            case "subscription_identifiers": break
            default: throw MessageLine.unknownProperty(member.name)
            }
        }
    }
}

extension JSONValue.Member {
    fileprivate func text() throws(MessageLine.MemberProblem) -> String {
        guard let text = value.string else { throw MessageLine.MemberProblem("\(name) is no string") }
        return text
    }

    fileprivate func topic() throws(MessageLine.MemberProblem) -> String {
        let topic = try text()
        if let problem = problemOfTopic(topic, name) { throw MessageLine.MemberProblem(problem) }
        return topic
    }

    fileprivate func base64() throws(MessageLine.MemberProblem) -> ByteBuffer {
        guard let bytes = Base64.decode(try text().utf8, padding: .full) else {
            throw MessageLine.MemberProblem("\(name) is no Base64, filled up with = to groups of four characters")
        }
        return ByteBuffer(bytes: bytes)
    }

    fileprivate func truth() throws(MessageLine.MemberProblem) -> Bool {
        guard let truth = value.bool else {
            throw MessageLine.MemberProblem("\(name) is \(value.text); allowed are true and false")
        }
        return truth
    }

    fileprivate func number(in range: ClosedRange<Int>) throws(MessageLine.MemberProblem) -> Int {
        guard let number = value.integer, range.contains(number) else {
            throw MessageLine.MemberProblem(
                "\(name) is \(value.text); allowed is a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    fileprivate func qos() throws(MessageLine.MemberProblem) -> QoS {
        guard let qos = QoS(rawValue: UInt8(try number(in: 0...2))) else {
            throw MessageLine.MemberProblem("\(name) is \(value.text); allowed are 0, 1 and 2")
        }
        return qos
    }

    /// An array of objects with a name and a value, or one object of names and values.
    fileprivate func userProperties() throws(MessageLine.MemberProblem) -> [UserProperty] {
        var properties: [UserProperty] = []
        if let members = value.members {
            for member in members {
                properties.append(UserProperty(member.name, try member.text()))
            }
            return properties
        }
        let problem = MessageLine.MemberProblem(
            "\(name) is neither an array of {\"name\":…,\"value\":…} nor an object of strings"
        )
        guard let elements = value.array else { throw problem }
        for element in elements {
            guard element.members?.count == 2, let name = element["name"]?.string,
                let value = element["value"]?.string
            else { throw problem }
            properties.append(UserProperty(name, value))
        }
        return properties
    }
}

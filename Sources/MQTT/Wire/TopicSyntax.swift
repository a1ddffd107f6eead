/// What the bytes of Topic Names and Topic Filters must look like (section 4.7); UTF-8 is checked elsewhere.
extension Span<UInt8> {
    /// Whether the bytes are a Topic Name: at least one character [MQTT-4.7.3-1], at most 65,535 bytes
    /// [MQTT-4.7.3-3] and no wildcard [MQTT-3.3.2-2], [MQTT-4.7.0-1].
    var isValidTopicName: Bool {
        guard !isEmpty, count <= UTF8String.maximumLength else { return false }
        for index in indices where self[index] == TopicCharacter.plus || self[index] == TopicCharacter.hash {
            return false
        }
        return true
    }

    /// Whether the bytes are a Topic Filter: at least one character, `#` only as the whole last level [MQTT-4.7.1-1]
    /// and `+` only as a whole level [MQTT-4.7.1-2].
    var isValidTopicFilter: Bool {
        guard !isEmpty, count <= UTF8String.maximumLength else { return false }
        for index in indices {
            let byte = self[index]
            guard byte == TopicCharacter.plus || byte == TopicCharacter.hash else { continue }
            let beginsLevel = index == 0 || self[index - 1] == TopicCharacter.separator
            let isLast = index == count - 1
            let endsLevel = isLast || self[index + 1] == TopicCharacter.separator
            guard beginsLevel, byte == TopicCharacter.plus ? endsLevel : isLast else { return false }
        }
        return true
    }
}

/// The characters that mean something in topics, as bytes.
enum TopicCharacter {
    /// `/`, which separates levels.
    static let separator = UInt8(ascii: "/")
    /// `+`, the single-level wildcard.
    static let plus = UInt8(ascii: "+")
    /// `#`, the multi-level wildcard.
    static let hash = UInt8(ascii: "#")
    /// `$`, with which a Server's own topics begin.
    static let dollar = UInt8(ascii: "$")
}

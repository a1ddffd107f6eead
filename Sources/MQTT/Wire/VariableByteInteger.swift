/// The Variable Byte Integer of MQTT: seven bits a byte, one to four bytes (section 1.5.5).
enum VariableByteInteger {
    /// The largest value, 268,435,455; also the largest Remaining Length.
    static let maximum = 268_435_455
    /// The most bytes that one takes.
    static let maximumLength = 4

    /// How many bytes `value` takes; always the fewest possible [MQTT-1.5.5-1].
    static func encodedLength(of value: Int) -> Int {
        switch value {
        case ..<128: 1
        case ..<16_384: 2
        case ..<2_097_152: 3
        default: 4
        }
    }
}

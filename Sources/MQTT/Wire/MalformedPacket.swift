/// A packet that breaks the specification: the one way out of decoding anything that was received.
///
/// It carries what a Server of version 5.0 answers with before it closes the connection [MQTT-4.13.1-1]; older versions
/// have no answer, there the connection is closed.
struct MalformedPacket: Error, Equatable {
    /// 0x81 where the bytes cannot be parsed, 0x82 where they can but must not be, or a more telling code.
    let reasonCode: ReasonCode
    /// What is wrong, in a few words; static, so that a flood of bad packets formats nothing.
    let problem: StaticString

    init(_ problem: StaticString, reasonCode: ReasonCode = .malformedPacket) {
        self.reasonCode = reasonCode
        self.problem = problem
    }

    /// A packet that is well formed and yet not allowed here (section 4.13.1, "Protocol Error").
    static func protocolError(_ problem: StaticString) -> Self {
        Self(problem, reasonCode: .protocolError)
    }

    static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.reasonCode == rhs.reasonCode && lhs.problem.description == rhs.problem.description
    }
}

extension MalformedPacket: CustomStringConvertible {
    var description: String { "\(problem) (\(reasonCode))" }
}

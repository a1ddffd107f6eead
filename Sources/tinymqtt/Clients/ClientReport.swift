import MQTT

/// What a client tells of its failures on standard error, and with which exit code it ends: one way under the program's own
/// name, and the way that scripts know under mosquitto's.
struct ClientReport: Sendable {
    let program: ProgramName
    let command: String
    let address: ServerAddress
    let version: ProtocolVersion
    /// Nothing is told, the exit code says it.
    let isQuiet: Bool
    /// Where it is told; standard error, except where that is a line that somebody is typing.
    var destination: @Sendable (String) -> Void = { printError($0) }

    /// Says something, behind the name of the program.
    func tell(_ text: String) {
        guard !isQuiet else { return }
        destination(program.isLink ? "Error: \(text)" : "tinymqtt \(command): \(text)")
    }

    /// Says something, without anything before it.
    func tell(verbatim text: String) {
        guard !isQuiet else { return }
        destination(text)
    }

    /// Tells why the client has failed, and returns the exit code.
    func status(of error: MQTTClientError) -> Int32 {
        let failure = ClientFailureText(error, address: address)
        tell(failure.text)
        return program.isLink ? linkStatus(of: error) : failure.status
    }

    /// The exit code that mosquitto's clients have: that of a refusal in the version that was spoken, or 1.
    private func linkStatus(of error: MQTTClientError) -> Int32 {
        guard error.code == .refusedByServer, let reason = error.reasonCode else { return 1 }
        return Int32(version == .v5_0 ? reason.rawValue : reason.connectReturnCode ?? 1)
    }

    /// Tells how many of many messages were refused, and why the first one was, and returns the exit code.
    func status(of report: SendReport) -> Int32 {
        guard let first = report.failures.first else { return 0 }
        let failure = ClientFailureText(first.error, address: address)
        let reason = first.error.reasonCode.map { "\($0)" } ?? failure.cause
        let others = Set(report.failures.map(\.topic)).count > 1 ? " and other topics" : ""
        tell("\(report.failureCount) messages to \(first.topic)\(others) were refused: \(reason)")
        return program.isLink ? 0 : failure.status
    }

    /// Tells that a message was refused, if it was, and returns the exit code. mosquitto's clients warn and go on.
    func status(of result: PublishResult, topic: String) -> Int32 {
        guard result.isFailure else { return 0 }
        let reason = result.reasonString.map { ": \($0)" } ?? ""
        tell("the broker refused the message to \(topic): \(result.reasonCode)\(reason)")
        return program.isLink ? 0 : Int32(result.reasonCode.rawValue)
    }
}

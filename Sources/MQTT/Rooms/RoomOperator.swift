/// Gives commands to a room server, and waits for what it answers.
public struct RoomOperator: Sendable {
    /// No room server has answered in time.
    public struct NoAnswer: Error {}

    private let client: MQTTClient
    private let topics: RoomTopics

    /// - Parameter client: Is connected, receives nothing else, and is not used for anything after the first command.
    public init(client: MQTTClient, topics: RoomTopics) {
        self.client = client
        self.topics = topics
    }

    /// Gives a command.
    ///
    /// - Parameter qos: How surely it arrives, and what it has the server send.
    /// - Throws: ``NoAnswer``, or the `MQTTClientError` of the client.
    public func perform(_ action: RoomCommand.Action, qos: QoS, timeout: Duration) async throws -> RoomAnswer {
        do {
            return try await ask(action, qos: qos, timeout: timeout)
        } catch let error as MQTTClientError where error.code == .closed {
            // The time was up while the broker had not taken the command.
            throw NoAnswer()
        }
    }

    private func ask(_ action: RoomCommand.Action, qos: QoS, timeout: Duration) async throws -> RoomAnswer {
        let identifier = ParticipantName.makeIdentifier()
        let command = RoomCommand(action, identifier: identifier)
        let replies = topics.replies(to: identifier.description)
        try await client.subscribeAll([replies], maximumQoS: qos)
        let client = self.client
        let deadline = Task {
            // Cancelled when the answer is there.
            guard (try? await Task.sleep(for: timeout)) != nil else { return }
            // Without arguments it is always a valid one; it ends the wait below.
            try? await client.disconnect()
        }
        defer { deadline.cancel() }
        let sent = try await client.publish(topics.commands, command.text, qos: qos)
        guard !sent.isFailure else {
            throw MQTTClientError(.notSupportedByServer, reasonCode: sent.reasonCode, text: "no command")
        }
        for try await message in client.messages where message.topic == replies {
            if let answer = RoomAnswer(IncomingMessage(message)) { return answer }
        }
        throw NoAnswer()
    }
}

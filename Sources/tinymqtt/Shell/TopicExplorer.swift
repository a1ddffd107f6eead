import MQTT

/// Looks at what a broker retains, so that its topics can be completed: once, behind the user's back, and not for long.
struct TopicExplorer: Sendable {
    /// Less than a look that somebody asked for.
    private static let limits = RetainedLook.Limits(
        messageCount: 20_000,
        byteCount: 16 << 20,
        duration: .seconds(3)
    )

    let session: ShellSession
    let connection: ShellConnection

    /// A broker that does not allow it is left alone: nothing that was asked for has failed.
    func run() async {
        let look = RetainedLook(limits: Self.limits)
        guard let result = try? await look.run("#", connection.configuration) else { return }
        session.desk.withBook { book in
            for message in result.messages where book.find(message.topic)?.isTopic != true {
                book.learn(message)
            }
        }
    }
}

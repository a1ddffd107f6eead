/// What the clients do where the command line does not say.
enum ClientDefaults {
    /// The shortest time after which the silence of a broker is noticed, in seconds.
    static let leastKeepAlive: UInt16 = 5
    /// How many messages are on their way to the broker at most, as with mosquitto's clients.
    static let maximumInFlight: UInt16 = 20

    /// A client identifier that nobody else has, in the 23 characters that every broker takes.
    static func makeIdentifier(_ program: ProgramName) -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 36)
        return (program.isLink ? "mosq-" : "tinymqtt-") + digits
    }
}

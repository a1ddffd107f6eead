import ArgumentParser

/// The root of the command line.
@main
struct TinyMQTT: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tinymqtt",
        abstract: "An MQTT broker, clients and services in one program.",
        subcommands: [Broker.self],
        helpNames: .long
    )
}

import ArgumentParser

/// The root of the command line.
@main
struct TinyMQTT: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tinymqtt",
        abstract: "An MQTT broker, clients and services in one program.",
        subcommands: [Broker.self, Publish.self, Subscribe.self, Passwords.self, ExitCodes.self],
        helpNames: .long
    )

    static func main() async {
        await main(nil)
    }

    /// Runs what the arguments say, and ends the process with the exit code that the table has for the outcome.
    static func main(_ arguments: [String]?) async {
        // The help of a subcommand would break the lines of the table anew.
        if arguments ?? Array(CommandLine.arguments.dropFirst()) == ["help", "exit-codes"] {
            return print(ExitStatus.table)
        }
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as ConfigurationFailure {
            printError("tinymqtt broker: \(failure.error)")
            exit(withError: ExitStatus.configuration.code)
        } catch {
            // The library has a code of its own for usage errors, which no other MQTT client has.
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            printError(fullMessage(for: error))
            exit(withError: ExitStatus.usage.code)
        }
    }
}

import ArgumentParser
import Dispatch
import MQTT

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The root of the command line.
@main
struct TinyMQTT: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tinymqtt",
        abstract: "An MQTT broker, clients and services in one program.",
        subcommands: [Broker.self, Publish.self, Subscribe.self, Passwords.self, ExitCodes.self],
        helpNames: .long
    )

    /// Runs everything in a task, and keeps the first thread waiting.
    ///
    /// An asynchronous `main` would end that thread on Linux, half of it stays all the same, and the C library passes it
    /// over when root becomes another user: one thread would be root for ever.
    static func main() {
        if let status = publishQuickly() { _exit(status) }
        Task.detached {
            await main(nil)
            exit()
        }
        let never = DispatchSemaphore(value: 0)
        never.wait()
    }

    /// Publishes one message without anything that it does not need; `nil` where that is not what the arguments say.
    private static func publishQuickly() -> Int32? {
        var words = CommandLine.arguments.dropFirst()
        let program = ProgramName.current
        guard program == .mosquittoPublish || !program.isLink && words.popFirst() == "pub" else { return nil }
        guard let parts = try? ClientWords(Array(words), of: .publish, isLink: program.isLink) else { return nil }
        return QuickPublish(parts)?.run(as: program)
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
        } catch let error as ConfigurationError {
            printError("tinymqtt broker: \(error)")
            exit(withError: ExitStatus.configuration.code)
        } catch let failure as ProcessFailure {
            printError("tinymqtt broker: \(failure)")
            exit(withError: failure.isConfiguration ? ExitStatus.configuration.code : ExitStatus.usage.code)
        } catch {
            // The library has a code of its own for usage errors, which no other MQTT client has.
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            printError(fullMessage(for: error))
            exit(withError: ExitStatus.usage.code)
        }
    }
}

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
    /// The version of the program.
    static let version = "0.9.0"

    static let configuration = CommandConfiguration(
        commandName: "tinymqtt",
        abstract: "An MQTT broker, clients and services in one program.",
        version: "tinymqtt \(version)",
        subcommands: [
            Broker.self, Publish.self, Subscribe.self, Request.self, Get.self, Ping.self, Bench.self,
            RoomServerCommand.self, Join.self, SendRoom.self, SendClient.self, ChatServerCommand.self, Chat.self,
            Shell.self, Passwords.self,
            ExitCodes.self,
        ],
        helpNames: .long
    )

    /// Runs everything in a task, and keeps the first thread waiting.
    ///
    /// An asynchronous `main` would end that thread on Linux, half of it stays all the same, and the C library passes it
    /// over when root becomes another user: one thread would be root for ever.
    static func main() {
        let arguments = Array(ArgumentBytes.words.dropFirst())
        let program = ProgramName.current
        // Only once: the file of options may be one that cannot be read again.
        let words = Result { () throws(OptionsFile.Failure) in try CommandWords(arguments, of: program) }
        if let publish = (try? words.get())?.ofPublish, let status = QuickPublish(publish)?.run(as: program) {
            _exit(status)
        }
        Task.detached {
            await run(words, arguments, program)
            exit()
        }
        let never = DispatchSemaphore(value: 0)
        never.wait()
    }

    /// Runs what the arguments say.
    private static func run(
        _ words: Result<CommandWords, OptionsFile.Failure>,
        _ arguments: [String],
        _ program: ProgramName
    ) async {
        // The help of a subcommand would break the lines of the table anew.
        if arguments == ["help", "exit-codes"] { return print(ExitStatus.table) }
        do {
            var command = try await asyncParseAsRoot(try words.get().normalized)
            ProcessList.hidePassword()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(error, arguments, program)
        }
    }

    /// Says what went wrong, and ends the process with the exit code that the table has for it.
    private static func end(_ error: any Error, _ arguments: [String], _ program: ProgramName) -> Never {
        let command = program.subcommand ?? arguments.first ?? ""
        let name = program.isLink ? "Error" : "tinymqtt \(command)"
        switch error {
        case let error as ConfigurationError:
            printError("tinymqtt broker: \(error)")
            exit(withError: ExitStatus.configuration.code)
        case let failure as ProcessFailure:
            printError("tinymqtt broker: \(failure)")
            exit(withError: failure.isConfiguration ? ExitStatus.configuration.code : ExitStatus.usage.code)
        case let failure as StandardInput.Failure:
            printError("\(name): \(failure.text)")
            exit(withError: ExitStatus.usage.code)
        case let failure as OptionsFile.Failure:
            printError("\(name): \(failure.text)")
            exit(withError: ExitStatus.usage.code)
        default:
            // The library has a code of its own for usage errors, which no other MQTT client has.
            guard exitCode(for: error) == .validationFailure else {
                // mosquitto's clients return 1 also behind help that was asked for.
                guard program.isLink, error is CleanExit || exitCode(for: error) == .success else {
                    exit(withError: error)
                }
                print(fullMessage(for: error))
                exit(withError: ExitStatus.usage.code)
            }
            if program.isLink {
                printError("Error: \(message(for: error))")
            } else if let unknown = UnknownWord(in: arguments, of: self) {
                printError("tinymqtt: \(unknown)")
            } else {
                printError(fullMessage(for: error))
            }
            exit(withError: ExitStatus.usage.code)
        }
    }
}

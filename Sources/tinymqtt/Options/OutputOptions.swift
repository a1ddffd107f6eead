import ArgumentParser
import MQTT
import NIOCore

/// How messages are written to standard output.
struct OutputOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Print the topic before the payload.")
    var verbose = false

    @Option(
        name: [.customShort("F"), .long],
        parsing: .unconditional,
        help: ArgumentHelp("Print each message in this format; see the manual page for its codes.", valueName: "format")
    )
    var format: String?

    @Flag(name: .customLong("json"), help: "Print each message as a line of JSON, binary payloads in Base64.")
    var isJSON = false

    @Flag(name: .long, help: "Print the JSON of -F in lines with indentation.")
    var pretty = false

    @Flag(name: [.customShort("N"), .customLong("no-newline")], help: "Print no line feed after a message.")
    var omitsLineFeed = false

    func validate() throws {
        guard format == nil || !isJSON else { throw ValidationError("either -F or --json, not both") }
        do throws(OutputFormat.Problem) {
            _ = try writer()
        } catch {
            throw ValidationError(error.text)
        }
    }

    /// What writes messages this way.
    func writer() throws(OutputFormat.Problem) -> MessageWriter {
        if isJSON { return .json }
        guard let format else { return .plain(PlainFormat(showsTopic: verbose, endsLines: !omitsLineFeed)) }
        return .format(try OutputFormat(format, isPretty: pretty, endsLines: !omitsLineFeed))
    }
}

/// Writes messages as the command line asks for.
enum MessageWriter: Sendable {
    case plain(PlainFormat)
    case format(OutputFormat)
    case json

    /// Adds a message.
    ///
    /// - Returns: What could not be written as the format wants it.
    func append(_ message: ReceivedMessage, to buffer: inout ByteBuffer) -> [String] {
        switch self {
        case .plain(let format): format.append(message, to: &buffer)
        case .format(let format): return format.append(message, at: .now(), to: &buffer)
        case .json: MessageLine.append(message, at: .now(), to: &buffer)
        }
        return []
    }
}

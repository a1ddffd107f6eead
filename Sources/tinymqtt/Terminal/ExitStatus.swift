import ArgumentParser
import MQTT

/// The exit codes of all subcommands: the one table that `tinymqtt help exit-codes` prints.
///
/// From 128 on they are the reason codes of MQTT 5.0; the refusals of older versions are told by the same codes.
enum ExitStatus: Int32, CaseIterable {
    case success = 0
    case usage = 1
    case protocolError = 2
    case configuration = 3
    case connectionLost = 7
    case tlsFailed = 8
    case connectionFailed = 14
    case hostNotFound = 15
    case proxyFailed = 16
    case timedOut = 27
    case nothingRetained = 39
    case unknownRoom = 40
    case notAMember = 41
    case emptyMessage = 42
    case noRoomServer = 43
    case nameInUse = 44
    case serviceRefused = 45
    case countsDiffer = 46

    /// When the code is returned.
    var meaning: String {
        switch self {
        case .success: "All went well; also when a signal ended what runs until one does."
        case .usage: "The command line is wrong, an input cannot be read, or there is no code that says more."
        case .protocolError: "The broker broke the protocol."
        case .configuration:
            "A configuration, a file that it names, or a store cannot be used; standard error says which, and what is wrong."
        case .connectionLost: "The connection to the broker was lost for good."
        case .tlsFailed: "No TLS with the broker: standard error says what the two could not agree on."
        case .connectionFailed: "No connection to the broker: refused by its machine, or not to be reached."
        case .hostNotFound: "There is no host of that name."
        case .proxyFailed: "The proxy cannot be reached, or does not connect to the broker."
        case .nothingRetained: "The broker has retained nothing for the topic."
        case .timedOut: "The time was up: of -W, of --connect-timeout, of --stall, or of the keep-alive."
        case .unknownRoom: "Nobody is in the room."
        case .notAMember: "The client is not in the room."
        case .emptyMessage: "The message is empty."
        case .noRoomServer: "No room server answered in time."
        case .nameInUse: "Another client, or another user of the chat, has the name already."
        case .serviceRefused:
            "The room server refused for another reason: too much at once, too large, or as many members as it takes."
        case .countsDiffer:
            "Messages or connections of a benchmark were lost, or messages came twice or in another order."
        }
    }

    var code: ExitCode { ExitCode(rawValue) }

    /// The table as people read it.
    static var table: String {
        var lines = allCases.map(\.line)
        lines.append("128 and above: the broker refused; the code is its reason code of MQTT 5.0:")
        for reason in ReasonCode.allCases where reason.isFailure {
            lines.append("\(Int(reason.rawValue).aligned)  \(reason)")
        }
        return lines.joined(separator: "\n")
    }

    private var line: String { "\(Int(rawValue).aligned)  \(meaning)" }
}

extension Int {
    /// The number, right-aligned in three columns.
    fileprivate var aligned: String {
        let digits = "\(self)"
        return String(repeating: " ", count: Swift.max(0, 3 - digits.count)) + digits
    }
}

/// `tinymqtt help exit-codes`: prints the table of exit codes.
struct ExitCodes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exit-codes",
        abstract: "Print what the exit codes of all subcommands mean.",
        discussion: ExitStatus.table,
        helpNames: .long
    )

    func run() {
        print(ExitStatus.table)
    }
}

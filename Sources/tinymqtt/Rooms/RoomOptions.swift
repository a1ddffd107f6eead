import ArgumentParser
import MQTT

/// Which of several room servers on one broker is meant.
struct RoomPrefixOptions: ParsableArguments {
    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "What stands before all topics, where several room servers share a broker (default: nothing).",
            valueName: "levels"
        )
    )
    var prefix = ""

    func validate() throws {
        do throws(RoomTopics.PrefixProblem) {
            _ = try RoomTopics(prefix: prefix)
        } catch {
            throw ValidationError(error.description)
        }
    }

    var topics: RoomTopics {
        get throws { try RoomTopics(prefix: prefix) }
    }
}

/// Reads a name from the command line.
///
/// - Parameter option: What it is the value of.
func participantName(_ text: String, _ option: String) throws -> ParticipantName {
    do throws(ParticipantName.Problem) {
        return try ParticipantName(text)
    } catch {
        throw ValidationError("\(option) \(PrintableText.line(text)) \(error)")
    }
}

extension MQTTClientConfiguration {
    /// What all room and chat commands have in common: MQTT 5 where no other version is asked for, because it says why
    /// something fails, and has the answers that services give.
    init(_ connection: ConnectionOptions, _ session: SessionOptions) throws {
        self.init(address: try connection.address)
        try connection.apply(to: &self)
        try session.apply(to: &self, defaultVersion: .v5_0)
        // With a name that the broker gives anew each time, a connection that it has not missed yet would go on beside the
        // next one, and its will would end a membership that has just begun.
        if clientIdentifier.isEmpty { clientIdentifier = ClientDefaults.makeIdentifier(.tinymqtt) }
    }
}

extension RoomRefusal {
    /// The exit code for what was refused.
    var status: ExitStatus {
        switch self {
        case .unknownRoom: .unknownRoom
        case .notAMember: .notAMember
        case .emptyMessage: .emptyMessage
        case .clientIdentifierInUse: .nameInUse
        case .tooLarge, .rateLimited, .full, .malformed: .serviceRefused
        }
    }
}

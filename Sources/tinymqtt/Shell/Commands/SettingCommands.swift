import ArgumentParser

/// `set`: shows and changes settings.
struct SetCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Show or change a setting.",
        discussion: ShellSettings.Name.allCases.map { name in
            let values = name.values.isEmpty ? "a number" : name.values.joined(separator: ", ")
            return "\(name.rawValue): \(name.meaning) (\(values))"
        }.joined(separator: "\n"),
        helpNames: .long
    )
    static let subject = ShellSubject.setting

    @Argument(help: "Which setting; all without it.")
    var name: String?

    @Argument(help: "Its new value.")
    var value: String?

    func perform(_ call: ShellCall) async throws {
        guard let name else {
            let settings = call.session.settings
            return call.say(
                ShellSettings.Name.allCases.map { "\($0.rawValue) \(settings[$0])" }.joined(separator: "\n")
            )
        }
        guard let setting = ShellSettings.Name(rawValue: name.lowercased()) else {
            let names = ShellSettings.Name.allCases.map(\.rawValue)
            let guess = ShellCommands.nearest(to: name, among: names).map { "did you mean \($0)?" }
            throw ShellFailure(
                "there is no setting \(name.harmless); \(guess ?? "there are: \(names.joined(separator: ", "))")"
            )
        }
        if let value {
            try call.session.change { settings throws(ShellFailure) in try settings.set(setting, to: value) }
        } else {
            call.say("\(setting.rawValue) \(call.session.settings[setting])")
        }
    }
}

/// `format`: chooses how payloads are shown.
struct FormatCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "format",
        abstract: "Show or choose how messages are shown: text, json, hex, payload or a format.",
        discussion: "The same as: set format STYLE. A format is what tinymqtt sub -F takes, like '%t %p'.",
        helpNames: .long
    )
    static let subject = ShellSubject.style

    @Argument(help: "How.")
    var style: [String] = []

    func perform(_ call: ShellCall) async throws {
        let style = style.joined(separator: " ")
        guard !style.isEmpty else { return call.say("format \(call.session.settings[.format])") }
        try call.session.change { settings throws(ShellFailure) in try settings.set(.format, to: style) }
    }
}

/// `help`: explains commands.
struct HelpCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "help",
        abstract: "List all commands, or explain one.",
        helpNames: .long,
        aliases: ["?"]
    )
    static let subject = ShellSubject.command

    private static let nameColumns = 24

    @Argument(help: "Which command.")
    var command: String?

    func perform(_ call: ShellCall) async throws {
        guard let command else {
            let lines = ShellCommands.all.map { command in
                let names = command.names.joined(separator: ", ")
                let padding = String(repeating: " ", count: max(1, Self.nameColumns - names.count))
                return "  \(names)\(padding)\(command.summary)"
            }
            return call.say(
                lines.joined(separator: "\n") + """

                      ! COMMAND               Run a command of the system.
                    help COMMAND explains one. COMMAND > FILE and COMMAND | PROGRAM lead its output elsewhere. Also understood: \
                    publish@TOPIC@MESSAGE@retain, subscribe@TOPIC, unsubscribe@TOPIC. Tab completes, also topics.
                    """
            )
        }
        guard let type = ShellCommands.named(command) else {
            let guess =
                ShellCommands.nearest(to: command, among: ShellCommands.names).map { "; did you mean \($0)?" } ?? ""
            throw ShellFailure("there is no command \(command.harmless)\(guess)")
        }
        call.say(type.helpMessage(columns: 80))
    }
}

/// `quit`: ends the shell.
struct QuitCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "quit",
        abstract: "Say farewell to all brokers, and end.",
        helpNames: .long,
        aliases: ["exit"]
    )
    static let subject = ShellSubject.nothing

    func perform(_ call: ShellCall) async throws {
        call.session.quit()
    }
}

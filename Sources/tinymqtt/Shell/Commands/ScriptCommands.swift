import ArgumentParser
import NIOCore

/// `history`: lists what was entered.
struct HistoryCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List the lines that were entered.",
        discussion: "Lines with a password, and lines that begin with a blank, are not kept.",
        helpNames: .long
    )
    static let subject = ShellSubject.nothing

    @Argument(help: "How many of the last.")
    var count = 50

    func perform(_ call: ShellCall) async throws {
        let lines = call.session.history
        let first = max(0, lines.count - max(count, 0))
        call.say(lines[first...].enumerated().map { "\(first + $0 + 1)  \($1.harmless)" }.joined(separator: "\n"))
    }
}

/// `save`: writes a script.
struct SaveCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "save",
        abstract: "Write the commands of this session that succeeded to a file, for source.",
        discussion: "Lines with a password are left out.",
        helpNames: .long
    )
    static let subject = ShellSubject.file

    @Flag(name: [.short, .long], help: "Overwrite a file that is there.")
    var force = false

    @Argument(help: "The file.")
    var file: String

    func perform(_ call: ShellCall) async throws {
        guard force || FileNames.completions(of: file).allSatisfy({ $0 != file && $0 != file + "/" }) else {
            throw ShellFailure("\(file.harmless) is there already; write save --force \(file.harmless)")
        }
        let commands = call.session.savedCommands
        let output = try OutputFile(file, appends: false)
        defer { output.close() }
        guard output.write(Array(commands.map { $0 + "\n" }.joined().utf8)) else {
            throw ShellFailure("\(file.harmless): cannot be written; is the disk full?")
        }
        call.confirm("\(commands.count) commands are in \(file.harmless)")
    }
}

/// `source`: carries out a script.
struct SourceCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "source",
        abstract: "Carry out the commands in a file, up to the first that fails.",
        helpNames: .long
    )
    static let subject = ShellSubject.file

    @Argument(help: "The file.")
    var file: String

    func perform(_ call: ShellCall) async throws {
        let content = try StandardInput.readFile(file)
        try await call.session.runScript(String(buffer: content), name: file.harmless)
    }
}

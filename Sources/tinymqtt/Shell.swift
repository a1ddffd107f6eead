import ArgumentParser
import MQTT
import NIOCore
import Synchronization

/// `tinymqtt shell`: a prompt for MQTT, and scripts of its commands.
struct Shell: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Work with brokers at a prompt.",
        discussion: """
            With a host it connects at once; behind the host stand options of the shell's command connect, such as -u. \
            Without a terminal, or with -c, commands are read as a script, which ends at the first that fails, with its \
            exit code. The command help lists all commands.
            """,
        helpNames: .long
    )

    @Option(
        name: [.customShort("c"), .customLong("command")],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Carry out commands, parted by semicolons, and end; may be given several times.",
            valueName: "commands"
        )
    )
    var commands: [String] = []

    @Flag(
        name: .long,
        help: "In a script, go on after a command that fails; the exit code is that of the last that did."
    )
    var keepGoing = false

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The broker to connect to, as host or host:port, and options of connect.", valueName: "host")
    )
    var connection: [String] = []

    /// The command that the words behind the options stand for.
    private var connectLine: String? {
        guard !connection.isEmpty else { return nil }
        return (["connect"] + connection.map { ShellWord.written($0) }).joined(separator: " ")
    }

    func run() async throws {
        StandardOutput.ignoreBrokenPipe()
        if commands.isEmpty, LineEditor.isPossible {
            await ShellPrompt(firstLine: connectLine).run()
        } else {
            let lines = [connectLine].compactMap { $0 } + commands
            let script = ShellScript(keepsGoing: keepGoing, readsInput: commands.isEmpty)
            let status = await script.run(lines)
            if status != 0 { throw ExitCode(status) }
        }
    }
}

/// A shell at a terminal.
struct ShellPrompt {
    /// What is carried out before anything is entered.
    let firstLine: String?

    func run() async {
        let session = LateSession()
        var configuration = LineEditor.Configuration(prompt: "tinymqtt> ")
        configuration.historyFile = LineHistory.file(named: "shell-history")
        configuration.isKept = { !Secrets.isSecret($0) }
        configuration.complete = { session.get?.complete($0) }
        configuration.onInterrupt = { session.get?.interrupt() }
        let editor = LineEditor(configuration)
        let shell = ShellSession(screen: ShellScreen(editor: editor))
        session.set(shell)
        editor.start()
        if let firstLine { await carryOut(firstLine, shell) }
        while !shell.isOver, let line = await editor.nextLine() {
            await carryOut(line, shell)
        }
        await shell.end()
        await editor.stop()
    }

    private func carryOut(_ line: String, _ shell: ShellSession) async {
        do {
            try await shell.runInterruptibly(line)
        } catch {
            shell.screen.tell((error as? ShellFailure)?.text ?? "\(error)")
        }
    }
}

/// A shell without a terminal.
struct ShellScript {
    let keepsGoing: Bool
    /// Whether the commands come from standard input.
    let readsInput: Bool

    /// Carries out lines, and then those of standard input; returns the exit code.
    func run(_ lines: [String]) async -> Int32 {
        let shell = ShellSession(screen: ShellScreen(editor: nil))
        let stop = Stop()
        let signals = Task {
            guard let number = await StopSignals().wait() else { return }
            stop.status.store(StopSignals.exitCode(of: number), ordering: .relaxed)
            shell.quit()
            shell.interrupt()
        }
        defer { signals.cancel() }
        var status: Int32 = 0
        do {
            for line in lines where !shell.isOver {
                status = try await carryOut(line, nil, shell, status)
            }
            if readsInput, !shell.isOver {
                var number = 0
                try await StandardInput.lines().forEach { line in
                    number += 1
                    guard !shell.isOver else { throw End(status: status) }
                    status = try await carryOut(String(buffer: line).withoutCarriageReturn, number, shell, status)
                }
            }
        } catch let end as End {
            // The caller of a script that a signal has cut short must not take it for one that is done.
            let stopped = stop.status.load(ordering: .relaxed)
            status = stopped == 0 ? end.status : stopped
        } catch {
            shell.screen.tell((error as? StandardInput.Failure)?.text ?? "\(error)")
            status = ExitStatus.usage.rawValue
        }
        await shell.end()
        return status
    }

    /// The exit code where a signal has ended the script; 0 while none has.
    private final class Stop: Sendable {
        let status = Atomic<Int32>(0)
    }

    /// The script is over.
    private struct End: Error {
        let status: Int32
    }

    private func carryOut(_ line: String, _ number: Int?, _ shell: ShellSession, _ status: Int32) async throws -> Int32
    {
        do {
            try await shell.runInterruptibly(line)
            if shell.isOver { throw End(status: status) }
            return status
        } catch let failure as ShellFailure {
            // A signal has ended it, and the command says nothing of its own.
            if shell.isOver { throw End(status: status) }
            let place = number.map { "line \($0): " } ?? ""
            shell.screen.tell(place + failure.text)
            guard keepsGoing else { throw End(status: failure.status) }
            return failure.status
        }
    }
}

import ArgumentParser
import MQTT

/// `messages`: shows what scrolled by.
struct MessagesCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages",
        abstract: "Look back at messages that have arrived.",
        discussion: "The last ten thousand are kept, within 32 MiB.",
        helpNames: .long,
        aliases: ["log"]
    )
    static let subject = ShellSubject.topic

    @Option(name: .customShort("n"), help: ArgumentHelp("How many to show at most.", valueName: "count"))
    var count = 20

    @Argument(help: "Of which topics; of all without it.")
    var filter: String?

    func perform(_ call: ShellCall) async throws {
        let matcher = try filter.map { try TopicMatcher($0) }
        let (entries, first) = call.session.desk.withLog { ($0.last(max(1, count), matching: matcher), $0.firstNumber) }
        let text = call.session.settings.text
        guard !entries.isEmpty else { return call.say("no such message has arrived, or is kept") }
        call.say(entries.map { text.lines($0) }.joined(separator: "\n"))
        if first > 1, entries.count < count { call.confirm("(messages before \(first) are not kept any more)") }
    }
}

/// `show`: shows a message whole.
struct ShowCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a message whole, by its number.",
        helpNames: .long
    )
    static let subject = ShellSubject.nothing

    @Flag(name: .long, help: "Show the bytes.")
    var hex = false

    @Flag(name: .long, help: "Show JSON in lines.")
    var json = false

    @Argument(help: "The number before the message; the last message without it.")
    var number: Int?

    func perform(_ call: ShellCall) async throws {
        let (entry, first, last) = call.session.desk.withLog { log in
            (log[number ?? log.totalCount], log.firstNumber, log.totalCount)
        }
        guard let entry else {
            throw ShellFailure(
                last == 0 ? "no message has arrived" : "there is no such message; \(first) to \(last) are kept"
            )
        }
        var text = call.session.settings.text
        if hex { text.style = .hex }
        if json { text.style = .json }
        text.maximumByteCount = 0
        call.say(text.lines(entry))
        guard entry.payload.count < entry.payloadByteCount else { return }
        call.session.screen.tell("only the first \(entry.payload.count) of \(entry.payloadByteCount) bytes are kept")
    }
}

/// `expect`: waits for a message.
struct ExpectCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "expect",
        abstract: "Wait for a message, and fail where none comes in time.",
        discussion: """
            Every message counts that has arrived behind the one that was expected last, also before this command; so \
            nothing is missed between two. Something has to be subscribed to.
            """,
        helpNames: .long
    )
    static let subject = ShellSubject.topic

    @Option(name: .customShort("W"), help: ArgumentHelp("How long to wait.", valueName: "seconds"))
    var timeout: Double = 5

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("Which topics, and the whole payload, if it matters.", valueName: "filter> <payload")
    )
    var words: [String]

    func validate() throws {
        guard timeout.isFinite, timeout >= 0, timeout < 1e9 else { throw ValidationError("-W is 0 or more seconds") }
    }

    func perform(_ call: ShellCall) async throws {
        guard let filter = words.first else { throw ShellFailure("no topic; write expect FILTER") }
        let matcher = try TopicMatcher(filter)
        let payload = words.count > 1 ? Array(words.dropFirst().joined(separator: " ").utf8) : nil
        let found = await call.session.desk.expect(within: .seconds(timeout)) { entry in
            matcher.matches(entry.topic) && (payload == nil || payload == entry.payload)
        }
        if let found {
            guard !call.session.settings.isQuiet else { return }
            return call.say("as expected: \(call.session.settings.text.lines(found))")
        }
        try Task.checkCancellation()
        let hasSubscriptions = call.session.connections.contains { !$0.subscriptions.isEmpty }
        let advice = hasSubscriptions ? "" : "; nothing is subscribed to, try: subscribe \(filter)"
        throw ShellFailure(
            "no message on \(words.joined(separator: " ").harmless) within \(timeout) s\(advice)",
            status: ExitStatus.timedOut.rawValue
        )
    }
}

/// `sleep`: waits.
struct SleepCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "sleep",
        abstract: "Wait for some time.",
        helpNames: .long
    )
    static let subject = ShellSubject.nothing

    @Argument(help: "How long.")
    var seconds: Double

    func validate() throws {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { throw ValidationError("sleep 0 or more seconds") }
    }

    func perform(_ call: ShellCall) async throws {
        try await Task.sleep(for: .seconds(seconds))
    }
}

/// `watch`: shows the last value of each topic in place.
struct WatchCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show the last value of each topic, in place, until Ctrl-C.",
        discussion: "Subscribes for as long as it runs, where there is no such subscription.",
        helpNames: .long
    )
    static let subject = ShellSubject.topic

    @Argument(help: "Which topics.")
    var filter: String

    func perform(_ call: ShellCall) async throws {
        guard let editor = call.session.screen.editor else {
            throw ShellFailure("watch needs a terminal; subscribe and topics do without")
        }
        let connection = try call.session.connection()
        let matcher = try TopicMatcher(filter)
        let isNew = !connection.subscriptions.contains { $0.filter == filter }
        if isNew {
            let result = try await connection.client.subscribe(filter)
            if let reason = result.outcomes.first?.reasonCode, reason.isFailure {
                throw ShellFailure(
                    "the broker refused the subscription to \(filter.harmless): \(reason)",
                    status: Int32(reason.rawValue)
                )
            }
            connection.add(filter, .atMostOnce)
        }
        connection.hide(matcher)
        await editor.withTerminalReleased {
            await TopicWatch(title: "\(filter.harmless) on \(connection.address)", matcher: matcher).run(
                call.session.desk
            )
        }
        connection.showAgain()
        guard isNew else { return }
        connection.remove(filter)
        let client = connection.client
        // The task that ran the command has been cancelled, by which it ended; the farewell is not to be.
        _ = try? await Task { try await client.unsubscribe([filter]) }.value
    }
}

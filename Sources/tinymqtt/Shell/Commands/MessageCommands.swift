import ArgumentParser
import MQTT
import NIOCore

/// `publish`: publishes a message.
struct PublishCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish a message.",
        discussion: """
            Everything behind the topic is the message, its words parted by one blank each; quotes keep blanks. A word that \
            begins with { or [ reaches to its closing bracket. A single word without quotes may be @FILE for the content of a \
            file, hex:… or base64:… for bytes.
            """,
        helpNames: .long,
        aliases: ["pub"]
    )
    static let subject = ShellSubject.topicAndMessage

    @Option(name: [.short, .long], help: ArgumentHelp("How surely it arrives: 0, 1 or 2.", valueName: "qos"))
    var qos: QoS?

    @Flag(name: [.short, .long], help: "Have the broker keep the message for those who subscribe later.")
    var retain = false

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The topic, and the message.", valueName: "topic> <message")
    )
    var words: [String]

    func perform(_ call: ShellCall) async throws {
        let content = try TopicAndPayload(words, call)
        let connection = try call.session.connection()
        let settings = call.session.settings
        let message = Message(
            topic: content.topic,
            payload: content.payload,
            qos: qos ?? settings.qos,
            retain: retain || settings.retains
        )
        let clock = ContinuousClock()
        let start = clock.now
        let result = try await connection.client.publish(message)
        let time = (clock.now - start).inMilliseconds
        guard !result.isFailure else {
            let reason = result.reasonString.map { ": \($0.harmless)" } ?? ""
            throw ShellFailure(
                "\(message.qos.acknowledgement) \(result.reasonCode)\(reason): the broker did not take the message",
                status: Int32(result.reasonCode.rawValue)
            )
        }
        call.session.desk.withBook { book in
            // What comes back counts then.
            book.enter(
                message.topic,
                payload: message.payload.readableBytesView,
                isRetained: message.retain,
                isNew: !connection.subscribes(to: message.topic)
            )
        }
        guard message.qos != .atMostOnce else {
            return call.confirm("sent to \(message.topic.harmless), \(message.payload.readableBytes) bytes, QoS 0")
        }
        call.confirm("\(message.qos.acknowledgement) \(result.reasonCode), \(message.topic.harmless), \(time)")
    }
}

extension QoS {
    /// The packet that ends the delivery to the broker.
    fileprivate var acknowledgement: String { self == .exactlyOnce ? "PUBCOMP" : "PUBACK" }
}

/// A topic, and the message behind it, as words of a command.
private struct TopicAndPayload {
    let topic: String
    let payload: ByteBuffer

    init(_ words: [String], _ call: ShellCall) throws {
        // Where nothing stands before the topic, two hyphens may end the options; they come along.
        var words = words[...]
        if words.first == "--" { words.removeFirst() }
        guard let topic = words.popFirst() else {
            throw ShellFailure("no topic; write \(call.words[0].text) TOPIC MESSAGE")
        }
        do {
            try checkTopic(topic, "the topic")
        } catch let error as ValidationError {
            throw ShellFailure(error.message.harmless)
        }
        self.topic = topic
        if words.count == 1, let word = words.first, call.words.last?.isPlain == true {
            payload = try Self.parse(word).read()
        } else {
            payload = ByteBuffer(string: words.joined(separator: " "))
        }
    }
}

extension TopicAndPayload {
    private static func parse(_ word: String) throws(ShellFailure) -> PayloadText {
        do throws(PayloadText.Problem) {
            return try PayloadText.parse(word)
        } catch {
            throw ShellFailure(error.text.harmless)
        }
    }
}

/// `request`: asks a question, and shows the answer.
struct RequestCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Publish a question, and show the answer to it.",
        discussion: "Needs MQTT 5, and somebody who answers to the question's response topic.",
        helpNames: .long,
        aliases: ["rr"]
    )
    static let subject = ShellSubject.topicAndMessage

    @Option(name: [.short, .long], help: ArgumentHelp("How surely the question arrives: 0, 1 or 2.", valueName: "qos"))
    var qos: QoS?

    @Option(name: .customShort("W"), help: ArgumentHelp("How long to wait for the answer.", valueName: "seconds"))
    var timeout: Double = 5

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The topic, and the question.", valueName: "topic> <message")
    )
    var words: [String]

    func validate() throws {
        guard timeout.isFinite, timeout >= 0, timeout < 1e9 else { throw ValidationError("-W is 0 or more seconds") }
    }

    func perform(_ call: ShellCall) async throws {
        let content = try TopicAndPayload(words, call)
        let connection = try call.session.connection()
        let clock = ContinuousClock()
        let start = clock.now
        let answer: ReceivedMessage
        do throws(MQTTClientError) {
            answer = try await connection.client.request(
                content.topic,
                content.payload,
                qos: qos ?? call.session.settings.qos,
                timeout: .seconds(timeout)
            )
        } catch {
            guard error.code == .timedOut else { throw error }
            let status = ExitStatus.timedOut.rawValue
            throw ShellFailure("nobody answered on \(content.topic.harmless) within \(timeout) s", status: status)
        }
        let time = (clock.now - start).inMilliseconds
        let entry = call.session.desk.receive([answer], connection: connection.name)
        call.say(entry.map { call.session.settings.text.lines($0) }.joined(separator: "\n"))
        call.confirm("answered in \(time)")
    }
}

/// `subscribe`: makes subscriptions.
struct SubscribeCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscribe",
        abstract: "Subscribe, and show what arrives.",
        discussion: """
            Behind > FILE, or | COMMAND, messages go there and not to the screen, until the subscription ends: each payload \
            and a line feed.
            """,
        helpNames: .long,
        aliases: ["sub"]
    )
    static let subject = ShellSubject.topic

    @Option(name: [.short, .long], help: ArgumentHelp("The highest QoS at which messages arrive.", valueName: "qos"))
    var qos: QoS?

    @Flag(name: [.short, .long], help: "With > or |: put the topic before each payload.")
    var verbose = false

    @Flag(name: .long, help: "Leave out what this connection publishes itself; needs MQTT 5.")
    var noLocal = false

    @Argument(help: "Which topics; + stands for one level, # at the end for all below.")
    var filters: [String]

    func perform(_ call: ShellCall) async throws {
        let connection = try call.session.connection()
        let qos = qos ?? call.session.settings.qos
        let route = try call.takeOutput().map { try makeRoute($0, connection, call) }
        if let route { connection.lead(route) }
        let clock = ContinuousClock()
        let start = clock.now
        let result: SubscribeResult
        do {
            result = try await connection.client.subscribe(
                filters.map { Subscription($0, maximumQoS: qos, noLocal: noLocal) }
            )
        } catch {
            // An earlier subscription to the same filter stands as it did.
            if let route { connection.drop(route) }
            throw error
        }
        let time = (clock.now - start).inMilliseconds
        for outcome in result.outcomes {
            let filter = outcome.topicFilter.harmless
            if let granted = outcome.grantedQoS, !outcome.isFailure {
                connection.add(outcome.topicFilter, granted)
                call.session.desk.withBook { $0.mention(outcome.topicFilter) }
                call.confirm("SUBACK granted QoS \(granted.rawValue), \(filter), \(time)")
            } else {
                call.session.screen.tell("SUBACK \(outcome.reasonCode), \(filter), \(time)")
            }
        }
        if let route, result.outcomes.allSatisfy(\.isFailure) { connection.drop(route) }
        if let refused = result.outcomes.first(where: \.isFailure) {
            throw ShellFailure(
                "the broker refused the subscription to \(refused.topicFilter.harmless): \(refused.reasonCode)",
                status: Int32(refused.reasonCode.rawValue)
            )
        }
    }

    private func makeRoute(
        _ output: ShellStep.Output,
        _ connection: ShellConnection,
        _ call: ShellCall
    ) throws -> MessageRoute {
        switch output {
        case .file(let path, let appends):
            let file = try OutputFile(path, appends: appends)
            return try MessageRoute(filters: filters, target: .file(file), place: path, hasTopics: verbose)
        case .command(let line):
            let command = try ChildCommand(line, hasInput: true, hasOutput: true)
            let route = try MessageRoute(
                filters: filters,
                target: .command(CommandFeed(command)),
                place: line,
                hasTopics: verbose
            )
            let screen = call.session.screen
            call.session.follow {
                await command.readOutput { screen.show($0.harmlessLines) }
                let status = await command.waitForEnd()
                if status != 0 { screen.tell("\(line.harmless) ended with exit code \(status)") }
                // Messages that nobody takes any more are shown again.
                connection.drop(route)
            }
            return route
        }
    }
}

/// `unsubscribe`: ends subscriptions.
struct UnsubscribeCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "unsubscribe",
        abstract: "End subscriptions.",
        helpNames: .long,
        aliases: ["unsub"]
    )
    static let subject = ShellSubject.topic

    @Argument(help: "The filters, as they were subscribed to.")
    var filters: [String]

    func perform(_ call: ShellCall) async throws {
        let connection = try call.session.connection()
        let clock = ContinuousClock()
        let start = clock.now
        let result = try await connection.client.unsubscribe(filters)
        let time = (clock.now - start).inMilliseconds
        for outcome in result.outcomes {
            if !outcome.isFailure { connection.remove(outcome.topicFilter) }
            call.confirm("UNSUBACK \(outcome.reasonCode), \(outcome.topicFilter.harmless), \(time)")
        }
        if let refused = result.outcomes.first(where: \.isFailure) {
            throw ShellFailure(
                "the broker did not end the subscription to \(refused.topicFilter.harmless): \(refused.reasonCode)",
                status: Int32(refused.reasonCode.rawValue)
            )
        }
    }
}

/// `subscriptions`: lists what is subscribed to.
struct SubscriptionsCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscriptions",
        abstract: "List the subscriptions of the connection.",
        helpNames: .long,
        aliases: ["subs"]
    )
    static let subject = ShellSubject.nothing

    func perform(_ call: ShellCall) async throws {
        let subscriptions = try call.session.connection().subscriptions
        guard !subscriptions.isEmpty else { return call.say("no subscriptions; make one with: subscribe FILTER") }
        call.say(subscriptions.map { "\($0.filter.harmless) (QoS \($0.qos.rawValue))" }.joined(separator: "\n"))
    }
}

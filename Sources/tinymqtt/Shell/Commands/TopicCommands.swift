import ArgumentParser
import MQTT
import NIOCore

/// `topics`: shows what is known of topics.
struct TopicsCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract: "Show the known topics as a tree, with counts and last values.",
        discussion: "Known is what was received, published, retained or written at the prompt. Asks nobody.",
        helpNames: .long,
        aliases: ["tree"]
    )
    static let subject = ShellSubject.topic

    @Option(name: .customShort("n"), help: ArgumentHelp("How many topics to show at most.", valueName: "count"))
    var count = 1_000

    /// More topics than anybody reads.
    private static let maximumCount = 1_000_000

    @Argument(help: "Which topics; all without it.")
    var filter: String?

    func validate() throws {
        guard 1...Self.maximumCount ~= count else { throw ValidationError("-n is 1 to \(Self.maximumCount)") }
    }

    func perform(_ call: ShellCall) async throws {
        let matcher = try filter.map { try TopicMatcher($0) }
        let found = call.session.desk.withBook { $0.topics(matching: matcher, limit: count + 1) }
        guard !found.isEmpty else { return call.say("no topics are known here; subscribe, or try: list") }
        var tree = TopicTreeText()
        for (topic, node) in found.prefix(count) {
            tree.add(topic, value: ValueText.of(node.value, byteCount: node.valueByteCount), count: node.messageCount)
        }
        call.say(tree.text + (found.count > count ? "… and more; -n COUNT shows more" : ""))
    }
}

/// `list`: asks the broker what it has retained.
struct ListCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Ask the broker for all retained values, and show them as a tree.",
        discussion: "A short connection of its own subscribes, and leaves when nothing more comes.",
        helpNames: .long,
        aliases: ["ls"]
    )
    static let subject = ShellSubject.topic

    @Argument(help: "Which topics.")
    var filter = "#"

    func perform(_ call: ShellCall) async throws {
        let result = try await call.look(filter)
        var tree = TopicTreeText()
        let messages = result.messages.map { ($0.topic.levels, $0) }
        for (_, message) in messages.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
            let beginning = Array(message.payload.readableBytesView.prefix(ValueText.maximumByteCount))
            let value = ValueText.of(beginning, byteCount: message.payload.readableBytes)
            tree.add(message.topic, value: value, count: nil)
        }
        call.say(result.messages.isEmpty ? "nothing is retained" : tree.text)
        if let shortfall = result.shortfall { call.session.screen.tell("this is not all: \(shortfall)") }
    }
}

extension ShellCall {
    /// Asks the broker what it has retained, on a short connection of its own.
    func look(_ filter: String) async throws -> RetainedLook.Result {
        let connection = try session.connection()
        let result = try await RetainedLook().run(filter, connection.configuration)
        if let reason = result.reason, reason.isFailure {
            throw ShellFailure(
                "the broker refuses a look at \(filter.harmless): \(reason)",
                status: Int32(reason.rawValue)
            )
        }
        session.desk.withBook { book in
            for message in result.messages { book.learn(message) }
        }
        return result
    }
}

/// `get`: shows the retained value of one topic.
struct GetCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show the retained value of a topic.",
        discussion: "The payload alone and whole; it fails where nothing is retained.",
        helpNames: .long
    )
    static let subject = ShellSubject.topic

    @Argument(help: "The topic, without wildcards.")
    var topic: String

    func perform(_ call: ShellCall) async throws {
        do {
            try checkTopic(topic, "the topic")
        } catch let error as ValidationError {
            throw ShellFailure(error.message.harmless)
        }
        guard let message = try await call.look(topic).messages.last else {
            throw ShellFailure(
                "nothing is retained for \(topic.harmless)",
                status: ExitStatus.nothingRetained.rawValue
            )
        }
        let text = call.session.settings.text
        call.say(text.whole(Array(message.payload.readableBytesView)))
    }
}

/// `clear-retained`: has the broker forget retained values.
struct ClearRetainedCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear-retained",
        abstract: "Have the broker forget retained messages, after a question.",
        helpNames: .long,
        aliases: ["clear"]
    )
    static let subject = ShellSubject.topic

    /// How many topics the question names.
    private static let namedCount = 5

    @Flag(name: [.short, .long], help: "Do not ask; without a terminal nobody can be asked.")
    var yes = false

    @Argument(help: "Which topics.")
    var filter: String

    func perform(_ call: ShellCall) async throws {
        let connection = try call.session.connection()
        let result = try await call.look(filter)
        let topics = result.messages.map(\.topic).sorted()
        guard !topics.isEmpty else { return call.say("nothing is retained for \(filter.harmless)") }
        let noun = topics.count == 1 ? "1 retained message" : "\(topics.count) retained messages"
        if !yes {
            guard let editor = call.session.screen.editor else {
                throw ShellFailure("\(noun) would be cleared; without a terminal to ask, say so with --yes")
            }
            let named = topics.prefix(Self.namedCount).map(\.harmless) + (topics.count > Self.namedCount ? ["…"] : [])
            editor.print(above: named.joined(separator: "\n"))
            let answer = await editor.ask("clear \(noun)? [y/N] ")?.lowercased()
            guard answer == "y" || answer == "yes" else { return call.say("nothing was cleared") }
        }
        var clearedCount = 0
        var failure: ReasonCode?
        for topic in topics {
            let message = Message(topic: topic, payload: ByteBuffer(), qos: .atLeastOnce, retain: true)
            let answer = try await connection.client.publish(message)
            if answer.isFailure { failure = answer.reasonCode } else { clearedCount += 1 }
            call.session.desk.withBook { $0.enter(topic, payload: [], isRetained: true, isNew: false) }
        }
        call.say("cleared \(clearedCount) of \(topics.count)")
        if let shortfall = result.shortfall { call.session.screen.tell("this was not all: \(shortfall)") }
        if let failure {
            throw ShellFailure("the broker refused to clear some: \(failure)", status: Int32(failure.rawValue))
        }
    }
}

/// Payloads in one line, for trees.
enum ValueText {
    /// How many bytes of a payload are looked at.
    static let maximumByteCount = 240
    private static let maximumCount = 60

    /// - Parameters:
    ///   - beginning: What is known of the payload.
    ///   - byteCount: The size of the whole.
    static func of(_ beginning: [UInt8], byteCount: Int) -> String {
        guard byteCount > 0 else { return "" }
        var end = beginning.count
        // Not in the middle of a character, where the payload is cut.
        if byteCount > beginning.count {
            while end > 0, beginning[end - 1] & 0xC0 == 0x80 { end -= 1 }
            if end > 0, beginning[end - 1] >= 0xC0 { end -= 1 }
        }
        guard !beginning.contains(0), let text = String(validating: beginning[..<end], as: UTF8.self) else {
            return "\(byteCount) bytes"
        }
        let line = text.harmless
        let isCut = line.count > maximumCount || byteCount > beginning.count
        return isCut ? "\(line.prefix(maximumCount))… (\(byteCount) bytes)" : line
    }
}

/// Topics as a tree of their levels, drawn with lines; they come in the order of their levels.
struct TopicTreeText {
    private struct Row {
        var depth: Int
        var label: String
    }

    private var rows: [Row] = []
    private var path: [String] = []

    /// Adds a topic.
    ///
    /// - Parameter count: How many messages it had; `nil` where that does not matter.
    mutating func add(_ topic: String, value: String, count: Int?) {
        let levels = topic.levels
        var common = 0
        while common < min(levels.count - 1, path.count), levels[common] == path[common] { common += 1 }
        for depth in common..<levels.count {
            var label = levels[depth].isEmpty ? "(empty)" : levels[depth].harmless
            if depth == levels.count - 1 {
                if !value.isEmpty { label += ": \(value)" }
                if let count { label += " (\(count))" }
            }
            rows.append(Row(depth: depth, label: label))
        }
        path = levels
    }

    /// The tree, a level a line.
    var text: String {
        // From below, as whether a line goes on depends on what comes later.
        var openDepths: Set<Int> = []
        var lines: [String] = []
        for row in rows.reversed() {
            var line = ""
            if row.depth > 0 {
                for depth in 1..<max(row.depth, 1) { line += openDepths.contains(depth) ? "│   " : "    " }
                line += openDepths.contains(row.depth) ? "├── " : "└── "
            }
            lines.append(line + row.label)
            openDepths = openDepths.filter { $0 < row.depth }
            openDepths.insert(row.depth)
        }
        return lines.reversed().joined(separator: "\n") + "\n"
    }
}

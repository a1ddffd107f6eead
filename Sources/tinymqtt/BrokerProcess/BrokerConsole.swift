import Dispatch
import MQTT

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The words that a running broker takes on its terminal.
struct BrokerConsole {
    /// What a word of the console has the broker do beside answering.
    enum Outcome {
        case goOn
        case stop
        case logLevel(LogLevel)
    }

    static let help = """
        help                     show these words
        clients                  who has a session, and where from
        subscriptions [client]   who gets what
        topics [filter]          the retained messages
        stats                    what $SYS tells
        kick CLIENT              end the connection of a client
        log-level LEVEL          debug, info, notice, warning or error
        stop                     stop the broker
        """

    let server: MQTTServer

    /// Reads lines from standard input where that is a terminal that this process may read from.
    static func read(into requests: BrokerRequests) {
        guard isatty(STDIN_FILENO) == 1, tcgetpgrp(STDIN_FILENO) == getpgrp() else { return }
        let add = requests.add
        DispatchQueue(label: "console").async {
            while let line = readLine() {
                add(.line(line))
            }
        }
    }

    /// Does what a line says, and prints the answer to standard error, where the log is.
    func perform(_ line: String) async -> Outcome {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        let argument = words.count > 1 ? words[1] : nil
        switch (words.first?.lowercased(), argument) {
        case (nil, _): return .goOn
        case ("help", _): printError(Self.help)
        case ("stop", _), ("quit", _), ("exit", _): return .stop
        case ("clients", _): await printClients()
        case ("subscriptions", let client): await printSubscriptions(of: client)
        case ("topics", let filter): await printTopics(filter ?? "#")
        case ("stats", _): await printStatistics()
        case ("kick", let client?):
            printError(await server.kick(client) ? "\(client) is disconnected" : "\(client) is not connected")
        case ("log-level", let level?):
            if let level = LogLevel(argument: level) { return .logLevel(level) }
            printError("\(level) is no level; there are debug, info, notice, warning and error")
        case ("kick", nil): printError("kick needs a client: kick CLIENT")
        case ("log-level", nil): printError("log-level needs a level: debug, info, notice, warning or error")
        case (let word?, _): printError("\(word) is not a word that the broker knows\n\(Self.help)")
        }
        return .goOn
    }

    private func printClients() async {
        let clients = await server.clients()
        for client in clients {
            let user = client.userName.map { ", user \($0)" } ?? ""
            let version = client.version.map { ", MQTT \($0)" } ?? ""
            printError(
                """
                \(client.clientIdentifier): \(client.address ?? "away")\(version)\(user), \
                \(client.subscriptionCount) subscriptions, \(client.queuedMessageCount) queued, \
                \(client.inFlightMessageCount) in flight
                """
            )
        }
        printCount(clients.count, "clients")
    }

    private func printSubscriptions(of client: String?) async {
        let subscriptions = await server.subscriptions(of: client)
        for subscription in subscriptions {
            printError(
                "\(subscription.topicFilter) QoS \(subscription.maximumQoS.rawValue): \(subscription.clientIdentifier)"
            )
        }
        printCount(subscriptions.count, "subscriptions")
    }

    private func printTopics(_ filter: String) async {
        let topics = await server.retainedMessages(matching: filter)
        for topic in topics {
            printError("\(topic.topic) (\(topic.payloadByteCount) bytes, QoS \(topic.qos.rawValue))")
        }
        printCount(topics.count, "retained messages")
    }

    private func printStatistics() async {
        let topics = await server.systemTopics()
        for topic in topics {
            printError("\(topic.topic) \(topic.value)")
        }
        if topics.isEmpty { printError("nothing yet: $SYS is brought up to date each sys_interval") }
    }

    /// The end of a list, which has a bound.
    private func printCount(_ count: Int, _ what: String) {
        let more = count >= MQTTServer.longestList ? ", and there may be more" : ""
        printError("\(count) \(what)\(more)")
    }

    /// The subscriptions and the retained messages, as SIGUSR2 asks for them.
    func printTree() async {
        await printSubscriptions(of: nil)
        await printTopics("#")
    }
}

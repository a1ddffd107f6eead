import Foundation
import Testing

@testable import MQTT
@testable import Support
@testable import tinymqtt

/// `tinymqtt bench` with brokers that deliver everything.
@Suite("tinymqtt bench", .timeLimit(.minutes(5)))
struct BenchCommandTests {
    /// The members of the result, in every scenario.
    private static let members: Set<String> = [
        "scenario", "broker", "version", "ok", "end", "topic", "qos", "size", "publishers", "subscribers",
        "connections",
        "rate", "window", "threads", "connected", "failed", "lost_connections", "connect_ms", "connect_rate", "sent",
        "acknowledged", "refused", "expected", "received", "lost", "duplicated", "out_of_order", "foreign", "in_rate",
        "out_rate", "connect_us", "acknowledge_us", "deliver_us", "late_us", "measured_ms", "processor_ms",
        "processor_percent",
    ]

    /// Runs a benchmark that ends by itself, with a result.
    private func bench(_ broker: RunningBroker, _ words: [String]) async throws -> JSONValue {
        let ended = try await ChildProcess.run(
            Peers.tinymqtt,
            ["bench"] + words + ["-h", "127.0.0.1", "-p", "\(broker.port)", "--json", "--stall", "60"]
        )
        #expect(ended.status == 0, "\(words): \(ended.errorText)")
        #expect(ended.errorText == "", "nothing is told where nobody sees it")
        let result = try JSONValue(parsing: ended.output)
        #expect(Set(result.members?.map(\.name) ?? []) == Self.members, "\(words)")
        #expect(result["scenario"]?.string == words[0])
        #expect(result["ok"]?.bool == true, "\(ended.text)")
        #expect(result["end"]?.string == "finished")
        for member in ["lost", "duplicated", "out_of_order", "refused", "foreign", "failed", "lost_connections"] {
            #expect(result[member]?.integer == 0, "\(words): \(member)")
        }
        return result
    }

    /// Every scenario that publishes, with how many clients there are and how many deliveries 150 messages of each
    /// publisher make.
    private static let scenarios: [(words: [String], publishers: Int, subscribers: Int, deliveries: Int?)] = [
        (["pairs", "--publishers", "3"], 3, 3, 450),
        (["pairs", "--publishers", "2", "--window", "1", "--size", "5000"], 2, 2, 300),
        (["fan-in", "--publishers", "4", "--subscribers", "2", "--threads", "2"], 4, 2, 1_200),
        (["fan-out", "--publishers", "2", "--subscribers", "5", "--window", "10"], 2, 5, 1_500),
        (["latency", "--rate", "3000", "--subscribers", "2"], 2, 2, 300),
        (["latency", "--rate", "3000", "--no-spin", "-V", "5"], 1, 1, 150),
        (["pub", "--publishers", "3"], 3, 0, nil),
        (["pairs", "--rate", "2000", "--publishers", "2", "-V", "5"], 2, 2, 300),
    ]

    @Test(
        "in every scenario everything arrives, once and in order",
        .enabled(if: Peers.hasMosquitto, "mosquitto is not installed"),
        arguments: RunningBroker.Kind.allCases
    )
    func scenarios(kind: RunningBroker.Kind) async throws {
        let broker = try await RunningBroker.start(kind)
        for scenario in Self.scenarios {
            for qos in 0...2 {
                let words = scenario.words + ["-q", "\(qos)", "-C", "150"]
                let result = try await bench(broker, words)
                let sent = scenario.publishers * 150
                #expect(result["sent"]?.integer == sent)
                #expect(result["acknowledged"]?.integer == (qos == 0 ? nil : sent))
                #expect(result["expected"]?.integer == scenario.deliveries)
                #expect(result["received"]?.integer == scenario.deliveries ?? 0)
                #expect(result["connected"]?.integer == scenario.publishers + scenario.subscribers)
                #expect(result["deliver_us"]?["count"]?.integer == scenario.deliveries)
                let isAcknowledgementMeasured = scenario.deliveries == nil && qos > 0
                #expect(result["acknowledge_us"]?["count"]?.integer == (isAcknowledgementMeasured ? sent : nil))
                #expect(result["late_us"]?["count"]?.integer == (scenario.words.contains("--rate") ? sent : nil))
                let figures = try #require(result[scenario.deliveries == nil ? "connect_us" : "deliver_us"]?.members)
                let times = figures.dropFirst().compactMap { $0.value.number }
                #expect(times.count == 5)
                #expect(times == times.sorted(), "percentiles rise")
            }
        }
        _ = try await broker.stop()
    }

    @Test("connections are made, and held or not")
    func connections() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        for words in [[], ["--hold", "0.05", "--threads", "2"]] {
            let result = try await bench(broker, ["connections", "--connections", "120", "--parallel", "7"] + words)
            #expect(result["connected"]?.integer == 120)
            #expect(result["connect_us"]?["count"]?.integer == 120)
        }
        _ = try await broker.stop()
    }

    @Test("one counts what another sends, and what other programs send")
    func otherSenders() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        async let counted = bench(broker, ["sub", "--subscribers", "3", "-C", "200", "-t", "load/#", "-q", "1"])
        try await broker.waitForSubscriptions(3)
        _ = try await bench(broker, ["pub", "--publishers", "2", "-C", "100", "-t", "load", "-q", "1"])
        let result = try await counted
        #expect(result["received"]?.integer == 600)
        #expect(result["expected"] == .null)

        let others = try ChildProcess(
            Peers.tinymqtt,
            [
                "bench", "sub", "--subscribers", "1", "-C", "2", "-t", "x", "-h", "127.0.0.1", "-p", "\(broker.port)",
                "--json",
            ]
        )
        try await broker.waitForSubscriptions(4)
        let published = try await ChildProcess.run(
            Peers.tinymqtt,
            ["pub", "-h", "127.0.0.1", "-p", "\(broker.port)", "-t", "x", "-m", "hi", "--repeat", "2"]
        )
        #expect(published.status == 0)
        let ended = try await others.waitForEnd()
        #expect(ended.status == 0)
        #expect(try JSONValue(parsing: ended.output)["foreign"]?.integer == 2)
        _ = try await broker.stop()
    }

    @Test("the summary is a table for people")
    func table() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let ended = try await ChildProcess.run(
            Peers.tinymqtt,
            ["bench", "fan-out", "-C", "10", "--subscribers", "3", "-h", "127.0.0.1", "-p", "\(broker.port)"]
        )
        #expect(ended.status == 0)
        let lines = ended.lines
        #expect(
            lines.first
                == "fan-out at 127.0.0.1:\(broker.port) with MQTT 3.1.1: 1 publisher, 3 subscribers, QoS 0, 64 bytes"
        )
        #expect(lines.contains { $0.hasPrefix("received       30 of 30, ") })
        #expect(lines.contains("lost           0, duplicated 0, out of order 0"))
        #expect(lines.contains { $0.hasPrefix("deliver   ") && $0.split(separator: " ").count == 6 })
        _ = try await broker.stop()
    }

    @Test(
        "a signal ends it early, with the summary so far; what is on its way still arrives",
        arguments: [SIGINT, SIGTERM]
    )
    func signal(number: Int32) async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let place = ["-h", "127.0.0.1", "-p", "\(broker.port)", "-t", "load"]
        let bench = try ChildProcess(
            Peers.tinymqtt,
            ["bench", "pairs", "--publishers", "2", "--duration", "3600", "-q", "1", "--json"] + place
        )
        let witness = try await ChildProcess.run(
            Peers.tinymqtt,
            ["sub", "-h", "127.0.0.1", "-p", "\(broker.port)", "-t", "load/#", "-C", "10", "-N"]
        )
        #expect(witness.status == 0)
        bench.send(signal: number)
        let ended = try await bench.waitForEnd()
        #expect(ended.status == 128 + number)
        let result = try JSONValue(parsing: ended.output)
        #expect(result["end"]?.string == "signal")
        #expect(result["ok"]?.bool == false)
        let sent = try #require(result["sent"]?.integer)
        #expect(sent > 0)
        #expect(result["received"]?.integer == sent)
        #expect(result["acknowledged"]?.integer == sent)
        #expect(result["lost"]?.integer == 0)
        _ = try await broker.stop()
    }

    @Test("a signal is how sub ends")
    func signalOfSub() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let place = ["-h", "127.0.0.1", "-p", "\(broker.port)"]
        let bench = try ChildProcess(Peers.tinymqtt, ["bench", "sub", "-d"] + place)
        // What the broker knows of may not have been told to the subscribers yet.
        try await bench.wait(for: "10 SUBACKs") { $0.errorText.components(separatedBy: "SUBACK").count > 10 }
        bench.send(signal: SIGTERM)
        let ended = try await bench.waitForEnd()
        #expect(ended.status == 0, "\(ended.errorText)")
        #expect(ended.text.contains("received       0, 0/s"))
        _ = try await broker.stop()
    }

    @Test("a signal while clients are on their way to a broker that says nothing is no failure of theirs")
    func signalWhileConnecting() async throws {
        let silent = try await ScriptedServer.start()
        let bench = try ChildProcess(Peers.tinymqtt, ["bench", "sub", "-h", "127.0.0.1", "-p", "\(silent.port)"])
        for _ in 0..<10 {
            guard case .connect = try await silent.accept().receive() else {
                Issue.record("no CONNECT")
                return
            }
        }
        bench.send(signal: SIGTERM)
        let ended = try await bench.waitForEnd()
        #expect(ended.status == 128 + SIGTERM)
        #expect(ended.errorText == "")
    }

    @Test("a person sees how far it has come, and Ctrl-C ends it")
    func terminal() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let terminal = try TerminalProcess(
            Peers.tinymqtt,
            ["bench", "pairs", "--duration", "3600", "-h", "127.0.0.1", "-p", "\(broker.port)"]
        )
        try await terminal.waitForText("/s in")
        try await terminal.waitForText(" on their way")
        try terminal.type("\u{3}")
        try await terminal.waitForText("own processor")
        #expect(try await terminal.waitForEnd().status == 130)
        _ = try await broker.stop()
    }
}

extension JSONValue {
    /// The number, with a fraction.
    fileprivate var number: Double? {
        if case .number(let text) = self { Double(text) } else { nil }
    }
}

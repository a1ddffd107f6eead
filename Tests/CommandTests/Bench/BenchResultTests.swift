import ArgumentParser
import Synchronization
import Testing

@testable import MQTT
@testable import tinymqtt

/// What a benchmark plans, tells, and returns.
@Suite("The plan and the result of a benchmark")
struct BenchResultTests {
    private static func plan(_ scenario: BenchScenario, _ words: String = "") throws -> BenchPlan {
        try LoadOptions.parse(words.split(separator: " ").map(String.init)).plan(scenario, inFlightCount: 20)
    }

    /// A result in which each of ten publishers has sent ten messages, and all have arrived.
    private static func result(_ words: String = "-C 10", _ scenario: BenchScenario = .pairs) throws -> BenchResult {
        let address = ServerAddress.host("broker.example", port: 1_883)
        var result = BenchResult(plan: try plan(scenario, words), version: .v3_1_1, address: address)
        result.connectedCount = result.plan.clientCount
        result.tally.sent = 100
        result.tally.sentMeasured = 100
        result.tally.receivedMeasured = 100
        result.tally.deliveries.received = 100
        result.tally.acknowledged = result.plan.qos == .atMostOnce ? 0 : 100
        result.measuredTime = 2_000_000_000
        result.wallTime = 4_000_000_000
        result.processorTime = 1_000_000_000
        return result
    }

    // MARK: The plan

    @Test("a subscriber is not further behind than brokers keep for it, whatever the scenario")
    func windows() throws {
        let cases: [(BenchScenario, String, Int)] = [
            (.pairs, "", 1_000), (.pairs, "-q 1", 400), (.fanOut, "", 1_000), (.fanIn, "", 100), (.fanIn, "-q 2", 40),
            (.fanIn, "--publishers 5000", 1), (.pairs, "--size 1048576", 2), (.pairs, "--window 7", 7),
        ]
        for (scenario, words, window) in cases {
            #expect(try Self.plan(scenario, words).window == window, "\(scenario) \(words)")
        }
        #expect(try Self.plan(.latency).sendWindow == nil, "an open loop has none")
        #expect(try Self.plan(.publish).sendWindow == nil)
    }

    @Test("who gets what: the filters match the topics of exactly the publishers that are expected")
    func topics() throws {
        for scenario in [BenchScenario.pairs, .fanIn, .fanOut, .latency] {
            let plan = try Self.plan(scenario, "--subscribers 3 --publishers 3 -t load")
            for subscriber in 0..<3 {
                let matcher = try TopicMatcher(plan.filter(ofSubscriber: subscriber))
                let matching = (0..<3).filter { matcher.matches(plan.topic(ofPublisher: $0)) }
                #expect(matching == Array(plan.publishers(ofSubscriber: subscriber)), "\(scenario)")
            }
            let copies = (0..<3).filter { plan.publishers(ofSubscriber: $0).contains(0) }.count
            #expect(plan.receiverCount == copies)
        }
        #expect(try Self.plan(.pairs).topic != Self.plan(.pairs).topic, "each run has topics of its own")
    }

    @Test("nothing is measured before the warm-up is over, nor sent after the end")
    func timeline() throws {
        let timeline = BenchTimeline(try Self.plan(.pairs, "--warm-up 2 --duration 0.5"), start: 1_000)
        #expect(timeline.measureStart == 2_000_001_000)
        #expect(!timeline.isOver(at: 2_500_000_999))
        #expect(timeline.isOver(at: 2_500_001_000))
        #expect(!BenchTimeline(try Self.plan(.pairs, "-C 5"), start: 0).isOver(at: .max))
    }

    // MARK: The exit code

    private static func status(_ result: BenchResult) -> (status: Int32, told: [String]) {
        var report = ClientReport(
            program: .tinymqtt,
            command: "bench",
            address: result.address,
            version: result.version,
            isQuiet: false
        )
        let lines = Lines()
        report.destination = { lines.append($0) }
        return (result.status(report), lines.all)
    }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func append(_ line: String) { lines.withLock { $0.append(line) } }
    }

    @Test("where everything has arrived the exit code is 0, and nothing is told")
    func success() throws {
        for words in ["-C 10", "-C 10 -q 1"] {
            let result = try Self.result(words)
            #expect(result.addsUp)
            #expect(Self.status(result).status == 0)
            #expect(Self.status(result).told == [])
            #expect(result.json["ok"]?.bool == true)
        }
    }

    @Test("each trouble has its exit code")
    func troubles() throws {
        let troubles: [(status: Int32, make: (inout BenchResult) -> Void)] = [
            (46, { $0.tally.deliveries.received -= 1 }),
            (46, { $0.tally.deliveries.duplicated += 1 }),
            (46, { $0.tally.deliveries.outOfOrder += 1 }),
            // One lost and one twice are as many as were sent, and are not all right.
            (46, { $0.tally.deliveries = SequenceLedger.Totals(received: 100, duplicated: 1) }),
            (46, { $0.tally.acknowledged -= 1 }),
            (27, { $0.end = .stalled }),
            (130, { $0.end = .signal(2) }),
            (135, { $0.end = .refused(topicFilter: "a", .notAuthorized) }),
            (7, { $0.end = .failed(MQTTClientError(.connectionLost)) }),
            (14, { $0.failure = MQTTClientError(.connectionRefused) }),
            (151, Self.refuse),
        ]
        for (index, trouble) in troubles.enumerated() {
            var result = try Self.result("-C 10 -q 1")
            trouble.make(&result)
            let outcome = Self.status(result)
            #expect(outcome.status == trouble.status, "trouble \(index)")
            #expect(outcome.told.count == (trouble.status == 130 ? 0 : 1), "trouble \(index)")
            #expect(result.json["ok"]?.bool == false, "trouble \(index)")
        }
    }

    /// A message is refused, and so arrives nowhere: nothing is lost.
    private static func refuse(_ result: inout BenchResult) {
        result.tally.refuse("a", .quotaExceeded)
        result.tally.acknowledged -= 1
        result.tally.deliveries.received -= 1
        #expect(result.addsUp)
    }

    @Test("sub ends with a signal, or falls short of what was asked for")
    func subscribing() throws {
        var result = try Self.result("", .subscribe)
        result.tally.sent = 0
        result.end = .signal(15)
        #expect(Self.status(result).status == 0)
        #expect(result.json["ok"]?.bool == true)
        result.end = nil
        result.tally.deliveries.missing = 1
        #expect(Self.status(result).status == 46)
        var short = try Self.result("-C 11 --duration 1", .subscribe)
        short.tally.sent = 0
        #expect(Self.status(short).status == 27)
        short.tally.foreign = 10
        #expect(Self.status(short).status == 0, "other people's messages count")
    }

    @Test("connections that are missing do not add up")
    func connections() throws {
        var result = try Self.result("--connections 5", .connections)
        result.tally = BenchTally()
        #expect(result.addsUp)
        result.lostConnectionCount = 1
        #expect(Self.status(result).status == 46)
    }

    // MARK: What is told

    @Test("rates are those of the measured time")
    func rates() throws {
        let result = try Self.result()
        #expect(result.sendRate == 50)
        #expect(result.receiveRate == 50)
        #expect(result.processorPercent == 25)
        #expect(result.json["out_rate"]?.integer == 50)
        var empty = result
        (empty.measuredTime, empty.wallTime) = (0, 0)
        #expect((empty.sendRate, empty.processorPercent) == (0, 0))
    }

    @Test("percentiles have three right digits, also of lanes together")
    func percentiles() throws {
        var (first, second) = (TimeHistogram(), TimeHistogram())
        #expect(first.figures == nil)
        for microsecond in UInt64(1)...1_000 {
            if microsecond.isMultiple(of: 2) {
                first.record(microsecond * 1_000)
            } else {
                second.record(microsecond * 1_000)
            }
        }
        // Longer than what is told apart: it counts as the longest.
        second.record(.max)
        first.add(second)
        let figures = try #require(first.figures)
        #expect(figures.count == 1_001)
        for (time, expected) in zip(figures.percentiles, [501_000.0, 901_000, 991_000, 1_000_000]) {
            #expect(abs(Double(time) - expected) <= expected / 500)
        }
        #expect(figures.longest == 3_600_000_000_000)
        #expect(figures.json["p99_9"] != nil && figures.json["max"] == .number("3600000000.0"))
        #expect(TimeFigures.microseconds(1_250) == "1.3")
        #expect(TimeFigures.milliseconds(1_250_000) == "1.3")
    }

    @Test("a person sees clients come, and then messages in and out")
    func progress() throws {
        var line = BenchProgressLine(try Self.plan(.fanOut, "--subscribers 3 -q 1"))
        let connecting = BenchControl.Progress(connected: 2)
        #expect(line.line(connecting, after: .seconds(1), elapsed: .seconds(1)) == "1 s  2 of 4 connected")
        let first = BenchControl.Progress(connected: 4, sent: 100, received: 250)
        #expect(
            line.line(first, after: .seconds(2), elapsed: .seconds(3)) == "3 s  50/s in  125/s out  50 on their way"
        )
        var publishing = BenchProgressLine(try Self.plan(.publish, "--publishers 1 -q 1"))
        let second = BenchControl.Progress(connected: 1, sent: 30, acknowledged: 20)
        #expect(
            publishing.line(second, after: .seconds(1), elapsed: .seconds(9)) == "9 s  30/s in  10 without an answer"
        )
    }
}

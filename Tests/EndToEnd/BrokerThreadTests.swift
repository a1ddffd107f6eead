import Foundation
import Testing

@testable import Support

/// `tinymqtt broker --threads`: to other people's clients, several threads are one broker.
@Suite("Threads of the broker", .serialized)
struct BrokerThreadTests {
    @Test("--threads and the option threads say how many there are; a store has one, and the log says so")
    func configuration() async throws {
        let open = "listener 0 127.0.0.1\nallow_anonymous true\nlog_type all\nthreads 3\n"
        let configured = try await ConfiguredBroker.start(open)
        try await configured.process.waitForError("threads that share the work: 3")
        #expect(try await configured.stop().status == 0)
        let overridden = try await ConfiguredBroker.start(open, arguments: ["--threads", "2"])
        try await overridden.process.waitForError("threads that share the work: 2")
        #expect(try await overridden.stop().status == 0)
        let durable = try await ConfiguredBroker.start(open + "persistence true\npersistence_location @\n")
        try await durable.process.waitForError("threads that share the work: 1")
        try await durable.process.waitForError("a broker with a store has one thread: the 3 that were asked for")
        #expect(try await durable.stop().status == 0)
    }

    @Test(
        "a process that is bound to one core has one thread",
        .enabled(if: Peers.path(of: "taskset") != nil, "taskset is not installed")
    )
    func bound() async throws {
        // Any of the cores that this process may use.
        let allowed = try await ChildProcess.run("taskset", ["-c", "-p", "\(getpid())"])
        let list = try #require(allowed.text.split(separator: ": ").last)
        let core = String(list.prefix(while: \.isNumber))
        let broker = ["broker", "--host", "127.0.0.1", "-p", "0", "--log-level", "info"]
        let process = try ChildProcess("taskset", ["-c", core, Peers.tinymqtt] + broker)
        try await process.waitForError("threads that share the work: 1\n")
        process.send(signal: SIGTERM)
        #expect(try await process.waitForEnd().status == 0)
    }

    @Test("a number of threads that cannot be is refused", arguments: ["0", "65", "-1", "many"])
    func wrong(threads: String) async throws {
        let ended = try await ChildProcess.run(Peers.tinymqtt, ["broker", "--threads", threads])
        #expect(ended.status != 0)
        #expect(ended.errorText.contains("--threads"), "\(ended.errorText)")
    }

    @Test(
        "streams of mosquitto's clients come complete and in order",
        .enabled(if: Peers.hasMosquitto, "mosquitto is not installed"),
        arguments: [0, 1, 2]
    )
    func streams(qos: Int) async throws {
        let count = 5_000
        let broker = try await RunningBroker.start(.tinymqtt, arguments: ["--threads", "2"])
        // Connections go to the threads in turn: of two subscribers one has another thread than the publisher.
        let options = ["-p", "\(broker.port)", "-q", "\(qos)"]
        let subscribers = try (0..<2).map { _ in
            try ChildProcess("mosquitto_sub", options + ["-t", "n/#", "-C", "\(count)"])
        }
        try await broker.waitForSubscriptions(2)
        let lines = (1...count).map { "\($0)\n" }.joined()
        let sent = try await ChildProcess.run("mosquitto_pub", options + ["-t", "n/1", "-l"], input: lines)
        #expect(sent.status == 0, "\(sent.errorText)")
        for subscriber in subscribers {
            let received = try await subscriber.waitForEnd()
            #expect(received.lines.map(String.init) == (1...count).map(String.init))
        }
        #expect(try await broker.stop().status == 0)
    }

    @Test(
        "SIGHUP while messages come loses none of them, and SIGTERM ends it in the midst of them",
        .enabled(if: Peers.hasMosquitto, "mosquitto is not installed")
    )
    func signals() async throws {
        let lines = """
            listener 0 127.0.0.1
            allow_anonymous true
            max_queued_messages 0
            log_type notice
            log_type information
            log_type subscribe

            """
        let broker = try await ConfiguredBroker.start(lines, arguments: ["--threads", "2"])
        let options = ["-p", "\(broker.port)", "-q", "1", "-t", "t"]
        let subscriber = try ChildProcess(Peers.tinymqtt, ["sub"] + options)
        try await broker.process.waitForError("subscribed to t")
        let publishers = try (0..<2).map { _ in
            try ChildProcess(Peers.tinymqtt, ["pub"] + options + ["-l"], takesInput: true)
        }
        for number in 0..<5 {
            for publisher in publishers {
                try publisher.write((0..<200).map { "\(number) \($0)\n" }.joined())
            }
            if number == 0 { try await subscriber.wait(for: "the first messages") { $0.lines.count > 10 } }
            try await broker.reload()
        }
        try await subscriber.wait(for: "2,000 messages") { $0.lines.count >= 2_000 }
        for publisher in publishers { try publisher.write(String(repeating: "more\n", count: 5_000)) }
        #expect(try await broker.stop().status == 0)
        // They would wait for the broker to come back.
        for client in publishers + [subscriber] {
            client.send(signal: SIGKILL)
            _ = try await client.waitForEnd()
        }
    }
}

import Foundation
import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// What `tinymqtt pub` reads and `tinymqtt sub` writes beyond what mosquitto's clients do.
@Suite("Messages in and out of tinymqtt", .timeLimit(.minutes(2)))
struct ClientInputTests {
    /// Runs `body` with a broker and the options that lead to it.
    private func withBroker(_ body: (RunningBroker, [String]) async throws -> Void) async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        try await body(broker, ["-h", "127.0.0.1", "-p", "\(broker.port)"])
        #expect(try await broker.stop().status == 0)
    }

    private func run(_ words: [String], input: String? = nil) async throws -> ChildProcess.Transcript {
        try await ChildProcess.run(Peers.tinymqtt, words, input: input)
    }

    @Test("--payload takes hex:, base64:, @file and text:, and says what is wrong with one")
    func payloads() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("of\na file", to: "payload")
        try await withBroker { _, options in
            let cases = [
                ("hex:00fF10", "00ff10"), ("base64:AP8=", "00ff"), ("@\(file)", "6f660a612066696c65"),
                ("text:hex:00", "6865783a3030"), ("plain", "706c61696e"),
            ]
            for (payload, digits) in cases {
                #expect(
                    try await run(["pub"] + options + ["-t", "p", "--payload", payload, "-r", "-q", "1"]).status == 0
                )
                #expect(try await run(["get", "p"] + options + ["-F", "%x"]).text == digits + "\n", "\(payload)")
            }
            for payload in ["hex:0", "hex:zz", "base64:?", "@/no/such", "@"] {
                let ended = try await run(["pub"] + options + ["-t", "p", "--payload", payload])
                #expect(ended.status == 1)
                #expect(ended.errorText.hasPrefix("tinymqtt pub: "))
            }
        }
    }

    @Test("bytes that are no UTF-8 stay as they are in a payload, and are refused in a topic")
    func otherEncodings() async throws {
        try await withBroker { broker, options in
            // The shell writes the byte into the command line.
            let words = ([Peers.tinymqtt, "pub"] + options).joined(separator: " ")
            let script =
                "\(words) -t p -r -q 1 -m \"$(printf 'a\\377b')\"; \(words) -m x -t \"$(printf 'a\\377b')\"; echo $?"
            let ended = try await ChildProcess.run("/bin/sh", ["-c", script])
            #expect(ended.text == "1\n")
            #expect(ended.errorText.contains("not in UTF-8"))
            #expect(try await run(["get", "p"] + options + ["-F", "%x"]).text == "61ff62\n")
        }
    }

    @Test("of several words that are no UTF-8 each keeps its own bytes, also those of an options file")
    func severalEncodings() async throws {
        let server = try await ScriptedServer.start(version: .v3_1_1)
        // The quick way, the long way, which alone knows --repeat, and a file of options.
        for extra in ["-m \"$(printf '\\366')\"", "-m \"$(printf '\\366')\" --repeat 1", "-o options"] {
            let folder = try TemporaryFolder()
            let script = """
                cd \(folder.path) && printf -- '-m \\366\\n' > options
                exec \(Peers.tinymqtt) pub -h 127.0.0.1 -p \(server.port) -u me -P "$(printf '\\344')" -t t -q 1 \(extra)
                """
            let client = try ChildProcess("/bin/sh", ["-c", script])
            let accepted = try await server.acceptClient()
            let peer = accepted.peer
            guard case .connect(let connect) = accepted.connect, case .publish(let publish) = try await peer.receive()
            else {
                Issue.record("no PUBLISH")
                return
            }
            #expect(connect.password.map(Array.init) == [0xE4])
            #expect(Array(publish.payloadBuffer.readableBytesView) == [0xF6], "\(extra)")
            #if os(Linux)
            let line = try Data(contentsOf: URL(filePath: "/proc/\(client.processIdentifier)/cmdline"))
            #expect(!line.contains(0xE4), "\(extra)")
            #endif
            peer.send(.puback(Acknowledgement(packetIdentifier: publish.packetIdentifier)))
            #expect(try await client.waitForEnd().status == 0)
        }
    }

    @Test("an options file that can be read only once is read only once")
    func optionsFromPipe() async throws {
        try await withBroker { _, options in
            // The quick way knows no --repeat.
            let words = ["pub"] + options + ["-o", "/dev/stdin", "-t", "p", "-q", "1", "--repeat", "1"]
            let ended = try await run(words, input: "-r\n-m hello\n")
            #expect(ended.status == 0, "\(ended.errorText)")
            #expect(try await run(["get", "p"] + options).text == "hello\n")
        }
    }

    @Test("a payload that can be read only once is sent again whole after the connection was lost")
    func payloadFromPipe() async throws {
        let server = try await ScriptedServer.start(version: .v3_1_1)
        let words = ["pub", "-h", "127.0.0.1", "-p", "\(server.port)", "-t", "p", "-q", "1", "-f", "/dev/stdin"]
        async let publishing = run(words, input: "hello")
        for isLost in [true, false] {
            let peer = try await server.acceptClient().peer
            guard case .publish(let publish) = try await peer.receive() else {
                Issue.record("no PUBLISH")
                return
            }
            #expect(String(buffer: publish.payloadBuffer) == "hello")
            if isLost {
                peer.close()
            } else {
                peer.send(.puback(Acknowledgement(packetIdentifier: publish.packetIdentifier)))
            }
        }
        #expect(try await publishing.status == 0)
    }

    @Test("lines before one that the client refuses arrive, and the line is named")
    func refusedLine() async throws {
        try await withBroker { _, options in
            let session = ["sub"] + options + ["-i", "s", "-c", "-q", "1", "-t", "a/+"]
            #expect(try await run(session + ["-E"]).status == 0)
            // The properties need MQTT 5.
            let properties = #","properties":{"content_type":"a"}"#
            let lines = [("b", "one", ""), ("c", "two", ""), ("d", "three", properties)].map { topic, payload, rest in
                "{\"topic\":\"a/\(topic)\",\"payload\":\"\(payload)\"\(rest)}\n"
            }
            let words = ["pub"] + options + ["-V", "311", "-l", "-q", "2", "--json"]
            let ended = try await run(words, input: lines.joined())
            #expect(ended.status == 1)
            #expect(ended.errorText.contains("line 3: "), "\(ended.errorText)")
            #expect(try await run(session + ["-C", "2"]).text == "one\ntwo\n")
        }
    }

    @Test("what sub --json writes, pub -l --json publishes as it was, binary payloads too")
    func json() async throws {
        try await withBroker { broker, options in
            let session = ["sub"] + options + ["-V", "5", "-i", "s", "-c", "-q", "1", "-t", "j/#", "--json"]
            #expect(try await run(session + ["-E"]).status == 0)
            let common = ["pub"] + options + ["-V", "5", "-q", "1"]
            for payload in ["text:\"quoted\" ünï\n", "hex:00ff", "text:"] {
                let words = ["-t", "j/a", "--payload", payload, "-D", "publish", "user-property", "k", "v"]
                let binary = ["-D", "publish", "correlation-data", "hex:ff00", "-D", "publish", "content-type", "t"]
                #expect(try await run(common + words + binary).status == 0)
            }
            let first = try await run(session + ["-C", "3"])
            #expect(first.lines.count == 3)
            #expect(first.lines[1].contains("\"payload_b64\""))
            let sent = try await run(common + ["-l", "--json"], input: first.text)
            #expect(sent.status == 0, "\(sent.errorText)")
            let second = try await run(session + ["-C", "3"])
            func withoutWhen(_ lines: [Substring]) throws -> [NSDictionary] {
                try lines.map { line in
                    let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                    // The time is another each time.
                    return object.filter { $0.key != "received_at" } as NSDictionary
                }
            }
            let (before, after) = (try withoutWhen(first.lines), try withoutWhen(second.lines))
            #expect(before == after)
            let wrong = try await run(common + ["-l", "--json"], input: first.text + "{\"topic\":\n")
            #expect(wrong.status == 1)
            #expect(wrong.errorText.contains("line 4"))
        }
    }

    @Test("--split finds a topic on each line, and names the line where there is none")
    func split() async throws {
        try await withBroker { _, options in
            let session = ["sub"] + options + ["-i", "s", "-c", "-q", "1", "-t", "#", "-v"]
            #expect(try await run(session + ["-E"]).status == 0)
            let lines = "a/b: one\nc:  two: three\n"
            #expect(try await run(["pub"] + options + ["-l", "-q", "1", "--split", ": "], input: lines).status == 0)
            #expect(try await run(session + ["-C", "2"]).text == "a/b one\nc  two: three\n")
            let wrong = try await run(["pub"] + options + ["-l", "--split", ": "], input: "a: b\nnothing\n")
            #expect(wrong.status == 1)
            #expect(wrong.errorText.contains("line 2"))
        }
    }

    @Test("--sub gives a filter a QoS of its own")
    func ownQoS() async throws {
        try await withBroker { broker, options in
            let subscriber = try ChildProcess(
                Peers.tinymqtt,
                ["sub"] + options + ["--sub", "a=0", "--sub", "b=1", "-t", "c", "-q", "2", "-F", "%t%q", "-C", "3"]
            )
            try await broker.waitForSubscriptions(3)
            for topic in ["a", "b", "c"] {
                #expect(try await run(["pub"] + options + ["-t", topic, "-m", "x", "-q", "2"]).status == 0)
            }
            #expect(Set(try await subscriber.waitForEnd().lines) == ["a0", "b1", "c2"])
            for wrong in ["a", "a=3", "a=", "a#=1"] {
                #expect(try await run(["sub"] + options + ["--sub", wrong, "-E"]).status == 1)
            }
        }
    }

    @Test("--exec runs a command for each message, with --jobs several at a time, and its failure is told")
    func commands() async throws {
        let folder = try TemporaryFolder()
        try await withBroker { _, options in
            let session = ["sub"] + options + ["-i", "s", "-c", "-q", "1", "-t", "e/#"]
            #expect(try await run(session + ["-E"]).status == 0)
            #expect(try await run(["pub"] + options + ["-t", "e/1", "-l", "-q", "1"], input: "one\ntwo\n").status == 0)
            // Each command waits for the other one: only two at a time get to an end.
            let pipes = ["one", "two"].map { folder.path($0) }
            #expect(try await ChildProcess.run("mkfifo", pipes).status == 0)
            let meet = """
                read -r own; case $own in one) echo >\(pipes[0]); cat \(pipes[1]);; *) cat \(pipes[0]); echo >\(pipes[1]);; \
                esac; echo "$MQTT_TOPIC $own" >> \(folder.path("seen"))
                """
            #expect(try await run(session + ["-C", "2", "--exec", meet, "--jobs", "2"]).status == 0)
            #expect(Set(try folder.text("seen").split(separator: "\n")) == ["e/1 one", "e/1 two"])
            #expect(try await run(["pub"] + options + ["-t", "e/2", "-m", "x", "-q", "1"]).status == 0)
            let failed = try await run(session + ["-C", "1", "--exec", "exit 3"])
            #expect(failed.status == 1)
            #expect(failed.errorText.contains("3"))
        }
    }

    @Test("--message-rate counts, and --watch has a line for each topic")
    func displays() async throws {
        try await withBroker { broker, options in
            let rate = try ChildProcess(Peers.tinymqtt, ["sub"] + options + ["-t", "d/#", "--message-rate"])
            let screen = try ChildProcess(Peers.tinymqtt, ["sub"] + options + ["-t", "d/#", "-w"])
            try await broker.waitForSubscriptions(2)
            let lines = "d/a one\nd/b two\nd/a three\n"
            #expect(try await run(["pub"] + options + ["-l", "--split", " ", "-q", "1"], input: lines).status == 0)
            try await rate.wait(for: "a count") { $0.lines.contains("3 msgs/s") }
            try await screen.wait(for: "the last message") { $0.text.contains("three") }
            #expect(screen.soFar.text.contains("Broker: 127.0.0.1"))
            for process in [rate, screen] {
                process.send(signal: SIGINT)
                #expect(try await process.waitForEnd().status == 0)
            }
        }
    }

    @Test("-o names a file of options, which has to be there; otherwise tinymqtt_pub is read before mosquitto_pub")
    func optionsFile() async throws {
        let folder = try TemporaryFolder()
        let named = try folder.write("-m from the named file\n", to: "named")
        let missing = try await run(["pub", "-t", "x", "-m", "hi", "-o", folder.path("missing")])
        #expect(missing.status == 1)
        #expect(missing.errorText.contains("missing: No such file or directory"))
        try await withBroker { _, options in
            func kept(after words: [String]) async throws -> String {
                let sent = try await ChildProcess.run(
                    Peers.tinymqtt,
                    ["pub"] + options + ["-t", "o", "-r", "-q", "1"] + words,
                    environment: ["XDG_CONFIG_HOME": folder.path]
                )
                #expect(sent.status == 0, "\(sent.errorText)")
                return try await run(["get", "o"] + options).text
            }
            #expect(try await kept(after: ["-o", named]) == "from the named file\n")
            try folder.write("-m of mosquitto\n", to: "mosquitto_pub")
            #expect(try await kept(after: []) == "of mosquitto\n")
            try folder.write("-m of ours\n", to: "tinymqtt_pub")
            #expect(try await kept(after: []) == "of ours\n")
        }
    }

    #if os(Linux)
    @Test("200 megabytes of lines do not become memory, while the broker takes them")
    func largeInput() async throws {
        try await withBroker { _, options in
            let publisher = try ChildProcess(
                Peers.tinymqtt,
                ["pub"] + options + ["-t", "large", "-l", "-q", "1"],
                takesInput: true
            )
            let line = String(repeating: "x", count: 99_999) + "\n"
            let piece = String(repeating: line, count: 20)
            // Blocks until the last piece is nearly read: what the program has had at most is known then.
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                Thread.detachNewThread {
                    continuation.resume(with: Result { for _ in 0..<100 { try publisher.write(piece) } })
                }
            }
            let status = try String(contentsOfFile: "/proc/\(publisher.processIdentifier)/status", encoding: .utf8)
            let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }.flatMap {
                Int($0.filter(\.isNumber))
            }
            #expect(try #require(peak) < 64 << 10)
            try publisher.closeInput()
            #expect(try await publisher.waitForEnd().status == 0)
        }
    }
    #endif
}

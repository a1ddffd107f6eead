import Foundation
import NIOCore
import Testing

@testable import MQTT
@testable import Support
@testable import tinymqtt

@Suite("Commands for messages")
struct MessageCommandTests {
    private let folder: TemporaryFolder
    private let reports = Monitor<[String]>([])

    init() throws {
        folder = try TemporaryFolder("command")
    }

    private func command(_ text: String, atATime: Int = 1) -> MessageCommand {
        MessageCommand("cd \(folder.path) && { \(text); }", atATime: atATime) { [reports] problem in
            reports.update { $0.append(problem) }
        }
    }

    @Test("one at a time, each with its payload, in the order of the messages")
    func order() async throws {
        // The folder can only be made while no other command has it.
        let command = command("mkdir busy && cat >> all && rmdir busy")
        for number in 1...20 {
            await command.run(try .make("t", "\(number)\n"))
        }
        await command.finish()
        #expect(try folder.text("all") == (1...20).map { "\($0)\n" }.joined())
        #expect(await command.failureCount == 0)
    }

    @Test("several at a time")
    func severalAtATime() async throws {
        // The path lives for the length of the call.
        let made = unsafe mkfifo(folder.path("pipe"), 0o600)
        #expect(made == 0)
        // Opening one end waits for the other one.
        let command = command(#"if [ "$MQTT_TOPIC" = in ]; then cat pipe > met; else cat > pipe; fi"#, atATime: 2)
        for topic in ["in", "out"] {
            await command.run(try .make(topic, "met"))
        }
        await command.finish()
        #expect(try folder.text("met") == "met")
        #expect(await command.failureCount == 0)
    }

    @Test(
        "whether the command reads its payload is its own affair",
        arguments: ["true", "head -c 1 > one", "cat > all"]
    )
    func reading(text: String) async throws {
        let payload = ByteBuffer(repeating: 0x61, count: 1_000_000)
        let command = command(text)
        await command.run(try .make("t", payload))
        await command.finish()
        #expect(await command.failureCount == 0)
        if text.hasPrefix("cat") {
            #expect(try Data(contentsOf: URL(filePath: folder.path("all"))) == Data(payload.readableBytesView))
        }
    }

    @Test("the environment")
    func environment() async throws {
        let command = command("env | grep ^MQTT_ | sort > variables")
        await command.run(try OutputFormatTests.message())
        await command.finish()
        let lines = try folder.text("variables").split(separator: "\n")
        let expected = [
            #"MQTT_CORRELATION_DATA=a"b"#, "MQTT_CONTENT_TYPE=text/plain", "MQTT_MESSAGE_EXPIRY_INTERVAL=1000",
            "MQTT_PAYLOAD_FORMAT_INDICATOR=1", "MQTT_PAYLOAD_LENGTH=12", "MQTT_QOS=1", "MQTT_RESPONSE_TOPIC=re/ply",
            "MQTT_RETAIN=1", "MQTT_TOPIC=long/tópic",
            #"MQTT_USER_PROPERTIES=[{"name":"k","value":"v"},{"name":"k2","value":"v 2"},{"name":"k","value":"v3"}]"#,
        ]
        #expect(Set(expected).isSubset(of: Set(lines.map(String.init))))
        var binary = MessageProperties()
        binary.correlationData = ByteBuffer(bytes: [0x61, 0x00])
        let variables = try MessageCommandRun.variables(of: .make("t", ByteBuffer(), properties: binary))
        #expect(
            variables == [
                "MQTT_TOPIC=t", "MQTT_QOS=0", "MQTT_RETAIN=0", "MQTT_PAYLOAD_LENGTH=0",
                "MQTT_CORRELATION_DATA_B64=YQA=",
            ]
        )
    }

    @Test("failures are counted and told")
    func failures() async throws {
        let command = command(#"eval "$(cat)""#)
        for text in ["exit 3", "kill -9 $$", "true"] {
            await command.run(try .make("a/b", text))
        }
        await command.finish()
        #expect(await command.failureCount == 2)
        #expect(
            reports.value == [
                "the command for the message to a/b ended with exit code 3",
                "the command for the message to a/b ended with exit code 137",
            ]
        )
        // One variable can be no longer than the system allows, which is less than this.
        let long = MessageCommand(String(repeating: " ", count: 4_000_000), atATime: 0) { [reports] problem in
            reports.update { $0.append(problem) }
        }
        await long.run(try .make("t", ""))
        await long.finish()
        #expect(reports.value.last == "the command for the message to t cannot be started: Argument list too long")
    }

    @Test("a command has the system's signals, whatever this process ignores")
    func signals() async throws {
        StandardOutput.ignoreBrokenPipe()
        let command = command("kill -PIPE $$; exit 0")
        await command.run(try .make("t", ""))
        await command.finish()
        #expect(reports.value == ["the command for the message to t ended with exit code \(128 + SIGPIPE)"])
    }

    @Test("at the end nothing is left of a command")
    func reaping() async throws {
        let command = command("echo $$ > process")
        await command.run(try .make("t", ""))
        await command.finish()
        let process = try #require(pid_t(folder.text("process").dropLast()))
        // One that nobody had waited for would still be there.
        #expect(kill(process, 0) == -1 && errno == ESRCH)
    }
}

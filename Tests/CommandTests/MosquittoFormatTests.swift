import NIOCore
import Testing

@testable import MQTT
@testable import Support
@testable import tinymqtt

/// The same messages, received by mosquitto_sub and by our client.
@Suite(
    "Formats, byte for byte as mosquitto_sub",
    .serialized,
    .enabled(if: Peers.hasMosquitto, "mosquitto and its clients are not installed")
)
struct MosquittoFormatTests {
    /// Stands between what is compared, and in no message.
    private static let divider = "<<|>>"

    /// Those that 2.0 and 2.1 write alike, and that do not depend on the time.
    private static let formats = [
        "%t|%p|%l|%m|%q|%r", "%x %X", "%A|%C|%D|%E|%F|%P|%R|%S", "[%20t][%-20t][%3t][%.3t][%20.3t][%020t][%.0t]",
        "[%20p][%-20p][%3p][%.3p][%020p][%-020p]", "[%5l][%-5l][%05l][%-05l][%.3l]", "[%5m][%-5m][%05m]",
        "[%5q][%05q][%5r]",
        "[%5A][%05A][%-5A][%-05A]", "[%20C][%-20C][%020C][%.3C][%10.3C][%-05C]", "[%20D][%.1D]", "[%10E][%-10E][%010E]",
        "[%5F][%-5F][%05F]", "[%50P][%-50P][%.3P]", "[%20R][%.2R][%-20.2R]", "[%5S][%05S][%-5S]",
        #"[%%][%5%][@@][\\][\0\a\e\n\r\t\v]"#, "@t@n@%@Q@E",
    ]

    private static func messages() -> [Message] {
        let bytes = ByteBuffer(bytes: [1, 2, 0xFF, 0, 0x80, 0x22, 0x5C, 0x2F, 0x7F, 0x0A, 0x09])
        var plain = MessageProperties.full
        plain.userProperties = []
        return [
            Message(topic: "m/text", payload: "hello wörld", qos: .atLeastOnce),
            Message(topic: "m/empty", payload: ""),
            Message(topic: "m/empty/full", payload: "", qos: .exactlyOnce, properties: .full),
            Message(topic: "m/binary", payload: bytes, qos: .atLeastOnce),
            Message(topic: "m/tópic/😀", payload: "full", qos: .exactlyOnce, properties: .full),
            Message(topic: "m/plain", payload: "\u{1}\u{1F}\"\\/\u{7F}\n\t\r\u{8}\u{C}€😀\u{2028}", properties: plain),
            Message(topic: "m/json", payload: #" {"a":1.50, "b":[1e3,-0,{"c":"\u00e9\/"},[],{}]} "#),
            Message(topic: "m/word", payload: #""word""#, qos: .atLeastOnce),
        ]
    }

    /// Publishes messages, and returns them as our client has received them, with what mosquitto_sub has written.
    private static func exchange(
        _ messages: [Message],
        _ options: [String]
    ) async throws -> (received: [ReceivedMessage], transcript: ChildProcess.Transcript) {
        let broker = try await RunningBroker.start(.mosquitto)
        let peer = try ChildProcess(
            "mosquitto_sub",
            ["-h", "127.0.0.1", "-p", "\(broker.port)", "-V", "5", "-q", "2", "-t", "m/#", "-C", "\(messages.count)"]
                + options
        )
        try await broker.waitForSubscriptions(1)
        let client = try MQTTClient(configuration: MQTTClientConfiguration(host: "127.0.0.1", port: broker.port))
        try await client.connect()
        _ = try await client.subscribe([Subscription("m/#", maximumQoS: .exactlyOnce)])
        for message in messages {
            _ = try await client.publish(message)
        }
        var received: [ReceivedMessage] = []
        while received.count < messages.count, let batch = try await client.messages.next(atMost: messages.count) {
            received += batch
        }
        let transcript = try await peer.waitForEnd()
        try await client.disconnect()
        _ = try await broker.stop()
        return (received, transcript)
    }

    private static func parts(of output: [UInt8]) -> [String] {
        // Every byte becomes a character of its own, so that no two texts are the same by mistake.
        let text = String(String.UnicodeScalarView(output.map { Unicode.Scalar($0) }))
        return text.unicodeScalars.split(separator: Array(divider.unicodeScalars), omittingEmptySubsequences: false)
            .dropLast().map { String(String.UnicodeScalarView($0)) }
    }

    @Test("every field of every message")
    func fields() async throws {
        let joined = Self.formats.map { $0 + Self.divider }.joined()
        let (received, transcript) = try await Self.exchange(Self.messages(), ["-N", "-F", joined])
        let theirs = Self.parts(of: transcript.output)
        try #require(theirs.count == received.count * Self.formats.count)
        for (index, text) in theirs.enumerated() {
            let message = received[index / Self.formats.count]
            let format = Self.formats[index % Self.formats.count]
            var ours = ByteBuffer()
            let parsed = try OutputFormat(format + Self.divider, endsLines: false)
            #expect(parsed.append(message, at: .example, to: &ours).isEmpty)
            #expect(Self.parts(of: [UInt8](buffer: ours)) == [text], "\(format) of \(message.topic)")
        }
    }

    @Test("JSON, in one line and in several", arguments: [false, true], ["%j", "%J"])
    func json(isPretty: Bool, format: String) async throws {
        let isComparable: (Message) -> Bool = { message in
            // 2.1 writes user properties otherwise, and both end a payload at its first zero byte.
            message.properties.userProperties.isEmpty && !message.payload.readableBytesView.contains(0)
        }
        let messages = Self.messages().filter(isComparable)
        let options = ["-N", "-F", format + Self.divider] + (isPretty ? ["--pretty"] : [])
        let (received, transcript) = try await Self.exchange(messages, options)
        let theirs = Self.parts(of: transcript.output)
        try #require(theirs.count == received.count)
        let parsed = try OutputFormat(format + Self.divider, isPretty: isPretty, endsLines: false)
        var errors = ""
        for (message, text) in zip(received, theirs) {
            var ours = ByteBuffer()
            for problem in parsed.append(message, at: .example, to: &ours) {
                errors += "Error: \(problem)\n"
            }
            let written = try #require(Self.parts(of: [UInt8](buffer: ours)).first)
            #expect(Self.comparable(written) == Self.comparable(text))
        }
        #expect(errors == transcript.errorText)
    }

    /// A message without its time, and with 2.1's word for the flag that 2.0 writes as a number.
    private static func comparable(_ text: String) -> String {
        let rest = text.split(separator: "\"topic\"", maxSplits: 1, omittingEmptySubsequences: false).dropFirst()
            .joined()
        return ["", "\t"].reduce(rest) { text, blank in
            text.split(separator: "\"retain\":\(blank)0", maxSplits: 1, omittingEmptySubsequences: false)
                .joined(separator: "\"retain\":\(blank)false")
        }
    }

    @Test(
        "plain output",
        arguments: [PlainFormat(), PlainFormat(showsTopic: true), PlainFormat(endsLines: false)]
            + [PlainFormat(showsTopic: true, endsLines: false)]
    )
    func plain(format: PlainFormat) async throws {
        let options = (format.showsTopic ? ["-v"] : []) + (format.endsLines ? [] : ["-N"])
        let (received, transcript) = try await Self.exchange(Self.messages(), options)
        var ours = ByteBuffer()
        for message in received {
            format.append(message, to: &ours)
        }
        #expect([UInt8](buffer: ours) == transcript.output)
    }

    @Test("what is no format", arguments: ["%", "%z", "@", "\\", "\\q", "%5", "%.3", "%0-5l", "%5@", "a%-"])
    func problems(format: String) async throws {
        let theirs = try await ChildProcess.run("mosquitto_sub", ["-t", "x", "-F", format])
        let problem = #expect(throws: OutputFormat.Problem.self) { try OutputFormat(format) }
        let said = theirs.errorText.split(separator: "\n").first
        #expect(said.map(String.init) == problem.map { "Error: \($0.text)" })
    }
}

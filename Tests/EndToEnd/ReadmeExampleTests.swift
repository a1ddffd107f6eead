import MQTT
import NIOCore
import Testing

@testable import Support

/// The library's example in README.md compiles, runs, and does what it says.
@Suite("The README's example")
struct ReadmeExampleTests {
    private let printed = Monitor<[String]>([])

    /// Stands in for the standard library's function, so that the test sees what the example prints.
    private func print(_ items: String...) {
        printed.update { $0.append(items.joined(separator: " ")) }
    }

    @Test("publishes, and receives it", .timeLimit(.minutes(1)))
    func runs() async throws {
        // example begins
        let server = try await MQTTServer.start(at: [.tcp(host: "127.0.0.1", port: 0)])
        let port = server.addresses[0].port ?? 1883

        let client = try MQTTClient(configuration: MQTTClientConfiguration(host: "127.0.0.1", port: port))
        try await client.connect()
        try await client.subscribe([Subscription("house/+/temperature", maximumQoS: .atLeastOnce)])
        try await client.publish("house/kitchen/temperature", "21.5", qos: .atLeastOnce)
        for try await message in client.messages {
            print(message.topic, message.text)
            break
        }
        try await client.disconnect()
        await server.stop()
        // example ends
        #expect(printed.value == ["house/kitchen/temperature 21.5"])
    }

    @Test("is the code of the test above, word for word")
    func isTheSame() throws {
        let source = try SourceTree.text("Tests/EndToEnd/ReadmeExampleTests.swift")
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        let marked = lines.drop { !$0.hasSuffix("// example begins") }.dropFirst()
            .prefix { !$0.hasSuffix("// example ends") }
        let indentation = 8
        let code = marked.map { $0.dropFirst(indentation) }
        let readme = try ReadmeBlock.all(in: SourceTree.text("README.md"))
        let example = try #require(readme.first { $0.label == "swift library" })
        #expect(example.lines == ["import MQTT", ""] + code)
    }
}

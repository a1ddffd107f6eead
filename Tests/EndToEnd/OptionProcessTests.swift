import Foundation
import Testing

@testable import MQTT
@testable import Support

/// What options change that belong to the whole process, seen at a process.
@Suite("Options in effect: the process")
struct OptionProcessTests {
    @Test("an option that is accepted and has no effect is told so once, with its line, and the broker runs")
    func ignored() async throws {
        let options = [
            "memory_limit 100000000", "retry_interval 20", "websockets_log_level 255", "http_dir /srv",
            "dhparamfile /none", "tls_engine pkcs11", "tls_engine_kpass_sha1 00", "tls_keyform pem",
        ]
        let broker = try await ConfiguredBroker.start("listener 0 127.0.0.1\n" + options.joined(separator: "\n"))
        let said = try await broker.stop()
        #expect(said.status == 0)
        for (index, option) in options.enumerated() {
            let name = try #require(option.split(separator: " ").first)
            let lines = said.errorText.split(separator: "\n").filter { $0.contains("\(name) ") }
            #expect(lines.count == 1, "\(name)")
            #expect(lines.first?.contains("tinymqtt.conf:\(index + 2): ") == true, "\(name)")
        }
    }

    @Test("include_dir: the options of its files count, in the order of their names")
    func includedFiles() async throws {
        let folder = try TemporaryFolder()
        try folder.write("max_packet_size 300\n", to: "b.conf")
        try folder.write("allow_anonymous true\nmax_packet_size 200\n", to: "a.conf")
        try folder.write("allow_anonymous false\n", to: "c.conf.bak")
        let broker = try await ConfiguredBroker.start("listener 0 127.0.0.1\ninclude_dir \(folder.path)\n")
        let client = try await TestClient.connect(to: broker.port, .make("a"))
        #expect(client.answer == .success)
        #expect(client.connack?.properties[integer: .maximumPacketSize] == 300)
        _ = try await broker.stop()
    }
}

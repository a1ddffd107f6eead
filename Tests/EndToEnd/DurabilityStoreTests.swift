import Foundation
import Testing

@testable import MQTT
@testable import Support

/// What a broker says of a store that it cannot use, and that it leaves that store alone.
@Suite("tinymqtt broker: stores that cannot be used")
struct DurabilityStoreTests {
    /// The exit code that says that the configuration is to be changed.
    private static let status: Int32 = 3

    private let folder: TemporaryFolder
    private var path: String { folder.path("store.db") }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func arguments(_ path: String) -> [String] {
        ["broker", "--host", "127.0.0.1", "--port", "0", "--store", path]
    }

    /// Starts a broker that is to refuse, and returns what it says.
    private func refusal(_ path: String, launcher: [String] = []) async throws -> String {
        let words = launcher + [Peers.tinymqtt] + arguments(path)
        let said = try await ChildProcess.run(words[0], Array(words.dropFirst()))
        #expect(said.status == Self.status, "\(said.errorText)")
        #expect(said.output.isEmpty)
        #expect(!said.errorText.contains("listening on"))
        return said.errorText
    }

    private func start() async throws -> RunningBroker {
        try await RunningBroker.start(.tinymqtt, arguments: ["--store", path])
    }

    /// Makes a store with some messages for one client.
    private func makeStore(messageCount: Int = 1) async throws {
        let broker = try await start()
        var connect = Connect.make("absentee")
        connect.properties[integer: .sessionExpiryInterval] = 3_600
        let absentee = try await TestClient.connect(to: broker.port, connect)
        try await absentee.subscribe("#", .atLeastOnce)
        try await absentee.disconnect()
        let publisher = try await TestClient.connect(to: broker.port, .make("publisher"))
        for number in 0..<messageCount {
            #expect(try await publisher.publish("t", "\(number)" + String(repeating: "x", count: 300)) == .success)
        }
        #expect(try await broker.stop().status == 0)
    }

    private func bytes() throws -> Data { try Data(contentsOf: URL(filePath: path)) }

    /// Overwrites part of the file.
    private func write(_ bytes: [UInt8], at offset: Int) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    @Test("a file that is no store is left as it is")
    func foreignFile() async throws {
        for text in ["a letter to somebody", "\u{0}\u{B5}\u{0}mosquitto db", String(repeating: "SQLite", count: 100)] {
            try folder.write(text, to: "store.db")
            let before = try bytes()
            let said = try await refusal(path)
            #expect(said.contains(path) && said.contains("name another file"), "\(said)")
            #expect(try bytes() == before)
        }
    }

    @Test("a store of a newer version, and another program's database, are left as they are")
    func newerVersion() async throws {
        try await makeStore()
        // Where a database has the application's own version number, and its mark.
        for (offset, expectation) in [(60, "versions up to"), (68, "SQLite database of another program")] {
            let original = try bytes()
            try write([0, 0, 1, 0], at: offset)
            let before = try bytes()
            let said = try await refusal(path)
            #expect(said.contains(path) && said.contains(expectation), "\(said)")
            #expect(try bytes() == before)
            try original.write(to: URL(filePath: path))
        }
        let broker = try await start()
        #expect(try await broker.stop().status == 0)
    }

    @Test("the second broker on a store is told who has it, and the first one notices nothing")
    func twoBrokers() async throws {
        let broker = try await start()
        let said = try await refusal(path)
        #expect(said.contains("is in use by process \(broker.process.processIdentifier)"), "\(said)")
        var connect = Connect.make("client")
        connect.properties[integer: .sessionExpiryInterval] = 3_600
        let client = try await TestClient.connect(to: broker.port, connect)
        try await client.subscribe("t", .atLeastOnce)
        #expect(try await client.publish("t", "goes on") == .success)
        #expect(try await client.message()?.payloadText == "goes on")
        #expect(try await broker.stop().status == 0)
        // A link to the same file is the same store.
        try FileManager.default.createSymbolicLink(atPath: folder.path("link.db"), withDestinationPath: path)
        let again = try await start()
        #expect(try await refusal(folder.path("link.db")).contains("is in use by process"))
        #expect(try await again.stop().status == 0)
    }

    @Test("a broker that was killed leaves no lock behind")
    func lockOfTheDead() async throws {
        let broker = try await start()
        broker.process.send(signal: SIGKILL)
        _ = try await broker.process.waitForEnd()
        let next = try await start()
        #expect(try await next.stop().status == 0)
    }

    @Test("a directory that is missing, or that cannot be written, is named")
    func directories() async throws {
        let missing = try await refusal(folder.path("missing/store.db"))
        #expect(missing.contains("there is no directory \(folder.path("missing"))"), "\(missing)")
        #expect(try folder.names.isEmpty)
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
        // Root may write everywhere.
        let launcher = geteuid() == 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
        let said = try await refusal(path, launcher: launcher)
        #expect(said.contains(path) && said.contains("let the broker's user write"), "\(said)")
    }

    @Test("damaged pages are named, with what to do")
    func damagedPages() async throws {
        try await makeStore(messageCount: 700)
        let pageSize = 4_096
        let pageCount = try bytes().count / pageSize
        try #require(pageCount > 40)
        let page = pageCount / 2
        try write([UInt8](repeating: 0xA5, count: 4 * pageSize), at: page * pageSize)
        let before = try bytes()
        let check = try await ChildProcess.run(Peers.tinymqtt, ["broker", "--check-store", path])
        #expect(check.status == Self.status)
        #expect(check.errorText.contains(" \(page + 1)"), "page \(page + 1): \(check.errorText)")
        #expect(check.errorText.contains("sqlite3 \(path) .recover"), "\(check.errorText)")
        let said = try await refusal(path)
        #expect(said.contains("\(path): ") && said.contains("--check-store \(path) tells where"), "\(said)")
        #expect(try bytes() == before)
    }
}

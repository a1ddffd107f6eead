import Foundation
import Testing

/// The checks of the layers find what breaks them.
@Suite
struct LayerTests {
    private static let layers = Layers(
        """
        # a comment
        Wire   |        |      | NIOCore

        Broker | Wire   |      | NIOCore HeapModule
        Client | Broker | Wire |
        lock   | Broker/Statistics.swift | counters that another thread reads
        """
    )

    @Test
    func tableIsRead() {
        #expect(Self.layers.problems.isEmpty)
        #expect(Self.layers.layers.map(\.folder) == ["Wire", "Broker", "Client"])
        #expect(Self.layers.layer("Broker")?.imports == ["NIOCore", "HeapModule"])
        #expect(Self.layers.closure(of: "Broker") == ["Wire", "Broker"])
        #expect(Self.layers.layer("Client")?.avoids == ["Wire"])
        #expect(Self.layers.closure(of: "Client") == ["Wire", "Broker", "Client"])
        #expect(Self.layers.closure(of: "Wire") == ["Wire"])
    }

    @Test(arguments: [
        ("Wire | Broker | | NIOCore\nBroker | | |", 1),
        ("Wire | | |\nBroker | | Client |", 2),
        ("Wire | | |\nBroker", 2),
        ("Wire | | |\nlock | Wire/QoS.swift |", 2),
    ])
    func faultsOfTheTableAreFound(_ text: String, line: Int) {
        #expect(Layers(text).problems.map(\.line) == [line])
    }

    @Test(arguments: [
        ("Wire/A.swift", "import NIOCore", false),
        ("Wire/A.swift", "import NIOPosix", true),
        ("Wire/A.swift", "@preconcurrency public import HeapModule", true),
        ("Wire/A.swift", "internal import struct NIOPosix.NIOThreadPool", true),
        ("Broker/A.swift", "import HeapModule", false),
        ("Broker/A.swift", "import FoundationEssentials", true),
        ("Broker/A.swift", "let counters: Mutex<Int>", true),
        ("Broker/Statistics.swift", "let counters: Mutex<Int>", false),
        ("Elsewhere/A.swift", "", true),
        ("A.swift", "", true),
    ])
    func importsAndLocksAreHeldAgainstTheTable(_ name: String, _ text: String, isWrong: Bool) {
        let file = SourceFile(path: "Sources/MQTT/" + name, text: text)
        #expect(Self.layers.findings(in: file).isEmpty == !isWrong)
    }

    @Test
    func typesOfAvoidedLayersAreFound() {
        let files = [
            SourceFile(path: "Sources/MQTT/Wire/A.swift", text: "/// A\nstruct Packet {\n    enum Kind {}\n}"),
            SourceFile(path: "Sources/MQTT/Broker/B.swift", text: "/// B\nstruct Router { var packet: Packet }"),
            SourceFile(
                path: "Sources/MQTT/Client/C.swift",
                text: "var router: Router\nvar kind: Kind\nvar packet: Packet"
            ),
        ]
        let findings = Self.layers.nameFindings(in: files)
        #expect(findings.map(\.path) == ["Sources/MQTT/Client/C.swift"])
        #expect(findings.map(\.line) == [3])
    }

    /// A type of a higher layer is unknown where a lower one is checked, and known the other way round.
    @Test
    func useOfAHigherLayerDoesNotCompile() async throws {
        let library = FileManager.default.temporaryDirectory.appending(path: "layers-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: library) }
        let sources = [
            "Wire/Right.swift": "import NIOCore\n\nstruct Right { var bytes: ByteBuffer }",
            "Wire/Wrong.swift":
                "struct Wrong {\n    var router: Router\n    func route() {\n        _ = Router.self\n    }\n}",
            "Broker/Router.swift": "struct Router { var right: Right }",
        ]
        for (path, text) in sources {
            let file = library.appending(path: path)
            let folder = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let manifest = try Repository.file("Package.swift")
        let compiler = LayerCompiler(library: library, layers: Self.layers, manifest: manifest)
        #expect(compiler.folders == ["Wire", "Broker"])
        let wire = try await compiler.findings(in: "Wire")
        #expect(wire.map(\.path) == ["Wire/Wrong.swift", "Wire/Wrong.swift"])
        #expect(wire.map(\.line).sorted() == [2, 4])
        #expect(wire.allSatisfy { $0.problem.contains("Router") })
        #expect(try await compiler.findings(in: "Broker") == [])
    }
}

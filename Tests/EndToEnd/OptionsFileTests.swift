import Foundation
import Testing

@testable import Support

/// The files where clients look for options when none is named; what is wrong in them is told before anything is connected.
@Suite("Options files")
struct OptionsFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func run(
        _ words: [String],
        as program: String = Peers.tinymqtt,
        environment: [String: String?]? = nil
    ) async throws -> ChildProcess.Transcript {
        try await ChildProcess.run(
            program,
            words,
            environment: environment ?? ["XDG_CONFIG_HOME": folder.path, "HOME": "/nowhere"]
        )
    }

    @Test("of a command its own file counts, and mosquitto's where there is none")
    func places() async throws {
        try folder.write("-q 3\n", to: "mosquitto_sub")
        let shared = try await run(["sub", "-t", "a"])
        #expect(shared.status == 1)
        #expect(shared.errorText.contains("'3' is invalid for '--qos <qos>'"))
        try folder.write("-V 6\n", to: "tinymqtt_sub")
        #expect(try await run(["sub", "-t", "a"]).errorText.contains("'6'"))
        // A file that is named takes the place of both.
        let named = try folder.write("-k 1\n", to: "named")
        #expect(try await run(["sub", "-t", "a", "-o", named]).errorText.contains("the keep-alive is at least 5"))
    }

    @Test("a link reads mosquitto's file only, in the folder of the environment")
    func link() async throws {
        let link = folder.path("mosquitto_pub")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: Peers.tinymqtt)
        try FileManager.default.createDirectory(atPath: folder.path("home/.config"), withIntermediateDirectories: true)
        try folder.write("-V 6\n", to: "home/.config/tinymqtt_pub")
        try folder.write("-k 1\n-t a\n-n\n", to: "home/.config/mosquitto_pub")
        let ended = try await run([], as: link, environment: ["XDG_CONFIG_HOME": nil, "HOME": folder.path("home")])
        #expect(ended.status == 1)
        #expect(ended.errorText.contains("the keep-alive is at least 5"))
    }

    @Test("options of the file and of the command line are one command line")
    func merge() async throws {
        try folder.write("-t a/+\n-m x\n", to: "tinymqtt_pub")
        #expect(try await run(["pub", "-n"]).errorText.contains("only one payload"))
        #expect(try await run(["pub"]).errorText.contains("a/+"))
        // The later one of two that are the same counts.
        let ended = try await run(["pub", "-t", "b", "-k", "1"])
        #expect(ended.errorText.contains("the keep-alive"), "\(ended.errorText)")
    }
}

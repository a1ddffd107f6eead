import Foundation
import Testing

@testable import MQTT
@testable import Support

@Suite("Where log lines are written to")
struct LogOutputTests {
    private static func line(_ text: String) -> LogLine { LogLine(.notice, text, stamp: "1: ") }

    @Test("a file is created for its owner to write and the group to read, and grows at its end")
    func file() throws {
        let directory = try TemporaryFolder("log")
        let path = directory.path("a.log")
        for text in ["one", "two"] {
            var output = try LogOutput.file(path)
            #expect(output.add(Self.line(text)) == nil)
            output.end()
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "1: one\n1: two\n")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(try #require(mode) & ~0o640 == 0)
    }

    @Test("a file that cannot be opened is named, with the reason")
    func missingFolder() throws {
        let directory = try TemporaryFolder("log")
        let path = directory.path("missing/a.log")
        let error = #expect(throws: ConfigurationError.self) { _ = try LogOutput.file(path) }
        #expect(error?.file == path)
        #expect(error?.problem == "the log cannot be opened for writing: No such file or directory")
    }

    @Test("root follows its own links only", .enabled(if: geteuid() == 0, "needs root"))
    func links() throws {
        let directory = try TemporaryFolder("log")
        let target = try directory.write("", to: "target")
        let path = directory.path("a.log")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        try LogOutput.file(path).end()
        // The string lives for the length of the call.
        try #require(unsafe lchown(path, 65_534, 65_534) == 0)
        let error = #expect(throws: ConfigurationError.self) { _ = try LogOutput.file(path) }
        #expect(error?.problem == "the log is a symbolic link, which root does not follow")
    }

    @Test("root does not write to a file that has another name too", .enabled(if: geteuid() == 0, "needs root"))
    func secondName() throws {
        let directory = try TemporaryFolder("log")
        let target = try directory.write("", to: "target")
        let path = directory.path("a.log")
        try FileManager.default.linkItem(atPath: target, toPath: path)
        let error = #expect(throws: ConfigurationError.self) { _ = try LogOutput.file(path) }
        #expect(error?.problem.contains("another name") == true)
    }

    @Test("a full disk is told once, and lines go on when there is room")
    func fullDisk() throws {
        var output = try LogOutput.file("/dev/full")
        defer { output.end() }
        let complaint = output.add(Self.line("one"))
        #expect(complaint == "/dev/full: log lines cannot be written and are lost: No space left on device")
        #expect(output.add(Self.line("two")) == nil)
    }

    @Test("a reader that does not read costs lines, is waited for once, and is told how many it has missed")
    func slowReader() throws {
        let directory = try TemporaryFolder("log")
        let path = directory.path("pipe")
        // The strings live for the length of the calls.
        let made = unsafe mkfifo(path, 0o600)
        try #require(made == 0)
        // See above.
        let reader = unsafe open(path, O_RDONLY | O_NONBLOCK)
        try #require(reader >= 0)
        defer { close(reader) }
        var output = try LogOutput.file(path)
        defer { output.end() }
        let text = String(repeating: "x", count: 4_000)
        var written = 0
        var complaint: String?
        while complaint == nil, written < 1_000 {
            complaint = output.add(Self.line(text))
            written += 1
        }
        #expect(complaint == "\(path): log lines cannot be written and are lost: its reader does not read")
        let begin = ContinuousClock.now
        for _ in 0..<100 {
            #expect(output.add(Self.line("lost")) == nil)
        }
        #expect(ContinuousClock.now - begin < .seconds(20), "each lost line is waited for")
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        // The pointer does not outlive the call, which fills no more than it is told of.
        _ = unsafe read(reader, &bytes, bytes.count)
        #expect(output.add(Self.line("again")) == nil)
        // As above.
        let count = unsafe read(reader, &bytes, bytes.count)
        let rest = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        #expect(rest == "1: Warning: 101 lines of the log were lost here\n1: again\n")
    }
}

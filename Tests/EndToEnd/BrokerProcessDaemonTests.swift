import Foundation
import Testing

@testable import Support
@testable import tinymqtt

/// Starting a second process in the background. A shell stands for the broker.
@Suite("Going to the background")
struct BrokerProcessDaemonTests {
    private static func launch(_ script: String, _ arguments: [String] = []) async throws -> Daemon.Outcome {
        // It blocks until the second process has reported.
        try await Task.detached {
            try Daemon.launch("/bin/sh", arguments: ["sh", "-c", script, "sh"] + arguments)
        }.value
    }

    @Test("a process that reports is ready, and has its arguments, its environment and its directory")
    func ready() async throws {
        let directory = try TemporaryFolder("daemon")
        let script = """
            { echo "$1"; echo "$HOME"; pwd; cat; } > "$2"; printf x > "/dev/fd/$\(Daemon.variable)"
            """
        let file = directory.path("seen")
        guard case .ready(let process) = try await Self.launch(script, ["a b", file]) else {
            Issue.record("it is not ready")
            return
        }
        // Who is not waited for stays in the system's table, and in the way of other tests.
        let waited = waitpid(process, nil, 0)
        #expect(waited == process)
        let seen = try String(contentsOfFile: file, encoding: .utf8)
        let home = ProcessInfo.processInfo.environment["HOME"] ?? ""
        #expect(seen == "a b\n\(home)\n\(FileManager.default.currentDirectoryPath)\n", "and its input is empty")
    }

    @Test("a process that ends before it reports passes its exit code on")
    func ended() async throws {
        #expect(try await Self.launch("exit 3") == .ended(3))
        #expect(try await Self.launch("kill -KILL $$") == .ended(137))
    }

    @Test("a program that is missing is named")
    func missing() async {
        let error = #expect(throws: ProcessFailure.self) {
            _ = try Daemon.launch("/nonexistent/tinymqtt", arguments: ["tinymqtt"])
        }
        #expect(error?.description.contains("/nonexistent/tinymqtt cannot be started: No such file") == true)
    }

    @Test("a report lets go of the outputs, and can be made when nobody waits for it any more")
    func report() async throws {
        let result = await #expect(
            processExitsWith: .exitCode(7),
            observing: [\.standardOutputContent, \.standardErrorContent]
        ) {
            var ends: [Int32] = [-1, -1]
            // Two descriptors fit into the array.
            try #require(unsafe pipe(&ends) == 0)
            let daemon = try #require(Daemon(marker: "\(ends[1])"))
            close(ends[0])
            print("before")
            fflush(nil)
            daemon.report()
            print("after")
            fflush(nil)
            let isSilent = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].allSatisfy { descriptor in
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)"))
                    == "/dev/null"
            }
            exit(isSilent && fcntl(ends[1], F_GETFD) == -1 ? 7 : 8)
        }
        let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
        #expect(output.contains("before"))
        #expect(!output.contains("after"))
    }

    @Test("a marker that somebody else made means nothing", arguments: [nil, "", "x", "0", "2", "1000000", "-1"])
    func strangeMarker(marker: String?) {
        #expect(Daemon(marker: marker) == nil)
    }

    @Test("the process in the background has a session of its own")
    func session() async {
        await #expect(processExitsWith: .exitCode(7)) {
            var ends: [Int32] = [-1, -1]
            // Two descriptors fit into the array.
            try #require(unsafe pipe(&ends) == 0)
            _ = try #require(Daemon(marker: "\(ends[1])"))
            exit(getsid(0) == getpid() ? 7 : 8)
        }
    }
}

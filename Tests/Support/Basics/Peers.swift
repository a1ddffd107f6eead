import Foundation

/// The programs that tests run: our own executables, and those of other people where they are installed.
enum Peers {
    /// Whether the tests run in continuous integration, where a peer that is missing is a failure.
    static let isContinuousIntegration = ProcessInfo.processInfo.environment["CI"] != nil

    /// The `tinymqtt` that was built together with the tests.
    static let tinymqtt = product("tinymqtt")

    /// A program that was built together with the tests.
    static func product(_ name: String) -> String {
        let running = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        return running.appending(path: name).path
    }

    /// Whether tests that need mosquitto's broker and clients are to run.
    static let hasMosquitto =
        isContinuousIntegration
        || (path(of: "mosquitto") != nil && path(of: "mosquitto_pub") != nil && path(of: "mosquitto_sub") != nil)

    /// Whether tests that need the Paho client for Python are to run.
    static let hasPaho = isContinuousIntegration || python != nil

    /// Whether tests that need callgrind, which counts instructions, are to run.
    static let hasCallgrind = isContinuousIntegration || path(of: "valgrind") != nil

    /// Where a program is; mosquitto's broker lies where only the administrator's path leads.
    static func path(of program: String) -> String? {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin:/usr/local/sbin"
        return path.split(separator: ":").map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// A Python that has the Paho client.
    static let python = python(with: "paho.mqtt.client")

    /// A Python that has pyte, which knows what a terminal shows.
    static let pythonWithScreen = python(with: "pyte")

    private static func python(with module: String) -> String? {
        let ours = SourceTree.root.appending(path: ".build/peers/bin/python3").path
        return [ours, path(of: "python3")].compactMap { $0 }.first { python in
            let process = Process()
            process.executableURL = URL(filePath: python)
            process.arguments = ["-c", "import \(module)"]
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { return false }
            process.waitUntilExit()
            return process.terminationStatus == 0
        }
    }
}

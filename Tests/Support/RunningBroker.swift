import Foundation

/// A broker that a test runs.
struct RunningBroker: Sendable {
    /// Whose broker it is.
    enum Kind: String, Sendable, CaseIterable {
        case tinymqtt
        case mosquitto

        /// What its log says when it has made a subscription.
        fileprivate var wordOfSubscription: String {
            switch self {
            case .tinymqtt: "subscribed to"
            case .mosquitto: "Sending SUBACK"
            }
        }
    }

    let kind: Kind

    let process: ChildProcess
    let port: Int

    /// Starts a broker on a free port of this machine's own address, and waits until it listens.
    ///
    /// - Parameter port: The port, where it has to be a certain one.
    static func start(_ kind: Kind, port: Int = 0, arguments: [String] = []) async throws -> RunningBroker {
        switch kind {
        case .tinymqtt:
            let process = try ChildProcess(
                Peers.tinymqtt,
                ["broker", "--host", "127.0.0.1", "--port", "\(port)", "--log-level", "debug"] + arguments
            )
            return try await started(process)
        case .mosquitto:
            // By default mosquitto throws messages away for a subscriber that is a thousand behind.
            return try await startMosquitto(
                "allow_anonymous true\nmax_queued_messages 0\n",
                port: port,
                arguments: arguments
            )
        }
    }

    /// Starts our broker with a configuration without a listener, on a free port of this machine's own address, and
    /// waits until it listens, which its log is to tell on standard error.
    static func start(
        configuration: String,
        in directory: TemporaryFolder,
        environment: [String: String?] = [:]
    ) async throws -> RunningBroker {
        let file = try directory.write(configuration, to: "tinymqtt.conf")
        let arguments = ["broker", "-c", file, "--host", "127.0.0.1", "--port", "0"]
        return try await started(try ChildProcess(Peers.tinymqtt, arguments, environment: environment))
    }

    /// Starts a broker for very many messages: it keeps what a slow subscriber has not taken, and the log of ours tells of
    /// subscriptions, but not of each packet, which takes it longer than the packet itself.
    static func startForStream(_ kind: Kind) async throws -> RunningBroker {
        switch kind {
        case .tinymqtt:
            let kinds = ["error", "warning", "notice", "information", "subscribe"].map { "log_type \($0)\n" }.joined()
            let configuration = "allow_anonymous true\nmax_queued_messages 0\n" + kinds
            return try await start(configuration: configuration, in: TemporaryFolder("broker"))
        case .mosquitto: return try await start(.mosquitto)
        }
    }

    private static func started(_ process: ChildProcess) async throws -> RunningBroker {
        let said = try await process.waitForError("127.0.0.1:")
        let digits = said.errorText.split(separator: "127.0.0.1:", maxSplits: 1)[1].prefix { $0.isNumber }
        return RunningBroker(kind: .tinymqtt, process: process, port: Int(digits) ?? 0)
    }

    /// Starts Debian's mosquitto on a port of this machine's own address, and waits until it listens.
    ///
    /// - Parameters:
    ///   - configuration: Lines of its configuration file, without a listener.
    ///   - port: The port, where it has to be a certain one.
    static func startMosquitto(
        _ configuration: String,
        port: Int = 0,
        arguments: [String] = []
    ) async throws -> RunningBroker {
        let port = port == 0 ? try freePort() : port
        let file = FileManager.default.temporaryDirectory.appending(path: "mosquitto-\(port).conf")
        try Data("listener \(port) 127.0.0.1\n\(configuration)".utf8).write(to: file)
        let process = try ChildProcess(Peers.path(of: "mosquitto") ?? "mosquitto", ["-v", "-c", file.path] + arguments)
        try await process.waitForError("running")
        return RunningBroker(kind: .mosquitto, process: process, port: port)
    }

    /// A port that was free a moment ago, for a program that cannot ask the system for one.
    static func freePort() throws -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // The pointers do not outlive the calls, and `length` is the size of what they point to.
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, length) | getsockname(socket, $0, &length)
            }
        }
        guard status == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Waits until it has made so many subscriptions since its start.
    func waitForSubscriptions(_ count: Int) async throws {
        let word = kind.wordOfSubscription
        try await process.wait(for: "\(count) subscriptions") { said in
            said.errorCount(of: word) >= count
        }
    }

    /// Asks it to stop, and waits until it has.
    func stop() async throws -> ChildProcess.Transcript {
        process.send(signal: SIGTERM)
        return try await process.waitForEnd()
    }
}

import Foundation

/// A program that a test runs, with what it has written so far.
final class ChildProcess: Sendable {
    /// What a program has written, and how it ended.
    struct Transcript: Sendable {
        fileprivate(set) var output: [UInt8] = []
        fileprivate(set) var errorOutput: [UInt8] = []
        /// `nil` while it runs; of a program that a signal ended 128 and the signal's number, as a shell has it.
        fileprivate(set) var status: Int32?
        fileprivate var openOutputs = 2

        var text: String { String(decoding: output, as: UTF8.self) }
        var errorText: String { String(decoding: errorOutput, as: UTF8.self) }

        /// How often standard error has `text`. A log of many messages is looked at again and again, so as bytes.
        func errorCount(of text: String) -> Int {
            let errors = Data(errorOutput)
            let text = Data(text.utf8)
            var count = 0
            var position = errors.startIndex
            while let found = errors.range(of: text, in: position..<errors.endIndex) {
                count += 1
                position = found.upperBound
            }
            return count
        }

        /// The complete lines of the output.
        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() }
    }

    /// What a test waited for has not come.
    struct Timeout: Error, CustomStringConvertible {
        let description: String
    }

    /// How long anything may take before the test gives up, in seconds; generous, for machines that do much at once.
    static let patience = 60.0

    let name: String
    private let process: Process
    private let input: FileHandle?
    private let transcript = Monitor(Transcript())

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: The program, as an absolute path or as a name that is looked up in `PATH`.
    ///   - environment: Variables beside those that this process has; `nil` takes one away.
    ///   - takesInput: Whether `write` gives it its input; otherwise it has none.
    init(
        _ path: String,
        _ arguments: [String] = [],
        environment: [String: String?] = [:],
        takesInput: Bool = false
    ) throws {
        name = ([path] + arguments).joined(separator: " ")
        process = Process()
        process.executableURL = URL(filePath: path.contains("/") ? path : "/usr/bin/env")
        process.arguments = path.contains("/") ? arguments : [path] + arguments
        var variables = ProcessInfo.processInfo.environment
        for (key, value) in environment {
            variables[key] = value
        }
        process.environment = variables
        // A child inherits every pipe that is open when it starts, and would keep those of its siblings open: one child
        // starts at a time, and what stays open in this process is not passed on.
        Self.starting.lock()
        defer { Self.starting.unlock() }
        let inputPipe = takesInput ? Pipe() : nil
        process.standardInput = inputPipe ?? FileHandle.nullDevice
        input = inputPipe?.fileHandleForWriting
        let output = Pipe()
        let errorOutput = Pipe()
        process.standardOutput = output
        process.standardError = errorOutput
        let transcript = self.transcript
        process.terminationHandler = { process in
            let isSignal = process.terminationReason == .uncaughtSignal
            transcript.update { $0.status = isSignal ? 128 + process.terminationStatus : process.terminationStatus }
        }
        Self.collect(output.fileHandleForReading, into: transcript) { $0.output += $1 }
        Self.collect(errorOutput.fileHandleForReading, into: transcript) { $0.errorOutput += $1 }
        for handle in [input, output.fileHandleForReading, errorOutput.fileHandleForReading] {
            if let handle { _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC) }
        }
        try Self.withoutBlockedSignals { try process.run() }
    }

    /// Runs `body` so that a child that it starts takes signals: the threads on which tests run block them, and a child
    /// inherits that.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var blocked = sigset_t()
        // The pointers do not outlive the calls.
        unsafe sigemptyset(&none)
        // See above.
        unsafe pthread_sigmask(SIG_SETMASK, &none, &blocked)
        // See above.
        defer { unsafe pthread_sigmask(SIG_SETMASK, &blocked, nil) }
        try body()
    }

    private static let starting = NSLock()

    private static func collect(
        _ handle: FileHandle,
        into transcript: Monitor<Transcript>,
        append: @escaping @Sendable (inout Transcript, Data) -> Void
    ) {
        Thread.detachNewThread {
            while true {
                let data = handle.availableData  // waits for something, and is empty at the end
                if data.isEmpty { break }
                transcript.update { append(&$0, data) }
            }
            // The handle may outlive this thread, and a run of all tests would use up the files that may be open.
            try? handle.close()
            transcript.update { $0.openOutputs -= 1 }
        }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    var processIdentifier: Int32 { process.processIdentifier }

    /// What it has written so far.
    var soFar: Transcript { transcript.value }

    /// Gives it input, and blocks while it does not take it.
    func write(_ text: String) throws {
        try input?.write(contentsOf: Data(text.utf8))
    }

    /// Ends its input.
    func closeInput() throws {
        try input?.close()
    }

    func send(signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// Waits until what it has written meets `condition`.
    @discardableResult
    func wait(
        for expectation: String,
        within seconds: Double = patience,
        until condition: @escaping @Sendable (Transcript) -> Bool
    ) async throws -> Transcript {
        let isMet = await transcript.wait(within: seconds, until: condition)
        let now = transcript.value
        guard isMet else {
            throw Timeout(
                description: """
                    \(name): no \(expectation) within \(seconds) s; status \(now.status.map { "\($0)" } ?? "running"), \
                    \(now.output.count) bytes of output, it said:
                    \(now.errorText.suffix(2_000))
                    """
            )
        }
        return now
    }

    /// Waits until it has written `text` to its standard error.
    @discardableResult
    func waitForError(_ text: String) async throws -> Transcript {
        try await wait(for: "‘\(text)’ on standard error") { $0.errorText.contains(text) }
    }

    /// Waits until it has ended and all that it wrote is there.
    func waitForEnd(within seconds: Double = patience) async throws -> Transcript {
        try await wait(for: "end", within: seconds) { $0.status != nil && $0.openOutputs == 0 }
    }

    /// Runs a program to its end.
    static func run(
        _ path: String,
        _ arguments: [String] = [],
        environment: [String: String?] = [:],
        input: String? = nil,
        within seconds: Double = patience
    ) async throws -> Transcript {
        let child = try ChildProcess(path, arguments, environment: environment, takesInput: input != nil)
        if let input {
            // Written beside the reading, or a program that answers while it reads would fill both pipes.
            Thread.detachNewThread {
                try? child.write(input)
                try? child.closeInput()
            }
        }
        return try await child.waitForEnd(within: seconds)
    }
}

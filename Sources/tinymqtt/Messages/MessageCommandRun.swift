import MQTT
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One command of the shell for one message.
///
/// The payload is in a file without a name, from which the command reads its standard input: whether, when and how far it
/// reads is its own affair, and nobody waits for it or is hit by a broken pipe.
///
/// The environment has `MQTT_TOPIC`, `MQTT_QOS`, `MQTT_RETAIN` (0 or 1) and `MQTT_PAYLOAD_LENGTH`, and of the properties
/// that there are `MQTT_CONTENT_TYPE`, `MQTT_RESPONSE_TOPIC`, `MQTT_CORRELATION_DATA` (or `MQTT_CORRELATION_DATA_B64`
/// where it is no text), `MQTT_MESSAGE_EXPIRY_INTERVAL`, `MQTT_PAYLOAD_FORMAT_INDICATOR` and `MQTT_USER_PROPERTIES`, an
/// array of JSON. User properties get no variables of their own: their names come from strangers.
struct MessageCommandRun: Sendable {
    private static let names: Set<String> = [
        "MQTT_TOPIC", "MQTT_QOS", "MQTT_RETAIN", "MQTT_PAYLOAD_LENGTH", "MQTT_CONTENT_TYPE", "MQTT_RESPONSE_TOPIC",
        "MQTT_CORRELATION_DATA", "MQTT_CORRELATION_DATA_B64", "MQTT_MESSAGE_EXPIRY_INTERVAL",
        "MQTT_PAYLOAD_FORMAT_INDICATOR", "MQTT_USER_PROPERTIES",
    ]

    private let command: String
    private let payload: ByteBuffer
    private let environment: [String]

    /// The environment of this process without the variables of messages: a command that is run by another one is not to
    /// see those of the other's message.
    static func inheritedEnvironment() -> [String] {
        Environment.all.filter { !names.contains($0.key) }.map { "\($0.key)=\($0.value)" }
    }

    /// - Parameter environment: What ``inheritedEnvironment()`` has returned.
    init(_ command: String, _ message: ReceivedMessage, environment: [String]) {
        self.command = command
        payload = message.payload
        self.environment = environment + Self.variables(of: message)
    }

    /// What a command is told of a message, each as `NAME=value`.
    static func variables(of message: ReceivedMessage) -> [String] {
        let properties = message.properties
        var values: [(String, String?)] = [
            ("MQTT_TOPIC", message.topic),
            ("MQTT_QOS", "\(message.qos.rawValue)"),
            ("MQTT_RETAIN", message.retain ? "1" : "0"),
            ("MQTT_PAYLOAD_LENGTH", "\(message.payload.readableBytes)"),
            ("MQTT_CONTENT_TYPE", properties.contentType),
            ("MQTT_RESPONSE_TOPIC", properties.responseTopic),
            ("MQTT_MESSAGE_EXPIRY_INTERVAL", properties.messageExpiryInterval.map { "\($0)" }),
            ("MQTT_PAYLOAD_FORMAT_INDICATOR", properties.isText ? "1" : nil),
        ]
        if let data = properties.correlationData {
            // A zero byte would end the variable.
            if data.isUTF8, !data.readableBytesView.contains(0) {
                values.append(("MQTT_CORRELATION_DATA", String(buffer: data)))
            } else {
                values.append(("MQTT_CORRELATION_DATA_B64", Base64.encode([UInt8](buffer: data), padding: .full)))
            }
        }
        if !properties.userProperties.isEmpty {
            var text = ByteBuffer()
            var json = JSONOutput(isPretty: false)
            json.array(of: properties.userProperties, to: &text)
            values.append(("MQTT_USER_PROPERTIES", String(buffer: text)))
        }
        return values.compactMap { name, value in value.map { "\(name)=\($0)" } }
    }

    /// Runs the command and blocks until it has ended; returns how it failed, where it did.
    func perform() -> String? {
        let input = Self.makeFile()
        guard input >= 0 else { return Self.failure("cannot have a file for its payload", errno) }
        defer { close(input) }
        guard write(to: input) else { return Self.failure("cannot have its payload written to a file", errno) }
        var process = pid_t()
        let error = spawn(&process, input: input)
        guard error == 0 else { return Self.failure("cannot be started", error) }
        let code = ChildProgram.exitCode(of: process)
        return code == 0 ? nil : "ended with exit code \(code)"
    }

    private static func failure(_ what: String, _ error: Int32) -> String {
        // `strerror` returns a string that ends with a zero byte and is copied at once.
        unsafe "\(what): \(String(cString: strerror(error)))"
    }

    /// A file that goes with its last descriptor, in the folder for temporary files.
    private static func makeFile() -> Int32 {
        let folder = Environment.value("TMPDIR") ?? "/tmp"
        var path = Array("\(folder)/tinymqtt-payload-XXXXXX".utf8CString)
        // The call replaces the last characters of the path, which ends with a zero byte.
        let descriptor = unsafe mkstemp(&path)
        guard descriptor >= 0 else { return descriptor }
        // As above.
        _ = unsafe unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    /// Writes the payload, and goes back to where it begins.
    private func write(to descriptor: Int32) -> Bool {
        var rest = payload
        while rest.readableBytes > 0 {
            // The pointer does not outlive the call.
            let count = unsafe rest.withUnsafeReadableBytes { unsafe systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest.moveReaderIndex(forwardBy: count)
            } else if count == 0 || errno != EINTR {
                return false
            }
        }
        return lseek(descriptor, 0, SEEK_SET) == 0
    }

    /// Starts the shell; returns the system's error, 0 where there is none.
    private func spawn(_ process: inout pid_t, input: Int32) -> Int32 {
        #if canImport(Darwin)
        // Both are pointers there, which the calls below fill in.
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        // The calls below fill in both.
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        var noSignals = sigset_t()
        var ignoredSignals = sigset_t()
        // All that is pointed to are variables of this function; what the two objects allocate is given back below.
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        // See above.
        defer {
            // See above.
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        // See above. What this thread blocks and this process ignores is not to be so in the command.
        unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        unsafe sigemptyset(&noSignals)
        unsafe sigemptyset(&ignoredSignals)
        for signal in [SIGPIPE, SIGINT, SIGTERM] {
            // See above.
            unsafe sigaddset(&ignoredSignals, signal)
        }
        // See above.
        unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &ignoredSignals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        // See above; both lists end with a null pointer, and live for the length of the call.
        return unsafe ChildProgram.withPointers(to: ["sh", "-c", command]) { words in
            unsafe ChildProgram.withPointers(to: environment) { variables in
                unsafe posix_spawn(&process, "/bin/sh", &actions, &attributes, words, variables)
            }
        }
    }
}

/// `write`, by a name that the method does not hide.
private let systemWrite = unsafe write
